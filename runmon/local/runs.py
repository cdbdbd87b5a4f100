"""One run as the platform holds it: the live object, its storages and its log, persisted to run.json."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import time
from functools import cached_property
from typing import Any

from runmon.local.bell import Bell, heard
from runmon.local.datasets import DatasetStore
from runmon.local.evidence import last_touched, made_up_run
from runmon.local.folder import KINDS, RunFolder, read_object
from runmon.local.identity import LOCAL_USER_ID, derived_id, legal_id, new_id, now_text
from runmon.local.logs import LogFile
from runmon.local.queues import QueueStore
from runmon.local.records import RecordStore

FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})

FOREIGN_PACE_S = 0.25
"""How often a folder that another program writes is looked at while somebody waits."""

USAGE_UNITS = (
    "ACTOR_COMPUTE_UNITS",
    "DATASET_READS",
    "DATASET_WRITES",
    "KEY_VALUE_STORE_READS",
    "KEY_VALUE_STORE_WRITES",
    "KEY_VALUE_STORE_LISTS",
    "REQUEST_QUEUE_READS",
    "REQUEST_QUEUE_WRITES",
    "DATA_TRANSFER_INTERNAL_GBYTES",
    "DATA_TRANSFER_EXTERNAL_GBYTES",
    "PROXY_RESIDENTIAL_TRANSFER_GBYTES",
    "PROXY_SERPS",
)

DEFAULT_IDS = {
    "dataset": "defaultDatasetId",
    "records": "defaultKeyValueStoreId",
    "queue": "defaultRequestQueueId",
}
"""A storage's kind → the run's field that names its default storage."""

ALIASES = {"dataset": "datasets", "records": "keyValueStores", "queue": "requestQueues"}
"""A storage's kind → its part of `storageIds`."""


