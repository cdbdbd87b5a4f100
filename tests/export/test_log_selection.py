"""Entries are chosen whole, in order, as soon as it is known that they are wanted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import BadInput
from runmon.export.log import Selection, Wish, moment
from runmon.insight.entries import EntryReader, Level
from runmon.model.search import Query

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LINES = st.sampled_from(
    [
        b"2026-11-24T10:00:00.000Z INFO  Crawler: fetching",
        b"2026-11-24T10:00:01.000Z ERROR Crawler: it broke",
        b"2026-11-24T10:00:01.000Z     at parse (main.js:1)",
        b"2026-11-24T11:59:00.000Z [apify] WARN  slow page",
        b"    no stamp at all",
        b"",
        b"\xff\xfe\x1b[31mred\x1b[0m",
    ]
)


def chosen(lines: list[bytes], wish: Wish) -> list[bytes]:
    selection = Selection(wish)
    return [one for line in lines for one in selection.take(line)]


def test_a_level_brings_the_lines_that_belong_to_an_entry() -> None:
    lines = [b"INFO  a: x", b"ERROR a: y", b"  at z", b"INFO  a: w"]
    assert chosen(lines, Wish(level=Level.WARN)) == [b"ERROR a: y", b"  at z"]


def test_a_pattern_in_a_late_line_brings_the_lines_before_it() -> None:
    lines = [b"ERROR a: y", b"  at z", b"  at needle", b"  at q", b"INFO  a: w"]
    assert chosen(lines, Wish(query=Query("needle"))) == lines[:4]


def test_a_moment_brings_what_came_after_it_unstamped_lines_with_their_entry() -> None:
    lines = [
        b"2026-11-24T10:00:00.000Z INFO  a: old",
        b"  more",
        b"2026-11-24T11:59:00.000Z INFO  a: new",
        b"  more",
    ]
    assert chosen(lines, Wish(since=moment("10m", NOW))) == lines[2:]


def test_a_moment_is_compared_with_the_time_in_json_where_lines_have_no_stamp() -> None:
    lines = [
        b'{"time":"2026-11-24T10:00:00.000Z","level":"INFO","msg":"old"}',
        b'{"time":"2026-11-24T11:59:00.000Z","level":"INFO","msg":"new"}',
    ]
    assert chosen(lines, Wish(since=moment("10m", NOW))) == lines[1:]


@settings(deadline=None, max_examples=150)
@given(
    lines=st.lists(LINES, max_size=30),
    level=st.sampled_from(list(Level)),
    word=st.sampled_from(["broke", "z", ""]),
)
def test_what_is_chosen_are_whole_entries_in_order(lines: list[bytes], level: Level, word: str) -> None:
    wish = Wish(level=level, query=Query(word) if word else None)
    reader = EntryReader()
    entries = [*reader.feed(b"".join(line + b"\n" for line in lines)), *reader.finish()]
    expected: list[bytes] = []
    for entry in entries:
        whole = lines[entry.first : entry.first + entry.lines]
        found = wish.query is None or any(wish.query.matches(line) for line in whole)
        expected += whole if entry.level >= level and found else []
    assert chosen(lines, wish) == expected


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("90s", "2026-11-24T11:58:30+00:00"),
        ("1.5h", "2026-11-24T10:30:00+00:00"),
        ("2 d", "2026-11-22T12:00:00+00:00"),
        ("2026-11-24T10:00", "2026-11-24T10:00:00+00:00"),
        ("2026-11-24T10:00:00.5Z", "2026-11-24T10:00:00.500000+00:00"),
        ("2026-11-24", "2026-11-24T00:00:00+00:00"),
    ],
)
def test_moments_are_spans_back_from_now_or_iso_times(text: str, then: str) -> None:
    assert moment(text, NOW).isoformat() == then


@pytest.mark.parametrize("text", ["", "soon", "10", "10 parsecs", "999999999d", "2026-13-01"])
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match="10m"):
        moment(text, NOW)
