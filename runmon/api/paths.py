"""Where things lie below `/v2`: a run by id or as an Actor's last, its storages by alias or by id."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from runmon.model.run import LastRun, RunRef
from runmon.model.storages import Place


class Spot(NamedTuple):
    """A path, the query that belongs to it, and what is there in words."""

    path: tuple[str, ...]
    query: dict[str, Any]
    what: str

    def below(self, *segments: str, what: str = "") -> Spot:
        """A place further down."""
        return Spot((*self.path, *segments), self.query, f"{what} of {self.what}" if what else self.what)


class Kind(msgspec.Struct, frozen=True):
    """A kind of storage: its alias below a run, its collection, and its noun."""

    alias: str
    collection: str
    noun: str


DATASET = Kind("dataset", "datasets", "dataset")
RECORDS = Kind("key-value-store", "key-value-stores", "key-value store")
QUEUE = Kind("request-queue", "request-queues", "request queue")


def of_run(run: RunRef) -> Spot:
    """`actor-runs/ID`, or `actors/ACTOR/runs/last` with its filters."""
    if isinstance(run, LastRun):
        actor = run.actor.replace("/", "~")
        what = f"run of Actor {run.actor.replace('~', '/')}" + (
            f" with status {run.status}" if run.status else ""
        )
        return Spot(("actors", actor, "runs", "last"), {"status": run.status, "origin": run.origin}, what)
    return Spot(("actor-runs", run), {}, f"run {run}")


def of_storage(place: Place, kind: Kind) -> Spot:
    """A storage below a run, or by its id."""
    if place.storage_id is not None:
        return Spot((kind.collection, place.storage_id), {}, f"{kind.noun} {place.storage_id}")
    return of_run(place.last or place.run_id or "").below(kind.alias, what=kind.noun)
