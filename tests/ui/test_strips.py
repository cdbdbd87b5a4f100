"""Texts become strips without losing a character, in colours that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from rich.text import Span, Text
from textual.color import Color

from runmon.render.untrusted import line
from runmon.ui.theme import DARK, LIGHT, Palette
from runmon.ui.widgets.strips import CONTRAST, Painter, char_at, contrast, in_window, wrapped
from runmon.ui.widgets.thin_bar import _thumb

WIDE = st.text(alphabet="ab c日é\u0301-", max_size=120)


@given(WIDE, st.integers(2, 30), st.integers(0, 12))
@settings(deadline=None)
def test_folding_keeps_every_character_and_no_row_is_too_wide(text: str, width: int, hang: int) -> None:
    later = max(width - hang, 2)
    starts = wrapped(text, width, later)
    rows = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert "".join(rows) == text
    assert cell_len(rows[0]) <= width
    assert all(cell_len(row) <= later for row in rows[1:])


@given(WIDE, st.integers(0, 150))
@settings(deadline=None)
def test_the_character_under_a_cell_is_found(text: str, cell: int) -> None:
    at = char_at(text, cell)
    assert cell_len(text[:at]) <= cell or at == 0
    assert at == len(text) or cell_len(text[: at + 1]) > cell or cell_len(text[at : at + 1]) == 0


@given(WIDE, st.integers(0, 150), st.integers(1, 40))
@settings(deadline=None)
def test_a_window_shows_the_characters_that_lie_in_it_whole(text: str, left: int, room: int) -> None:
    first, after, half = in_window(text, left, room)
    starts = [(cell_len(text[:at]), char) for at, char in enumerate(text)]
    inside = [
        char
        for start, char in starts
        if cell_len(char) and left <= start and start + cell_len(char) <= left + room
    ]
    assert [char for char in text[first:after] if cell_len(char)] == inside
    assert half == next((cell_len(c) - left + at for at, c in starts if at < left < at + cell_len(c)), 0)


SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(("bad", "match", "strong"))), max_size=6
)


@given(st.integers(1, 30), SPANS, st.integers(0, 30), st.integers(0, 30))
@settings(deadline=None)
def test_each_character_has_the_look_of_the_spans_over_it_and_of_no_other(
    length: int, spans: list[tuple[int, int, str]], first: int, after: int
) -> None:
    painter, ground = Painter(DARK), Style(bgcolor="#000000")
    text = Text("x" * length, spans=[Span(*span) for span in spans])
    looks = [s.style for s in painter.segments(text, ground, first, after) for _ in s.text]
    over = [[name for start, end, name in spans if start <= at < end] for at in range(length)]
    assert looks == [Style.combine([ground, *map(painter.style, names)]) for names in over[first:after]]


@given(st.text(alphabet="ab\x1b[1;31m0日", max_size=100))
@settings(deadline=None)
def test_a_strip_holds_the_whole_text(raw: str) -> None:
    shown = line(raw)
    strip = Painter(DARK).strip(shown, Style(bgcolor="#000000"))
    assert strip.text == shown.plain
    assert strip.cell_length == cell_len(shown.plain)


@pytest.mark.parametrize("colours", [DARK, LIGHT])
@pytest.mark.parametrize(
    "codes",
    [
        *(f"{n}" for n in range(30, 38)),
        "38;5;16",
        "38;5;231",
        "38;2;20;20;20",
        "38;2;250;250;250",
        "30;40",
        "97;107",
    ],
)
def test_no_colour_of_a_log_is_unreadable(colours: Palette, codes: str) -> None:
    shown = line(f"\x1b[{codes}mx")
    style = Painter(colours).style(shown.spans[0].style) if shown.spans else Style(color=colours.text)
    ground = style.bgcolor.triplet.hex if style.bgcolor and style.bgcolor.triplet else colours.ground
    color = style.color.triplet.hex if style.color and style.color.triplet else colours.text
    assert contrast(Color.parse(color), Color.parse(ground)) >= CONTRAST


def test_overlapping_spans_lie_above_each_other_in_order() -> None:
    text = Text("abcd")
    text.stylize("bad", 0, 3)
    text.stylize("match", 1, 4)
    strip = Painter(DARK).strip(text, Style())
    seen = [(s.text, s.style.color is not None, s.style.bgcolor is not None) for s in strip if s.style]
    assert seen == [("a", True, False), ("bc", True, True), ("d", False, True)]


@given(st.integers(1, 60), st.integers(1, 10_000), st.integers(1, 200), st.floats(0, 1))
@settings(deadline=None)
def test_the_thumb_of_a_bar_lies_in_its_track(size: int, virtual: int, window: int, share: float) -> None:
    first, last = _thumb(size, virtual, window, share * max(virtual - window, 0))
    assert 0 <= first <= last <= size
    assert (first == last) == (virtual <= window)
