"""What charts draw: nothing measured is lost, nothing unmeasured is drawn, totals become speeds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model.course import Course, Moment
from runmon.model.series import Samples, bucket_for, lately, levels, mean, rates


def filled(*points: tuple[float, float], limit: int = 8192) -> Samples:
    samples = Samples(limit)
    for at, value in points:
        samples.add(at, value)
    return samples


def test_a_value_holds_until_the_next_measurement() -> None:
    assert levels(filled((0, 5.0), (4, 7.0)), 4, 5, 1, gap_s=10) == [5.0, 5.0, 5.0, 5.0, 7.0]


def test_a_pause_longer_than_the_gap_stays_empty() -> None:
    assert levels(filled((0, 5.0), (4, 7.0)), 4, 5, 1, gap_s=2) == [5.0, None, None, None, 7.0]


def test_a_peak_between_two_columns_is_not_lost() -> None:
    shown = levels(filled((0, 1.0), (1, 90.0), (2, 1.0), (59, 1.0)), 59, 10, 8, gap_s=100)
    assert max(value or 0 for value in shown) == 90.0


def test_nothing_measured_is_a_gap_all_over() -> None:
    assert levels(Samples(), 100, 4, 1, gap_s=10) == [None] * 4 == rates(Samples(), 100, 4, 1, gap_s=10)


def test_a_total_is_drawn_as_its_speed_per_minute_wherever_it_was_counted() -> None:
    shown = rates(filled((0, 0.0), (10, 20.0), (100, 50.0), (110, 50.0)), 119, 12, 10, gap_s=20)
    assert shown == [pytest.approx(120.0)] + [None] * 9 + [pytest.approx(0.0), None]


def test_a_total_that_began_anew_is_no_negative_speed() -> None:
    assert rates(filled((0, 50.0), (10, 5.0), (20, 15.0)), 19, 2, 10, gap_s=20) == [0.0, pytest.approx(60.0)]
    assert mean([(0, 50.0), (60, 5.0)]) == 0.0


def test_the_speed_of_now_is_that_of_the_last_minute() -> None:
    assert lately(filled(*((float(at), 0.0) for at in range(0, 600, 10)), (600, 30.0), (630, 60.0))) == (
        pytest.approx(60 * 60 / 70)
    )
    assert lately(filled((5, 1.0))) is None


def test_thousands_of_samples_keep_the_memory_bounded() -> None:
    samples = Samples(limit=100)
    for second in range(10_000):
        samples.add(float(second), 1.0)
    assert len(samples.points) <= 101 and samples.points[0][0] < 9_000


def test_what_was_seen_covers_what_the_log_tells_and_the_rest_is_said_to_be_from_the_log() -> None:
    course = Course()
    course.rebuild(
        [Moment(0.0, concurrency=1.0), Moment(60.0, concurrency=2.0), Moment(120.0, concurrency=3.0)]
    )
    course.take(Moment(100.0, concurrency=9.0))
    course.take(Moment(110.0, concurrency=9.0))
    drawn = course.tracks["concurrency"].drawn(course.began, course.end, 13)
    assert (drawn.values, drawn.bucket_s) == ([1.0] * 6 + [2.0] * 4 + [9.0] * 2 + [3.0], 10)
    assert drawn.from_log == [True] * 10 + [False] * 2 + [True]


def test_the_last_visit_goes_before_what_is_seen_now() -> None:
    course = Course()
    course.take(Moment(50.0, memory=3.0))
    course.remember([Moment(10.0, memory=1.0), Moment(50.0, memory=2.0), Moment(30.0, memory=2.0)])
    assert course.tracks["memory"].seen.points == [(10.0, 1.0), (30.0, 2.0), (50.0, 3.0)]
    assert (course.began, course.end) == (10.0, 50.0)


points = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e9)), max_size=50)


@settings(deadline=None, max_examples=100)
@given(points, points, st.integers(1, 200))
def test_any_course_fills_exactly_the_width(
    seen: list[tuple[float, float]], logged: list[tuple[float, float]], width: int
) -> None:
    course = Course()
    course.rebuild(Moment(at, memory=value, items=value) for at, value in logged)
    for at, value in seen:
        course.take(Moment(at, memory=value, items=value))
    for name in ("memory", "items"):
        drawn = course.tracks[name].drawn(course.began, course.end, width)
        assert len(drawn.values) == len(drawn.from_log) == width
        assert all(value is None or value >= 0 for value in drawn.values)


@settings(deadline=None, max_examples=100)
@given(points)
def test_no_growth_is_lost_between_the_columns(totals: list[tuple[float, float]]) -> None:
    samples = filled(*sorted(totals))
    end, grown = (samples.points[-1][0] if samples.points else 0.0), mean(samples.points, per_s=1.0)
    bucket = bucket_for(end, 80)
    shown = rates(samples, end, 80 + int(end // bucket), bucket, gap_s=1e9, per_s=1.0)
    if grown is not None and len(samples.points) == 2:
        assert max(value or 0.0 for value in shown) == pytest.approx(grown, rel=1e-3, abs=1e-6)


@settings(deadline=None, max_examples=100)
@given(st.floats(0, 1e6), st.integers(2, 300))
def test_the_bucket_is_wide_enough(span_s: float, width: int) -> None:
    assert bucket_for(span_s, width) * (width - 1) >= min(span_s, 86_400 * (width - 1))
