"""No byte sequence can command the terminal or the screen, and no ordinary text is lost."""

from __future__ import annotations

import sys
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from runmon.render.untrusted import MAX_MARKS, cell, clean, line, lines

FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
HOSTILE = [
    "\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1bP1;2|payload\x1b\\",
    "\x1b_G a=T\x1b\\",
    "\x9b31mred",
    "\x9d0;title\x9c",
    "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]unterminated for ever",
    "\x1b[" + "1;" * 60,
    "[@click=app.abort]x[/]",
    "[/nope]",
    "[link=http://evil]x",
    "\u202eabc\u2066",
    "a\u200b\ufeffb",
    "e" + "\u0301" * 1000,
    "\U000e0041\U000e0042",
    "\ud800",
    "one\rtwo\x08\x0b\x0c",
]
ORDINARY = st.text(
    st.characters(exclude_categories=("C", "M", "Zl", "Zp"), exclude_characters="\u115f\u1160\u3164\uffa0"),
    max_size=200,
)
ATTACKS = [
    "\x1b]",
    "\x1b[",
    "\x1b[1;",
    "\x1bP",
    "\x1b",
    "\x9b",
    "e\u0301",
    "\t",
    "\x1b[31m",
    "\u202e",
    "[/",
    "\r",
]


def test_no_code_point_of_a_forbidden_category_survives() -> None:
    for code in range(sys.maxunicode + 1):
        shown = clean(f"a{chr(code)}b")
        assert not any(unicodedata.category(char) in FORBIDDEN for char in shown), hex(code)
        assert shown[0] == "a" and shown[-1] == "b", hex(code)


def test_a_code_point_without_a_shape_is_never_an_unseen_cell() -> None:
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category in FORBIDDEN and not 0xE0000 <= code <= 0xE007F:
            assert len(clean(chr(code)).strip()) == 1 or code == 0x09, hex(code)


def test_no_text_names_an_image_that_the_terminal_holds() -> None:
    assert clean("a\U0010eeee\u0305b") == "a\ufffd\u0305b"


@given(ORDINARY)
@settings(deadline=None)
def test_ordinary_text_comes_back_as_it_is(text: str) -> None:
    assert clean(text) == text
    assert line(text).plain == text
    assert cell(text, limit=1000).plain == text


@given(st.one_of(st.text(), st.binary(), st.sampled_from(HOSTILE)))
@settings(deadline=None)
def test_whatever_comes_in_one_printable_line_comes_out(raw: str | bytes) -> None:
    for shown in (clean(raw), line(raw).plain, cell(raw).plain):
        assert not any(unicodedata.category(char) in FORBIDDEN for char in shown)


@given(st.text(alphabet="ab\x1b[]m0;31:\t\r\ne\u0301\u202e", max_size=60), st.integers(1, 40))
@settings(deadline=None)
def test_nothing_is_longer_than_its_limit(text: str, limit: int) -> None:
    for shown in (clean(text, limit=limit), line(text, limit=limit).plain, cell(text, limit=limit).plain):
        assert len(shown) <= limit


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_sequence_split_at_any_offset_stays_harmless_and_swallows_no_later_line(hostile: str) -> None:
    for at in range(len(hostile) + 1):
        shown = lines(f"{hostile[:at]}\n{hostile[at:]}\nnext line")
        assert shown[-1].plain == "next line"
        assert not shown[-1].spans
        assert not any(unicodedata.category(char) in FORBIDDEN for each in shown for char in each.plain)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_bytes_split_at_any_offset_stay_harmless(hostile: str) -> None:
    raw = hostile.encode("utf-8", "surrogatepass")
    for at in range(len(raw) + 1):
        for part in (raw[:at], raw[at:]):
            assert not any(unicodedata.category(char) in FORBIDDEN for char in line(part).plain)


