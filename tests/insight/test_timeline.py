"""The volume of a log over time, found without reading every stamp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from runmon.insight.timeline import SHARES, Timeline, Volume, moment

BEGAN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def stamped(milliseconds: int, text: str = "INFO  said") -> str:
    at = BEGAN + timedelta(milliseconds=milliseconds)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z {text}"


def told(lines: list[str], spans: int = 10) -> Volume:
    timeline = Timeline()
    timeline.take(0, "".join(f"{line}\n" for line in lines).encode())
    return timeline.volume(spans)


def test_a_silence_is_empty_and_a_burst_stands_where_it_was() -> None:
    volume = told([*(stamped(n) for n in range(100)), *(stamped(9900 + n) for n in range(101))])
    assert volume.lines() == [100, 0, 0, 0, 0, 0, 0, 0, 0, 101]
    assert (volume.began, volume.seconds) == (BEGAN.timestamp(), 1.0)


def test_lines_without_a_stamp_stand_with_the_line_before_them() -> None:
    volume = told([stamped(0, "ERROR no"), *["    at f (a.js:1:2)"] * 8, stamped(9000), stamped(10_000)])
    assert volume.lines() == [9, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert volume.among([0, 9, 10]) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_a_log_without_stamps_is_cut_by_lines() -> None:
    volume = told(["said"] * 40, spans=4)
    assert (volume.lines(), volume.began, volume.seconds) == ([10] * 4, None, 0.0)


def test_lines_of_json_without_a_stamp_stand_at_their_own_time() -> None:
    lines = [f'{{"time":"{stamped(at, "")[:-1]}","level":"INFO","msg":"said"}}' for at in (0, 9000, 10_000)]
    assert told(lines).lines() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_a_clock_that_goes_back_stands_still() -> None:
    assert told([stamped(0), stamped(5000), stamped(1000), stamped(9999)], spans=2).lines() == [1, 3]


def test_nothing_has_no_volume() -> None:
    assert told([], spans=3).lines() == [0, 0, 0]


@given(
    st.lists(st.integers(0, 20_000), min_size=2, max_size=300).map(sorted),
    st.integers(1, 40),
    st.integers(1, 100),
)
def test_every_line_is_counted_where_its_stamp_says(at: list[int], spans: int, step: int) -> None:
    lines = [stamped(each) for each in at]
    until, timeline = moment(lines[-1].encode()), Timeline()
    for first in range(0, len(lines), step):
        timeline.take(
            first, "".join(f"{line}\n" for line in lines[first : first + step]).encode(), until=until
        )
    volume = timeline.volume(spans)
    assert sum(volume.lines()) == len(lines)
    if volume.began is None:
        return
    near = 2.1 * (volume.ended - volume.began) / SHARES
    for span, (first, after) in enumerate(zip(volume.edges, volume.edges[1:], strict=False)):
        begins = volume.began + span * volume.seconds
        times = [BEGAN.timestamp() + each / 1000 for each in at[first:after]]
        assert all(begins - near <= time <= begins + volume.seconds + near for time in times)


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=50).map(sorted), st.integers(1, 40), st.data())
def test_every_line_lies_in_the_span_that_is_named_for_it(
    at: list[int], spans: int, data: st.DataObject
) -> None:
    volume = told([stamped(each) for each in at], spans)
    line = data.draw(st.integers(0, len(at) - 1))
    span = volume.span_of(line)
    assert volume.edges[span] <= line < volume.edges[span + 1]


def test_a_long_log_is_known_by_few_knots() -> None:
    timeline = Timeline()
    for first in range(0, 20_000, 400):
        timeline.take(first, "".join(f"{stamped(n * 7)}\n" for n in range(first, first + 400)).encode())
    assert len(timeline) < 6 * SHARES
