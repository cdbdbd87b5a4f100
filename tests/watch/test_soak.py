"""A minute of the soak (`make soak` for more): a real Actor, both followers, a network that breaks."""

from __future__ import annotations

import pytest

from tests.soak import soak


@pytest.mark.parametrize("seed", [2026, 2027, 2028, 2029])
async def test_storms_cost_neither_the_screen_nor_a_file_a_single_byte(seed: int) -> None:
    """A quarter of a minute each, so that they run beside other tests and each other."""
    report = await soak(seed=seed, seconds=15.0)
    assert report.exact == {"screen": True, "file": True}, str(report)
    assert report.lies == []
    assert report.failure == ""
    assert sum(report.faults.values()) > 0
