"""An end that a cut could have made proves nothing, and no way of cutting a log changes its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.api.client import Api
from runmon.model.log import LogBuffer
from runmon.watch.events import Condition, Pane
from runmon.watch.once import read_once
from runmon.watch.pace import Pace
from runmon.watch.replay import Replay
from runmon.watch.watch import Watch
from tests.loopback import Seen, Server, data
from tests.origin import RUN_ID, Ear, HeldClock

LOG = b"2026-11-24T10:00:00.000Z a line\n" * 400
OVER = {"id": RUN_ID, "status": "SUCCEEDED", "finishedAt": "2026-11-24T09:00:00.000Z"}


def unframed(ends: Iterator[int]) -> Server:
    """A server whose log has neither a length nor chunks, and stops where `ends` says."""

    async def handler(seen: Seen) -> bytes | None:
        if not seen.path.endswith("/log"):
            return data(OVER)
        await seen.send(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + LOG[: next(ends, len(LOG))])
        return None

    return Server(handler)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Api]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with Api(server.address) as api:
        yield api
    listening.close()


@pytest.mark.parametrize("end", [0, 1, 31, 32, 5000, len(LOG) - 1])
async def test_a_log_that_ends_early_without_a_sign_is_not_called_complete(end: int) -> None:
    """B3: an hour after the end of the run, on the first read."""
    clock = HeldClock()
    async with serving(unframed(iter([end]))) as api, Watch(api, RUN_ID, clock=clock, pace=Pace()) as watch:
        ear = Ear(watch)
        await clock.until(lambda: ear.complete)
        assert watch.log.read(0, watch.log.size) == LOG
        await clock.until(lambda: watch.states[Pane.LOG].condition is Condition.COMPLETE)
    await ear.stop()


@pytest.mark.parametrize("end", [0, 1, 5000, len(LOG) - 1])
async def test_a_log_printed_once_is_read_again_where_its_end_proves_nothing(end: int) -> None:
    """B3: `runmon log` without -f."""
    buffer = LogBuffer()

    async def grown() -> None:
        """Nothing to do."""

    async with serving(unframed(iter([end]))) as api:
        await read_once(api, RUN_ID, buffer, grown, clock=HeldClock())
    assert buffer.read(0, buffer.size) == LOG
    buffer.close()


PIECES = st.lists(
    st.sampled_from([b"x", b"\n", b"\r\n", b"\xff", "✓".encode(), "✓".encode()[:2], b"\x00", b"stamp Z "]),
    max_size=60,
).map(b"".join)


@settings(deadline=None, max_examples=150)
@given(log=PIECES, cuts=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 9)), max_size=6))
def test_bytes_cut_anywhere_and_replayed_in_any_pieces_are_the_log_and_its_lines(
    log: bytes, cuts: list[tuple[int, int]]
) -> None:
    """B12: half characters, invalid bytes, CRLF, blank lines, no newline at the end."""
    buffer = LogBuffer()
    for end, step in (*cuts, (len(log), 7)):
        replay = Replay(buffer, 0)
        for at in range(0, min(end, len(log)), step):
            replay.take(log[at : min(at + step, end)])
    assert buffer.read(0, buffer.size) == log
    lines = log.split(b"\n")
    assert buffer.slice_lines(0, buffer.lines) == (lines if lines[-1] else lines[:-1])
    buffer.close()
