"""Columns of block characters: nothing measured is lost, nothing unmeasured is drawn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.render.charts import bars, nice_top, scale


def test_a_tiny_value_shows_and_a_gap_does_not() -> None:
    assert bars([0.001, None, 100.0], 1, 100.0) == ["▁ █"]


def test_rows_go_from_the_top_down() -> None:
    assert bars([50.0, 100.0], 2, 100.0) == [" █", "██"]


def test_the_axis_ends_at_the_limit_when_the_peak_is_near_it() -> None:
    assert (scale(600, 1000), scale(30, 1000), scale(41 * 2**20, 0, unit=2**20)) == (1000, 40, 50 * 2**20)


@settings(deadline=None, max_examples=200)
@given(st.floats(1e-6, 1e15))
def test_an_axis_ends_at_or_above_its_peak(peak: float) -> None:
    assert peak * 0.999 <= nice_top(peak) <= peak * 2.01
