"""The run object: every field the API documents, filled from what is known and honest about what is not."""

from __future__ import annotations

from typing import Any

from runmon.local.evidence import made_up_run
from runmon.local.folder import KINDS, RunFolder, read_object
from runmon.local.holding import held_elsewhere
from runmon.local.identity import LOCAL_USER_ID, actor_id, derived_id, legal_id, new_id, now_text

FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED", "ENDED"})

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

ABSENT = frozenset({"pricingInfo", "containerUrl"})
"""Fields that an answer leaves out rather than giving null."""

DEFAULT_IDS = {
    "dataset": "defaultDatasetId",
    "records": "defaultKeyValueStoreId",
    "queue": "defaultRequestQueueId",
}
"""A storage's kind → the run's field that names its default storage."""

ALIASES = {"dataset": "datasets", "records": "keyValueStores", "queue": "requestQueues"}
"""A storage's kind → its part of `storageIds`."""


def opened_object(folder: RunFolder, held: dict[str, Any] | None = None) -> dict[str, Any]:
    """The run object of a folder: run.json's as far as it can be true, else one made up from the files.

    `held` is the object known so far: its ids stay, and a run.json caught half-written does not change it.
    """
    stored = fitting(folder.read_run())
    if not stored and held is not None and folder.run_file.exists():
        return held
    data = {**made_up_run(folder), **stored}
    if stored and data["status"] not in FINAL and not held_elsewhere(folder):
        data = orphaned(data, made_up_run(folder))
    if held is not None:
        data |= {field: held[field] for field in ("id", *DEFAULT_IDS.values())}
    elif not legal_id(data["id"]):
        data["id"] = folder.own_id
    return completed(folder, data)


TEXT, OBJECT, NOTHING = (str,), (dict,), (type(None),)
KINDS_OF_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("status", "actId", "userId", "startedAt", "buildId", "generalAccess"), TEXT),
    **dict.fromkeys(("meta", "options", "stats", "usage", "usageUsd"), OBJECT),
    **dict.fromkeys(("chargedEventCounts", "pricingInfo"), OBJECT + NOTHING),
    "finishedAt": TEXT + NOTHING,
    "metamorphs": (list, *NOTHING),
}
"""What the fields are that this platform itself reads."""


def fitting(stored: dict[str, Any]) -> dict[str, Any]:
    """A run.json without the fields that are no such thing: anybody may have written it."""
    return {
        name: value for name, value in stored.items() if isinstance(value, KINDS_OF_FIELDS.get(name, object))
    }


ORPHANED = "runmon ended before this run did, so the run was ended with it"
CAUGHT = "It was {} when this copy was made; how it ended is not in it"
"""Of a run that was not started here: a copy cannot follow it, so it counts as ended early."""


def orphaned(data: dict[str, Any], evidence: dict[str, Any]) -> dict[str, Any]:
    """A run that nobody writes any more: it is ABORTED, and says why."""
    own = data.get("userId") in (None, LOCAL_USER_ID)
    return {
        **data,
        "status": "ABORTED",
        "statusMessage": ORPHANED if own else CAUGHT.format(data["status"]),
        "isStatusMessageTerminal": True,
        "finishedAt": data.get("finishedAt") or evidence["finishedAt"] or now_text(),
    }


def completed(folder: RunFolder, data: dict[str, Any]) -> dict[str, Any]:
    """The object with every field the API documents; what is unknown is null or zero as there."""
    ids = {field: own_id(folder, kind, data.get(field)) for kind, field in DEFAULT_IDS.items()}
    options = {"build": "local", "timeoutSecs": 0, "memoryMbytes": 1024, **as_object(data.get("options"))}
    whole = {**blank(), **data, **ids}
    memory = options["memoryMbytes"]
    whole["options"] = {"diskMbytes": 2 * (memory if isinstance(memory, int) else 1024), **options}
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
        "actId": actor_id("actor"),
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
        "buildNumber": "0.0.1",
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
