"""One run as the platform holds it: the live object, its storages and its log, persisted to run.json."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from functools import cached_property
from typing import Any, TypeGuard

from runmon.local.bell import Bell, heard
from runmon.local.dataset_store import DatasetStore
from runmon.local.evidence import last_touched
from runmon.local.folder import RunFolder
from runmon.local.holding import hold
from runmon.local.identity import LOCAL_USER, actor_id, new_id, now_text
from runmon.local.logs import LogFile
from runmon.local.presence import Presence
from runmon.local.queue_store import QueueStore
from runmon.local.record_store import RecordStore
from runmon.local.run_object import ABSENT, DEFAULT_IDS, FINAL, completed, fresh_id, opened_object
from runmon.local.schema import dataset_schema

FOREIGN_PACE_S = 0.25
"""How often a folder that another program writes is looked at while somebody waits."""

DEFAULT_ACTOR = "actor"
LONGEST_NAME = 255
ACTOR_NAME = "actorName"
"""A field of run.json alone: a run that is opened later is called as its Actor was."""


class RunState:
    """A run: `data` is the API's object. Use it on the platform's loop only."""

    def __init__(self, folder: RunFolder, data: dict[str, Any], *, read_only: bool = False) -> None:
        self.folder = folder
        self.data = data
        self.read_only = read_only
        self.actor_name = DEFAULT_ACTOR
        """The Actor's name, by which its last run can be asked for."""
        self.events_url: str | None = None
        """Where the Actor hears events; None while no platform serves the run."""
        self.events: set[asyncio.Queue[dict[str, Any]]] = set()
        """What each connected events socket still has to send."""
        self.charged_keys: set[str] = set()
        """Idempotency keys of charges already counted."""
        self.born = time.monotonic()
        self.ended = 0.0
        """The monotonic second of a final status set here; 0 while there is none."""
        self.bell = Bell()
        self.log = LogFile(folder.log_file)
        self._lock: int | None = None
        self._touched = 0.0
        self._presence = Presence(folder) if read_only else None

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.data["id"])

    @property
    def final(self) -> bool:
        """Whether the run is over."""
        return self.data["status"] in FINAL

    @property
    def absence(self) -> str:
        """Why a folder that was opened for reading has this run no more; empty while it has."""
        return "" if self._presence is None else self._presence.absence()

    @property
    def facts(self) -> dict[str, Any]:
        """What a storage cannot know of itself: whose it is and which run's."""
        user = {"userId": self.data["userId"], "username": LOCAL_USER["username"]}
        return {**user, "actId": self.data["actId"], "actRunId": self.id}

    @cached_property
    def dataset(self) -> DatasetStore:
        """The default dataset, with the schema of the Actor's project."""
        store = DatasetStore(self.folder.place("dataset"), **self._identity("dataset"))
        if store.card.get("schema") is None:
            store.card["schema"] = dataset_schema(self.folder, here=not self.read_only)
        return store

    @cached_property
    def records(self) -> RecordStore:
        """The default key-value store."""
        return RecordStore(self.folder.place("records"), **self._identity("records"))

    @cached_property
    def queue(self) -> QueueStore:
        """The default request queue."""
        return QueueStore(self.folder.place("queue"), **self._identity("queue"))

    def _identity(self, kind: str) -> dict[str, Any]:
        return {"id": self.default_id(kind), "read_only": self.read_only, "facts": self.facts}

    def default_id(self, kind: str) -> str:
        """The id of a default storage."""
        return str(self.data[DEFAULT_IDS[kind]])

    def store(self, kind: str) -> DatasetStore | RecordStore | QueueStore:
        """A default storage by its kind: `dataset`, `records` or `queue`."""
        return self.dataset if kind == "dataset" else self.records if kind == "records" else self.queue

    def emit(self, name: str, data: dict[str, Any] | None = None) -> bool:
        """Tell the Actor an event (`aborting`, `systemInfo`); whether anybody listens."""
        for queue in self.events:
            queue.put_nowait({"name": name, "data": data or {}})
        return bool(self.events)

    def update(self, **fields: Any) -> None:
        """Set fields of the run object (objects merge one level deep), persist it, wake everybody who waits.

        A final status without a `finishedAt` gets the present moment.
        """
        for name, value in fields.items():
            held = self.data.get(name)
            merge = isinstance(value, dict) and isinstance(held, dict)
            self.data[name] = {**held, **value} if merge and held is not None else value
        if self.final and not self.data.get("finishedAt"):
            self.data["finishedAt"] = now_text()
        if "status" in fields:
            self.ended = time.monotonic() if self.final else 0.0
        self.persist()
        if "status" in fields:
            (self.let_go if self.final else self.hold)()
        self.bell.ring()
        self.log.bell.ring()

    def is_of(self, actor: str) -> bool:
        """Whether an Actor's id, name or `user~name` means this run's."""
        name = actor.rpartition("~")[2]
        return self.data["actId"] in (actor, actor_id(name)) or name == self.actor_name

    def count(self, stat: str) -> int:
        """A counter of `stats`; 0 when it is not there."""
        return int(self.data["stats"].get(stat) or 0)

    def meter(self, unit: str) -> None:
        """Count one storage request in `usage`, persisted with the next update; looking back counts none."""
        if not self.read_only:
            self.data["usage"][unit] = self.data["usage"].get(unit, 0) + 1

    def persist(self) -> None:
        """Write run.json, but not below a folder opened for reading. The run outlives a disk that is full."""
        if not self.read_only:
            named = {ACTOR_NAME: self.actor_name} if is_name(self.actor_name, self.data) else {}
            with contextlib.suppress(OSError):
                self.folder.write_run({**self.data, **named})

    def refresh(self) -> None:
        """Look again at a folder that another program may be writing; what is gone stays as it was known."""
        if not self.read_only or self.absence:
            return
        touched = last_touched(self.folder)
        if touched == self._touched and self.final:
            return
        self._touched = touched
        before = self.data["status"]
        self.data = opened_object(self.folder, self.data)
        self.data.pop(ACTOR_NAME, None)
        if self.data["status"] != before:
            self.bell.ring()
            self.log.bell.ring()

    async def wait_final(self, timeout_s: float | None = None) -> dict[str, Any]:
        """The run object once the run is over or gone, or as it is after so many seconds."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            ear = self.bell.ear()
            self.refresh()
            left = None if deadline is None else deadline - time.monotonic()
            if self.final or self.absence or (left is not None and left <= 0):
                return self.data
            pace = FOREIGN_PACE_S if self.read_only else None
            await heard(ear, min(filter(None, (left, pace)), default=None))

    def view(self) -> dict[str, Any]:
        """A copy of the run object for an answer."""
        self.refresh()
        usage = {**self.data["usage"], "ACTOR_COMPUTE_UNITS": self.data["stats"].get("computeUnits") or 0.0}
        whole = {**self.data, "usage": usage}
        return {name: value for name, value in whole.items() if value is not None or name not in ABSENT}

    def hold(self) -> None:
        """Hold the folder for as long as this process lives, which is how others know that the run does."""
        if self._lock is None and not self.read_only:
            self._lock = hold(self.folder)

    def let_go(self) -> None:
        """Let another run use the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def close(self) -> None:
        """Let go of the log and the lock."""
        self.log.close()
        self.let_go()


