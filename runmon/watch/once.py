"""The log as it is now: read once, to a proven end, whatever breaks on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from runmon.api.client import Api
from runmon.errors import ApiError, CutShort, LinkError, RateLimited, ServerFault
from runmon.model.log import LogBuffer
from runmon.watch.clock import Clock
from runmon.watch.pace import Backoff
from runmon.watch.reading import OVERLAP
from runmon.watch.replay import Differs, Replay

TRIES = 8
"""Tries in a row that bring nothing new before giving up."""


async def read_once(
    api: Api,
    run_id: str,
    buffer: LogBuffer,
    grown: Callable[[], Awaitable[None]],
    *,
    clock: Clock | None = None,
) -> None:
    """Bring the whole log of now into the buffer, calling `grown` as it grows; ApiError where that fails."""
    once, backoff, clock = api.without_retries(), Backoff(), clock or Clock()
    doubt = again = False
    while True:
        size = buffer.size
        first = max(0, size - OVERLAP)
        try:
            async with once.log(run_id, first_byte=None if doubt else first or None) as body:
                replay = Replay(buffer, body.start, trusted=doubt)
                async for chunk in body:
                    if replay.take(chunk):
                        await grown()
            if not replay.caught_up and not doubt:
                raise CutShort("The log ended before what was read of it already.")
            if body.framed or (again and buffer.size == size):
                return
            again = True
            continue
        except Differs:
            doubt = True
            continue
        except (LinkError, ServerFault, RateLimited) as error:
            trouble: ApiError = error
        if buffer.size > size:
            backoff.reset()
        if backoff.failures + 1 >= TRIES:
            raise trouble
        await clock.sleep(backoff.pause(trouble))
