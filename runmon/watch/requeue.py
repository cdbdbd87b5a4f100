"""Putting failed requests back into their queue: found first, kept in a file, then changed one by one.

The file holds every request as it was, so that `undo` can put all of them back as they were.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from runmon.api.client import Api
from runmon.errors import BadInput, LocalFault, NotFound, RunmonError
from runmon.model.requests import QueuedRequest, RequestState
from runmon.model.requeue import fresh
from runmon.model.run import Run
from runmon.model.storages import Place

AT_ONCE = 8
"""Requests changed side by side."""


@dataclass(frozen=True, slots=True)
class Requeued:
    """What became of the failed requests."""

    changed: int
    missing: int
    """Those that were no longer there."""
    undo: Path
    """The file with which all can be put back."""


def queue_of(run: Run) -> Place:
    """Where the run's queue is written to."""
    return Place.by_id(run.default_request_queue_id) if run.default_request_queue_id else Place.below(run.id)


async def failed_requests(
    api: Api, place: Place, scanned: Callable[[int], None] = lambda _: None
) -> AsyncIterator[QueuedRequest]:
    """Every request that failed; `scanned` hears how many have been looked at. Raises ApiError."""
    count = 0
    async for request in api.every_request(place):
        count += 1
        if count % 500 == 0:
            scanned(count)
        if request.state is RequestState.FAILED:
            yield request


def undo_file(folder: Path, run_id: str, now: datetime) -> Path:
    """Where the requests of a run are kept as they were."""
    return folder / f"requeue-{run_id}-{now:%Y%m%dT%H%M%S}.jsonl"


async def requeue(
    api: Api, place: Place, ids: Sequence[str], undo: Path, done: Callable[[int], None] = lambda _: None
) -> Requeued:
    """Put these requests back. Nothing is changed before all of them are kept in `undo`.

    Raises LocalFault where they cannot be kept, ApiError where the server refuses: what was changed until
    then is named by `done`, and can be undone.
    """
    whole = [one for one in await _each(ids, lambda id: _whole(api, place, id)) if one is not None]
    await asyncio.to_thread(_keep, undo, whole)
    counted = 0

    async def put(request: dict[str, Any]) -> None:
        nonlocal counted
        await api.update_request(place, fresh(request))
        counted += 1
        done(counted)

    await _each(whole, put)
    return Requeued(counted, len(ids) - len(whole), undo)


async def undo(api: Api, place: Place, file: Path) -> int:
    """Put all requests of such a file back as they were; how many. BadInput where it is no such file."""
    requests = await asyncio.to_thread(_kept, file)

    async def put(request: dict[str, Any]) -> None:
        await api.update_request(place, request)

    await _each(requests, put)
    return len(requests)


async def _each(things: Sequence[Any], work: Callable[[Any], Any]) -> list[Any]:
    """What `work` gives for each, some side by side; the first error ends all."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(thing: Any) -> Any:
        async with turns:
            return await work(thing)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(thing)) for thing in things]
    except* RunmonError as failed:
        raise _first(failed) from None
    return [task.result() for task in tasks]


def _first(failed: BaseExceptionGroup[RunmonError]) -> RunmonError:
    found: BaseException = failed
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, RunmonError)
    return found


async def _whole(api: Api, place: Place, id: str) -> dict[str, Any] | None:
    try:
        return (await api.request(place, id)).untyped()
    except NotFound:
        return None


def _keep(file: Path, requests: Sequence[dict[str, Any]]) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as kept:
            kept.writelines(msgspec.json.encode(request) + b"\n" for request in requests)
            kept.flush()
            os.fsync(kept.fileno())
    except OSError as error:
        raise LocalFault(
            f"The requests cannot be kept in {file}: {error.strerror}.", hint="Nothing was changed."
        ) from None


def _kept(file: Path) -> list[dict[str, Any]]:
    try:
        found = [msgspec.json.decode(line) for line in file.read_bytes().splitlines() if line.strip()]
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, RecursionError):
        raise BadInput(f"{file} does not hold requests.") from None
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in found):
        raise BadInput(f"{file} does not hold requests.")
    return found
