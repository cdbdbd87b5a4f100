"""A slice of the soak (`python -m tests.soak`): a real Actor, both followers, a network that breaks."""

from __future__ import annotations

from tests.soak import soak


async def test_storms_cost_neither_the_screen_nor_a_file_a_single_byte() -> None:
    report = await soak(seed=2026, seconds=12.0)
    assert report.exact == {"screen": True, "file": True}, str(report)
    assert report.lies == []
    assert sum(report.faults.values()) > 0