@pytest.mark.parametrize("shape", ATTACKS)
def test_time_grows_with_the_length_and_no_faster(shape: str) -> None:
    def seconds(size: int) -> float:
        text = shape * (size // len(shape))
        begun = time.process_time()
        line(text, limit=size)
        return time.process_time() - begun

    fewest = [min(seconds(size) for _ in range(3)) for size in (20_000, 160_000)]
    assert fewest[1] < 8 * 4 * fewest[0] + 0.02


def test_colours_become_spans_over_exactly_the_text_they_colour() -> None:
    shown = line("a\x1b[1;31mbc\x1b[0md\x1b[38;5;208me\x1b[38;2;1;2;3mf")
    assert shown.plain == "abcdef"
    assert [(s.start, s.end, str(s.style)) for s in shown.spans] == [
        (1, 3, "bold color(1)"),
        (4, 5, "color(208)"),
        (5, 6, "#010203"),
    ]


def test_hidden_text_is_shown() -> None:
    assert not line("\x1b[8mconcealed").spans
    assert not line("\x1b[31;41mred on red").spans[0].style


def test_spans_stay_inside_a_line_that_was_cut() -> None:
    shown = line("abc\x1b[31m" + "d" * 100 + "\x1b[32m" + "e" * 100, limit=50)
    assert len(shown.plain) == 50
    assert shown.plain.endswith("…")
    assert max(span.end for span in shown.spans) <= 50


def test_a_thousand_marks_on_one_letter_become_eight() -> None:
    assert clean("e" + "\u0301" * 1000 + "f") == "e" + "\u0301" * 8 + "f"
    assert line("e" + "\u0301\x1b[31m" * 1000).plain == "e" + "\u0301" * 8


def test_letters_without_a_shape_are_seen_and_tags_and_selectors_are_gone() -> None:
    assert clean("a\u3164b\u115fc") == "a�b�c"
    assert clean("a\U000e0041b\ufe0fc") == "abc"


def test_joined_emoji_are_its_parts_and_no_broken_characters() -> None:
    assert clean("\U0001f469\u200d\U0001f469\u200d\U0001f466!") == "\U0001f469\U0001f469\U0001f466!"
    assert clean("❤\ufe0f\u200d\U0001f525") == "❤\U0001f525"
    assert clean("\U0001f3f3\ufe0f\u200d\U0001f308") == "\U0001f3f3\U0001f308"
    assert line("\x1b[31m\U0001f477\U0001f3fd\u200d♀\ufe0f").plain == "\U0001f477\U0001f3fd♀"


def test_a_joiner_that_joins_no_emoji_is_seen() -> None:
    assert clean("ad\u200dmin") == "ad�min"
    assert clean("\U0001f469\u200d") == "\U0001f469�"
    assert clean("\u200d\U0001f469") == "�\U0001f469"
    assert clean("\U0001f469\u200d\u200d\U0001f469") == "\U0001f469��\U0001f469"


@given(st.lists(st.sampled_from(["e", "\u0301" * 5, "\u0302", "\x1b[31m", "日"]), max_size=80))
@settings(deadline=None)
def test_marks_do_not_pile_up_even_across_colours(parts: list[str]) -> None:
    run = 0
    for char in line("".join(parts)).plain:
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        assert run <= MAX_MARKS


@given(st.text(alphabet="ab\t", max_size=40), st.text(alphabet="ab\t", max_size=40))
@settings(deadline=None)
def test_tabs_reach_the_same_columns_with_and_without_colour(first: str, second: str) -> None:
    assert line(f"{first}\x1b[32m{second}").plain == line(first + second).plain


def test_a_windows_line_end_is_no_character_of_the_line() -> None:
    assert line("text\r").plain == "text"
    assert [each.plain for each in lines(b"a\r\nb\r\n")] == ["a", "b"]


def test_a_line_break_in_a_cell_is_seen_and_adds_no_row() -> None:
    assert clean("a\nb\r\nc\u2028d") == "a↵b↵c↵d"


def test_markup_in_data_is_text() -> None:
    shown = cell("[@click=app.abort]x[/] [INFO] [/nope]")
    assert shown.plain == "[@click=app.abort]x[/] [INFO] [/nope]"
    assert not shown.spans


def test_text_with_a_style_keeps_it() -> None:
    assert str(cell("x", style="bold").style) == "bold"
    assert isinstance(line(b"\xff"), Text)
    assert line(b"\xff").plain == "�"


@given(
    st.lists(
        st.sampled_from(["a", "日", "e\u0301", "\u200d", "❤", "\ufe0f", "\U0001f468", "\U0001f3fb"]),
        max_size=9,
    )
)
@settings(deadline=None)
def test_a_line_is_as_wide_as_its_characters_one_by_one(parts: list[str]) -> None:
    shown = clean("".join(parts))
    ends = [cell_len(shown[:n]) for n in range(len(shown) + 1)]
    assert ends[-1] == sum(map(cell_len, shown))
    assert all(first <= second for first, second in pairwise(ends))
