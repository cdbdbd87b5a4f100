"""An entry in full: nothing left out, own code first, addresses that are only those."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.entries import Entry, EntryReader
from runmon.render.entry_lines import PIECE, EntryLines
from runmon.render.links import first_link, links

STAMP = "2026-11-23T18:16:15.900Z "
OWN = "    at mine (/usr/src/app/main.js:1:2)"
LIBRARY = "    at theirs (/usr/src/app/node_modules/x/y.js:1:2)"
TRACE = st.lists(st.sampled_from([OWN, LIBRARY, "  and text", "", "x" * (PIECE + 5)]), max_size=12)


def entry_of(raw: str) -> Entry:
    reader = EntryReader()
    (entry,) = [*reader.feed(raw.encode()), *reader.finish()]
    return entry


def shown(raw: str) -> EntryLines:
    return EntryLines(entry_of(raw))


def texts(lines: EntryLines) -> list[str]:
    return [lines.text(n).plain for n in range(lines.line_count())]


@given(TRACE)
@settings(deadline=None)
def test_unfolded_every_line_of_the_message_is_there(trace: list[str]) -> None:
    lines = shown("\n".join([f"{STAMP}ERROR Oh", *(STAMP + line for line in trace)]))
    lines.unfold_all()
    found = "".join(text for text in texts(lines)[2:] if not text.startswith("library code"))
    assert sorted(found) == sorted("Oh" + "".join(trace))


def test_own_frames_stand_before_library_frames_which_are_folded() -> None:
    lines = shown("\n".join([f"{STAMP}ERROR Oh", LIBRARY, OWN, LIBRARY, f'{LIBRARY} {{"id":"a"}}']))
    assert texts(lines)[2:] == ["Oh", OWN, "library code, 3 lines", "", "{", '  "id": "a"', "}"]
    assert (lines.is_open(4), lines.toggle(4), lines.is_open(4)) == (False, True, True)
    assert texts(lines)[5:8] == [LIBRARY] * 3
    assert (lines.path(10), lines.value(10), lines.is_open(9)) == ("id", "a", True)
    lines.fold_all()
    assert texts(lines)[4:] == ["library code, 3 lines", "", "{", '  "id": "a"', "}"]


@given(TRACE, st.lists(st.integers(0, 40), max_size=4))
@settings(deadline=None)
def test_every_line_keeps_its_number_however_much_is_folded(trace: list[str], toggled: list[int]) -> None:
    lines = shown("\n".join([f"{STAMP}ERROR Oh", *trace, '    {"a":[1,{"b":[]}],"c":{"d":2}}']))
    for n in toggled:
        lines.toggle(min(n, lines.line_count() - 1))
    numbers = [lines.number(n) for n in range(lines.line_count())]
    assert numbers == sorted(set(numbers)) and all(number < len(lines.whole) for number in numbers)
    places = [lines.place(number) for number in range(len(lines.whole))]
    assert places == [sum(known < number for known in numbers) for number in range(len(lines.whole))]


def test_a_stack_without_own_frames_is_not_folded() -> None:
    found = texts(shown(f"{STAMP}ERROR Oh\n{LIBRARY}"))
    assert found[2:] == [
        "Oh",
        "library code, 1 line",
        LIBRARY,
    ]


def test_json_nested_as_deep_as_can_just_be_read_is_shown_whole() -> None:
    def in_a_call(depth: int, entry: Entry) -> EntryLines:
        return in_a_call(depth - 1, entry) if depth else EntryLines(entry)

    for depth in range(850, 1000, 3):
        payload = '{"a":' * depth + "1" + "}" * depth
        lines = in_a_call(40, entry_of(f"{STAMP} INFO  Oh {payload}"))
        assert "".join(texts(lines)).count('"a":') == depth


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://apify.com/x?a=1&b=2#c.", "https://apify.com/x?a=1&b=2#c"),
        ("(http://127.0.0.1:58081/unreachable)", "http://127.0.0.1:58081/unreachable"),
        ("https://en.wikipedia.org/wiki/A_(b), and", "https://en.wikipedia.org/wiki/A_(b)"),
        ('{"url":"http://h/a"}', "http://h/a"),
        ("http://h/\u202etxt.exe", "http://h/"),
        ("http://evil.example\u2215@h/", "http://evil.example"),
        ("javascript:alert(1) file:///etc/passwd http:// https://", ""),
        ("http://).", ""),
    ],
)
def test_addresses_are_found_without_the_sentence_around_them(text: str, link: str) -> None:
    assert first_link(text) == link


@given(st.text(alphabet="htps:/.()[]a é\u200b,", max_size=60))
def test_what_is_called_a_link_is_printable_and_starts_like_one(text: str) -> None:
    for start, end in links(text):
        assert text[start:end].isascii() and text[start:end].startswith("http")
