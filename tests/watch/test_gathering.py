"""A stream that races is read in few pieces; one that trickles, and a download, are read as they come."""

from __future__ import annotations

import pytest

from runmon.watch.clock import Clock
from runmon.watch.gathering import GATHER_S, Gathering


class Stream(Clock):
    """Time that passes as pieces of one size come one after the other, and while the reader sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    async def read(self, pieces: int, size: int, *, apart_s: float) -> None:
        """Read so many pieces, each waited for."""
        gathering = Gathering(self)
        for _ in range(pieces):
            self.now += apart_s
            await gathering.came(size)


async def test_a_racing_stream_is_left_to_gather() -> None:
    stream = Stream()
    await stream.read(100, 14_000, apart_s=0.01)
    assert set(stream.slept) == {GATHER_S}


@pytest.mark.parametrize(
    ("size", "apart_s"),
    [(300, 0.01), (20_000, 0.5), (262_144, 0.02), (14_000, 0.0)],
    ids=["a trickle", "a stack trace now and then", "a download", "what is there already"],
)
async def test_anything_else_is_taken_as_it_comes(size: int, apart_s: float) -> None:
    stream = Stream()
    await stream.read(100, size, apart_s=apart_s)
    assert not stream.slept