class RunState:
    """A run: `data` is the API's object. Use it on the platform's loop only."""

    def __init__(self, folder: RunFolder, data: dict[str, Any], *, read_only: bool = False) -> None:
        self.folder = folder
        self.data = data
        self.read_only = read_only
        self.bell = Bell()
        self.log = LogFile(folder.log_file)
        self._lock: int | None = None
        self._touched = 0.0

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.data["id"])

    @property
    def final(self) -> bool:
        """Whether the run is over."""
        return self.data["status"] in FINAL

    @cached_property
    def dataset(self) -> DatasetStore:
        """The default dataset."""
        return DatasetStore(
            self.folder.place("dataset"), id=self.data["defaultDatasetId"], read_only=self.read_only
        )

    @cached_property
    def records(self) -> RecordStore:
        """The default key-value store."""
        return RecordStore(
            self.folder.place("records"), id=self.data["defaultKeyValueStoreId"], read_only=self.read_only
        )

    @cached_property
    def queue(self) -> QueueStore:
        """The default request queue."""
        return QueueStore(
            self.folder.place("queue"), id=self.data["defaultRequestQueueId"], read_only=self.read_only
        )

    def update(self, **fields: Any) -> None:
        """Set fields of the run object (objects merge one level deep), persist it, and wake everybody who waits.

        A final status without a `finishedAt` gets the present moment.
        """
        for name, value in fields.items():
            held = self.data.get(name)
            merge = isinstance(value, dict) and isinstance(held, dict)
            self.data[name] = {**held, **value} if merge and held is not None else value
        if self.final and not self.data.get("finishedAt"):
            self.data["finishedAt"] = now_text()
        self.persist()
        self.bell.ring()
        self.log.bell.ring()

    def persist(self) -> None:
        """Write run.json; a folder opened for reading is left alone, and so is one that is gone."""
        if not self.read_only:
            with contextlib.suppress(FileNotFoundError):
                self.folder.write_run(self.data)

    def refresh(self) -> None:
        """Look again at a folder that another program may be writing."""
        if not self.read_only:
            return
        touched = last_touched(self.folder)
        if touched == self._touched and self.final:
            return
        self._touched = touched
        before = self.data["status"]
        self.data = opened_object(self.folder, self.data)
        if self.data["status"] != before:
            self.bell.ring()
            self.log.bell.ring()

    async def wait_final(self, timeout_s: float | None = None) -> dict[str, Any]:
        """The run object once the run is over, or as it is after so many seconds."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            ear = self.bell.ear()
            self.refresh()
            left = None if deadline is None else deadline - time.monotonic()
            if self.final or (left is not None and left <= 0):
                return self.data
            pace = FOREIGN_PACE_S if self.read_only else None
            await heard(ear, min(filter(None, (left, pace)), default=None))

    def view(self) -> dict[str, Any]:
        """A copy of the run object for an answer."""
        self.refresh()
        return copy.copy(self.data)

    def hold(self) -> None:
        """Hold the folder's lock for as long as this process lives, which is how others know the run does."""
        with contextlib.suppress(OSError):
            self._lock = os.open(lock_path(self.folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Let go of the log and the lock."""
        self.log.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def lock_path(folder: RunFolder) -> str:
    """The file whose lock says that a platform is writing this run."""
    return str(folder.path / ".runmon.lock")


def held_elsewhere(folder: RunFolder) -> bool:
    """Whether a living process holds the run (a killed one holds nothing: the kernel took its lock)."""
    try:
        handle = os.open(lock_path(folder), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def new_run(folder: RunFolder, given: dict[str, Any] | None = None) -> RunState:
    """A fresh run in a folder, READY, with the fields that `given` sets; its run.json is written."""
    ids = {field: fresh_id(folder, kind) for kind, field in DEFAULT_IDS.items()}
    state = RunState(folder, completed(folder, {"id": new_id(), **ids, **(given or {})}))
    state.hold()
    state.persist()
    return state


def opened_run(folder: RunFolder) -> RunState:
    """A run read from files, never written."""
    return RunState(folder, opened_object(folder), read_only=True)


def opened_object(folder: RunFolder, held: dict[str, Any] | None = None) -> dict[str, Any]:
    """The run object of a folder: run.json's as far as it can be true, else one made up from the files.

    `held` is the object known so far: its id stays, and a run.json caught half-written does not change it.
    """
    stored = folder.read_run()
    if not stored and held is not None and folder.run_file.exists():
        return held
    data = {**made_up_run(folder), **stored}
    if stored and data["status"] not in FINAL and not held_elsewhere(folder):
        data = orphaned(data, made_up_run(folder))
    if held is not None:
        data["id"] = held["id"]
    elif not legal_id(data["id"]):
        data["id"] = derived_id(str(folder.path))
    return completed(folder, data)


def orphaned(data: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    """A run whose platform died: it was ended with it, so it is ABORTED, and says why."""
    return {
        **data,
        "status": "ABORTED",
        "statusMessage": "runmon ended before this run did, so the run was ended with it",
        "isStatusMessageTerminal": True,
        "finishedAt": data.get("finishedAt") or evidence["finishedAt"] or now_text(),
    }


def completed(folder: RunFolder, data: dict[str, Any]) -> dict[str, Any]:
    """The object with every field the API documents; what is unknown is null or zero as there."""
    ids = {field: own_id(folder, kind, data.get(field)) for kind, field in DEFAULT_IDS.items()}
    options = {"build": "local", "timeoutSecs": 0, "memoryMbytes": 1024, **as_object(data.get("options"))}
    whole = {**blank(), **data, **ids}
    whole["options"] = {"diskMbytes": 2 * int(options["memoryMbytes"]), **options}
    whole["stats"] = {**ZERO_STATS, **as_object(data.get("stats"))}
    whole["usage"] = {**dict.fromkeys(USAGE_UNITS, 0), **as_object(data.get("usage"))}
    whole["usageUsd"] = {**dict.fromkeys(USAGE_UNITS, 0.0), **as_object(data.get("usageUsd"))}
    whole["storageIds"] = {
        ALIASES[kind]: {
            "default": ids[field],
            **{name: folder.storage_id(kind, name) for name in folder.names(kind)},
        }
        for kind, field in DEFAULT_IDS.items()
    }
    return whole


ZERO_STATS: dict[str, Any] = {
    "inputBodyLen": 0,
    "migrationCount": 0,
    "rebootCount": 0,
    "restartCount": 0,
    "resurrectCount": 0,
    "metamorph": 0,
    "computeUnits": 0.0,
}
"""Counts that are zero until something happens; figures of a process stay absent until one is measured."""


def blank() -> dict[str, Any]:
    """Every documented field of a run, before anything is known of it."""
    return {
        "actId": derived_id("actor"),
        "userId": LOCAL_USER_ID,
        "actorTaskId": None,
        "startedAt": now_text(),
        "finishedAt": None,
        "status": "READY",
        "statusMessage": None,
        "isStatusMessageTerminal": None,
        "meta": {"origin": "DEVELOPMENT"},
        "stats": {},
        "options": {},
        "buildId": derived_id("build"),
        "buildNumber": None,
        "gitBranchName": None,
        "exitCode": None,
        "usage": {},
        "usageUsd": {},
        "usageTotalUsd": 0.0,
        "chargedEventCounts": {},
        "pricingInfo": None,
        "platformUsageBillingModel": "USER",
        "generalAccess": "RESTRICTED",
        "containerUrl": None,
        "isContainerServerReady": None,
        "metamorphs": None,
    }


def own_id(folder: RunFolder, kind: str, given: Any) -> str:
    """The id of a default storage: the run object's, else the storage's own."""
    return given if legal_id(given) else folder.storage_id(kind)


def fresh_id(folder: RunFolder, kind: str) -> str:
    """The id that a storage left from an earlier run has in its metadata, else a new one."""
    given = read_object(folder.place(kind) / "__metadata__.json").get("id")
    return str(given) if legal_id(given) else new_id()


def as_object(value: Any) -> dict[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


assert DEFAULT_IDS.keys() == ALIASES.keys() == KINDS.keys()
