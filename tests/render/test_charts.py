"""Columns of block characters: nothing measured is lost, nothing unmeasured is drawn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.render.charts import Samples, bars, bucket_for, columns, nice_top, scale


def filled(*points: tuple[float, float], limit: int = 8192) -> Samples:
    samples = Samples(limit)
    for at, value in points:
        samples.add(at, value)
    return samples


def test_a_value_holds_until_the_next_measurement() -> None:
    shown, bucket = columns(filled((0, 5.0), (4, 7.0)), 4, 5, gap_s=10)
    assert (shown, bucket) == ([5.0, 5.0, 5.0, 5.0, 7.0], 1)


def test_a_pause_longer_than_the_gap_stays_empty() -> None:
    shown, _ = columns(filled((0, 5.0), (4, 7.0)), 4, 5, gap_s=2)
    assert shown == [5.0, None, None, None, 7.0]


def test_a_peak_between_two_columns_is_not_lost() -> None:
    shown, bucket = columns(filled((0, 1.0), (1, 90.0), (2, 1.0), (59, 1.0)), 59, 10, gap_s=100)
    assert bucket == 8 and max(value or 0 for value in shown) == 90.0


def test_what_lies_before_the_window_is_left_out() -> None:
    assert columns(Samples(), 100, 4, gap_s=10)[0] == [None] * 4


def test_a_tiny_value_shows_and_a_gap_does_not() -> None:
    assert bars([0.001, None, 100.0], 1, 100.0) == ["▁ █"]


def test_rows_go_from_the_top_down() -> None:
    assert bars([50.0, 100.0], 2, 100.0) == [" █", "██"]


def test_the_axis_ends_at_the_limit_when_the_peak_is_near_it() -> None:
    assert (scale(600, 1000), scale(30, 1000), scale(41 * 2**20, 0, unit=2**20)) == (1000, 40, 50 * 2**20)


def test_thousands_of_samples_keep_the_memory_bounded() -> None:
    samples = Samples(limit=100)
    for second in range(10_000):
        samples.add(float(second), 1.0)
    assert len(samples.points) <= 101 and samples.points[0][0] < 9_000


@settings(deadline=None, max_examples=200)
@given(st.floats(1e-6, 1e15))
def test_an_axis_ends_at_or_above_its_peak(peak: float) -> None:
    assert peak * 0.999 <= nice_top(peak) <= peak * 2.01


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e9)), max_size=50), st.integers(1, 200))
def test_any_series_fills_exactly_the_width(points: list[tuple[float, float]], width: int) -> None:
    samples = filled(*points)
    end = samples.points[-1][0] if samples.points else 0.0
    shown, _ = columns(samples, end, width, gap_s=30)
    assert len(shown) == width and all(len(row) == width for row in bars(shown, 3, 10.0))


@settings(deadline=None, max_examples=100)
@given(st.floats(0, 1e6), st.integers(2, 300))
def test_the_bucket_is_wide_enough(span_s: float, width: int) -> None:
    assert bucket_for(span_s, width) * (width - 1) >= min(span_s, 86_400 * (width - 1))
