"""Errors of a log over time: each counted when its line was written, whatever lies between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.error_totals import ErrorTotals
from runmon.model.course import Course, Moment

BEGAN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def line(second: float, text: str) -> bytes:
    at = BEGAN + timedelta(seconds=second)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z {text}\n".encode()


def totals(*blocks: bytes) -> list[Moment]:
    errors = ErrorTotals()
    assert b"".join(errors.through(blocks)) == b"".join(blocks)
    return errors.moments()


def test_an_error_counts_at_its_own_minute_and_the_silence_around_it_counts_none() -> None:
    told = totals(
        line(0, "INFO  begins"),
        line(600, "ERROR Crawler: it broke\n    at main.js:3") + line(600.5, "[apify] ERROR once more ({})"),
        line(1200, "WARN  ends"),
    )
    course = Course()
    course.rebuild(told)
    errors = course.tracks["errors"]
    drawn = errors.drawn(None, course.end, 21)
    assert (told[-1].at - told[0].at, told[-1].errors) == (1200, 2)
    assert drawn.values[:20] == [0.0] * 10 + [2.0] + [0.0] * 9
    assert errors.average() == 0.1


def test_a_log_without_stamps_tells_no_times_and_one_without_errors_tells_of_none() -> None:
    assert totals(b"ERROR no stamp\n") == totals() == []
    assert [moment.errors for moment in totals(line(0, "INFO  a") + line(9, "INFO  b"))] == [0, 0]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from(["INFO  x", "ERROR y", "plain"])), min_size=1))
def test_no_error_is_lost_and_no_total_falls(lines: list[tuple[float, str]]) -> None:
    told = totals(*(line(second, text) for second, text in lines))
    assert told[-1].errors == sum(text == "ERROR y" for _, text in lines)
    assert [moment.at for moment in told] == sorted(moment.at for moment in told)
    assert [moment.errors for moment in told] == sorted(moment.errors or 0 for moment in told)