def new_run(folder: RunFolder, given: dict[str, Any] | None = None, actor: str = DEFAULT_ACTOR) -> RunState:
    """A fresh run in a folder, READY, with the fields that `given` sets; its run.json is written."""
    ids = {field: fresh_id(folder, kind) for kind, field in DEFAULT_IDS.items()}
    state = RunState(
        folder,
        completed(folder, {"id": new_id(), "actId": actor_id(actor), **ids, **(given or {})}),
    )
    state.actor_name = actor
    state.hold()
    state.persist()
    return state


def opened_run(folder: RunFolder) -> RunState:
    """A run read from files, never written."""
    return read_run(folder, read_only=True)


def read_run(folder: RunFolder, *, read_only: bool = False) -> RunState:
    """A run as its files have it, called as its Actor was where they tell that."""
    data = opened_object(folder)
    name = data.pop(ACTOR_NAME, None)
    state = RunState(folder, data, read_only=read_only)
    state.actor_name = name if is_name(name, data) else DEFAULT_ACTOR
    return state


def is_name(name: object, run: dict[str, Any]) -> TypeGuard[str]:
    """Whether it is the name of the run's Actor, and can be written and read anywhere."""
    fits = isinstance(name, str) and name.isprintable() and len(name) <= LONGEST_NAME
    return fits and actor_id(str(name)) == run["actId"]
