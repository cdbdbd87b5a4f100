"""Times that a person names, and silences, against a plain reading of the stamps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.moments import Silence, Times, line_at, silence_before, silences, span_s
from runmon.model import log
from runmon.model.log import LogBuffer

START = datetime(2026, 11, 23, 23, 50, tzinfo=UTC)
TIMES = Times(START, START + timedelta(hours=2), START + timedelta(minutes=30))


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@pytest.mark.parametrize(
    ("text", "after_start"),
    [
        ("-5m", timedelta(minutes=115)),
        ("+90s", timedelta(seconds=90)),
        ("-1.5h", timedelta(minutes=30)),
        ("23:55", timedelta(minutes=5)),
        ("00:10:30", timedelta(minutes=20, seconds=30)),
        ("0:10:30.25", timedelta(minutes=20, seconds=30, milliseconds=250)),
        ("2026-11-24T01:00", timedelta(minutes=70)),
        ("2026-11-24 01:00:00Z", timedelta(minutes=70)),
    ],
)
def test_a_time_is_named_in_many_ways_and_midnight_does_not_matter(text: str, after_start: timedelta) -> None:
    assert TIMES.named(text) == START + after_start


def test_a_time_of_day_is_meant_where_it_is_shown() -> None:
    local = Times(TIMES.first, TIMES.last, TIMES.near, timezone(timedelta(hours=2)))
    assert local.named("02:00") == START + timedelta(minutes=10)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "12:61", "-5x", "-", "+", "1:2:3:4", "²:00", "9999999"]
)
def test_what_names_no_time_is_none(text: str) -> None:
    assert TIMES.named(text) is None


def test_a_span_longer_than_all_time_ends_at_the_ends() -> None:
    assert (TIMES.named("-999999999d"), TIMES.named("+999999999d")) == (TIMES.first, TIMES.last)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90.0), ("1.5 h", 5400.0), ("250ms", 0.25), ("x", None)]
)
def test_spans(text: str, seconds: float | None) -> None:
    assert span_s(text) == seconds


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=40), st.sets(st.integers(0, 40)), st.integers(-5, 900)
)
@settings(deadline=None)
def test_the_first_line_that_is_not_before_a_moment_is_found(
    gaps: list[int], without: set[int], wanted: int
) -> None:
    seconds, lines = 0, []
    for n, gap in enumerate(gaps):
        seconds += gap
        lines.append("" if n in without else stamp(START + timedelta(seconds=seconds)))
    moment = START + timedelta(seconds=wanted)
    found = line_at(moment, len(lines), lines.__getitem__)
    stamped = [n for n, line in enumerate(lines) if line >= stamp(moment)]
    if stamped:
        assert found <= stamped[0] and not any(lines[found : stamped[0]])
    else:
        assert found == len(lines) - 1 or not any(lines[found:])


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60),
    st.integers(1, 30),
    st.integers(0, 60),
)
@settings(deadline=None)
def test_silences_are_what_a_plain_reading_finds(
    steps: list[tuple[int, bool]], seconds: int, start: int
) -> None:
    at, above, raw, expected = START, START, b"", []
    for n, (gap, stamped) in enumerate(steps):
        if not stamped:
            raw += b"    a line without a stamp\n"
            continue
        at += timedelta(seconds=gap)
        if raw.count(b"Z INFO") and (at - above).total_seconds() >= seconds:
            expected.append(Silence(n, (at - above).total_seconds()))
        above = at
        raw += stamp(at).encode() + b" INFO  x\n"
    small, log.BLOCK = log.BLOCK, 200
    buffer = LogBuffer()
    buffer.append(raw)
    log.BLOCK = small
    found = [s for s in silences(buffer.blocks(0), 0, buffer.lines, seconds) if s]
    assert found == expected
    before = [s for s in silence_before(buffer, start, seconds) if s]
    assert before == [s for s in expected if s.line < start][-1:]
    buffer.close()
