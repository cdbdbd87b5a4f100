"""The rate of our own requests is the mean of a minute, so that it can be read."""

from __future__ import annotations

from runmon.api.meter import Meter


def test_a_steady_pace_is_told_as_one_figure_from_its_first_seconds_on() -> None:
    now = [0.0]
    meter, told = Meter(lambda: now[0]), set()
    for second in range(1, 300):
        now[0] = float(second)
        if second % 4 == 0:
            meter.sent()
        if second > 8:
            told.add(f"{meter.per_second():.1f}")
    assert told <= {"0.2", "0.3"}


def test_what_was_asked_more_than_a_minute_ago_is_not_counted() -> None:
    now = [0.0]
    meter = Meter(lambda: now[0])
    for _ in range(30):
        meter.sent()
    now[0] = 59.0
    late = meter.per_second()
    now[0] = 61.0
    assert (late > 0.5, meter.per_second()) == (True, 0.0)
