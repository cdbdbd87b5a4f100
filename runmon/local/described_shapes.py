"""What the local platform's answers and bodies look like, as JSON Schema: the nouns of its description."""

from __future__ import annotations

from typing import Any

from runmon.local.run_object import USAGE_UNITS

Schema = dict[str, Any]

ANY: Schema = {}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
BYTES: Schema = {"type": "string", "format": "binary"}
ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9]{1,32}$"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
URL: Schema = {"type": "string", "pattern": "^https?://"}
STATUS: Schema = {"type": "string", "pattern": "^[A-Z-]+$"}
ACCESS = ("FOLLOW_USER_SETTING", "ANYONE_WITH_ID_CAN_READ", "RESTRICTED")


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def some(schema: Schema, **limits: int) -> Schema:
    """An array of such things; `minItems` and `maxItems` limit it."""
    return {"type": "array", "items": schema, **limits}


def table(schema: Schema) -> Schema:
    """An object with such values under any names."""
    return {"type": "object", "additionalProperties": schema}


def one_of(*words: str) -> Schema:
    """One of these strings."""
    return {"type": "string", "enum": list(words)}


def ref(name: str) -> Schema:
    """A shape of this file by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def thing(always: dict[str, Schema], **sometimes: Schema) -> Schema:
    """An object with fields that are always there and others that may be."""
    return {"type": "object", "required": list(always), "properties": {**always, **sometimes}}


RUN_IDS = {
    "id": ID,
    "actId": ID,
    "userId": ID,
    "buildId": ID,
    "defaultKeyValueStoreId": ID,
    "defaultDatasetId": ID,
    "defaultRequestQueueId": ID,
}
RUN_FACTS = {
    "actorTaskId": maybe(TEXT),
    "startedAt": TIME,
    "finishedAt": maybe(TIME),
    "status": STATUS,
    "buildNumber": maybe(TEXT),
    "meta": thing({"origin": TEXT}),
    "generalAccess": one_of(*ACCESS),
}
ZEROS = ("inputBodyLen", "migrationCount", "rebootCount", "restartCount", "resurrectCount", "metamorph")
FIGURES = ("memAvgBytes", "memMaxBytes", "memCurrentBytes", "cpuAvgUsage", "cpuMaxUsage", "cpuCurrentUsage")
UNITS = ("DATASET_READS", "DATASET_WRITES", "KEY_VALUE_STORE_READS", "REQUEST_QUEUE_READS")
DOLLARS = {"usageUsd": table(NUMBER), "usageTotalUsd": NUMBER}

STORAGE = {
    "id": ID,
    "name": maybe(TEXT),
    "userId": ID,
    "createdAt": TIME,
    "modifiedAt": TIME,
    "accessedAt": TIME,
    "actId": maybe(ID),
    "actRunId": maybe(ID),
    "generalAccess": one_of(*ACCESS, "ANYONE_WITH_NAME_CAN_READ"),
    "consoleUrl": URL,
}
READS_AND_WRITES = {"readCount": COUNT, "writeCount": COUNT, "storageBytes": COUNT}
REQUEST = {"id": TEXT, "url": TEXT, "uniqueKey": TEXT, "method": TEXT, "retryCount": WHOLE}
PAGE = {"total": COUNT, "offset": COUNT, "limit": COUNT, "count": COUNT, "desc": FLAG}
HEAD = {"limit": COUNT, "queueModifiedAt": TIME, "hadMultipleClients": FLAG}

ANSWERS: dict[str, Schema] = {
    "Error": thing({"error": thing({"type": TEXT, "message": TEXT}, data=ANY)}),
    "Nothing": {"type": "object", "maxProperties": 0},
    "User": thing({"id": ID, "username": TEXT, "plan": thing({"id": TEXT})}, proxy=ANY, profile=ANY),
    "Actor": thing({"id": ID, "userId": ID, "name": TEXT, "username": TEXT, "createdAt": TIME}),
    "ActorPage": thing({**PAGE, "items": some(ref("ShortActor"))}),
    "ShortActor": thing({"id": ID, "name": TEXT, "username": TEXT, "createdAt": TIME, "modifiedAt": TIME}),
    "Run": thing(
        {
            **RUN_IDS,
            **RUN_FACTS,
            "statusMessage": maybe(TEXT),
            "isStatusMessageTerminal": maybe(FLAG),
            "gitBranchName": maybe(TEXT),
            "exitCode": maybe(WHOLE),
            "options": thing(
                {"build": TEXT, "timeoutSecs": NUMBER, "memoryMbytes": COUNT, "diskMbytes": COUNT}
            ),
            "stats": thing(
                dict.fromkeys(ZEROS, COUNT) | {"computeUnits": NUMBER}, **dict.fromkeys(FIGURES, NUMBER)
            ),
            "usage": thing(dict.fromkeys(USAGE_UNITS, NUMBER)),
            "chargedEventCounts": table(COUNT),
            "storageIds": thing(dict.fromkeys(("datasets", "keyValueStores", "requestQueues"), table(ID))),
            "metamorphs": maybe(some(thing({"createdAt": TIME, "actorId": ID, "inputKey": TEXT}))),
        },
        **DOLLARS,
    ),
    "ShortRun": thing({**RUN_IDS, **RUN_FACTS, "buildNumberInt": COUNT}, **DOLLARS),
    "RunPage": thing({**PAGE, "items": some(ref("ShortRun"))}),
    "Dataset": thing(
        {
            **STORAGE,
            "itemCount": COUNT,
            "cleanItemCount": COUNT,
            "fields": some(TEXT),
            "schema": ANY,
            "stats": thing(READS_AND_WRITES),
            "itemsPublicUrl": URL,
        },
        urlSigningSecretKey=TEXT,
    ),
    "KeyValueStore": thing(
        {
            **STORAGE,
            "schema": ANY,
            "stats": thing({**READS_AND_WRITES, "deleteCount": COUNT, "listCount": COUNT}),
            "keysPublicUrl": URL,
            "recordsPublicUrl": URL,
        },
        urlSigningSecretKey=TEXT,
    ),
    "RequestQueue": thing(
        {
            **STORAGE,
            "totalRequestCount": COUNT,
            "handledRequestCount": COUNT,
            "pendingRequestCount": WHOLE,
            "hadMultipleClients": FLAG,
            "stats": thing({**READS_AND_WRITES, "deleteCount": COUNT, "headItemReadCount": COUNT}),
        }
    ),
    "Statistics": thing(
        {
            "fieldStatistics": table(
                thing({}, min=maybe(NUMBER), max=maybe(NUMBER), nullCount=COUNT, emptyCount=COUNT)
            )
        }
    ),
    "KeyPage": thing(
        {
            "items": some(thing({"key": TEXT, "size": COUNT, "recordPublicUrl": URL})),
            "count": COUNT,
            "limit": COUNT,
            "exclusiveStartKey": maybe(TEXT),
            "isTruncated": FLAG,
            "nextExclusiveStartKey": maybe(TEXT),
        }
    ),
    "Request": thing({**REQUEST, "method": ANY, "retryCount": ANY}),
    "RequestPage": thing({"limit": COUNT, "items": some(ref("Request"))}, cursor=TEXT, nextCursor=TEXT),
    "Head": thing({**HEAD, "items": some(ref("Request"))}),
    "LockedHead": thing(
        {
            **HEAD,
            "lockSecs": COUNT,
            "queueHasLockedRequests": FLAG,
            "items": some(thing({"id": TEXT, "lockExpiresAt": TIME})),
        },
        clientKey=TEXT,
    ),
    "Lock": thing({"lockExpiresAt": TIME}),
    "Unlocked": thing({"unlockedCount": COUNT}),
    "Registered": thing(
        {"requestId": TEXT, "uniqueKey": TEXT, "wasAlreadyPresent": FLAG, "wasAlreadyHandled": FLAG}
    ),
    "AddedBatch": thing({"processedRequests": some(ref("Registered")), "unprocessedRequests": some(ANY)}),
    "DeletedBatch": thing(
        {"processedRequests": some(thing({}, id=TEXT, uniqueKey=TEXT)), "unprocessedRequests": some(ANY)}
    ),
}

BODIES: dict[str, Schema] = {
    "RunChange": thing(
        {},
        runId=maybe(ID),
        statusMessage=maybe(TEXT),
        isStatusMessageTerminal=maybe(FLAG),
        generalAccess=maybe(one_of(*ACCESS)),
    ),
    "StorageChange": thing(
        {},
        name=maybe({"type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"}),
        generalAccess=maybe(one_of(*ACCESS, "ANYONE_WITH_NAME_CAN_READ")),
    ),
    "Charge": thing(
        {"eventName": {"type": "string", "minLength": 1}}, count={**COUNT, "maximum": 1_000_000_000}
    ),
    "Items": {"anyOf": [table(ANY), some(table(ANY))]},
    "NewRequest": thing(
        {"url": {"type": "string", "minLength": 1}, "uniqueKey": {"type": "string", "minLength": 1}},
        method=TEXT,
        retryCount=WHOLE,
        userData=table(ANY),
        headers=table(TEXT),
        payload=ANY,
        noRetry=FLAG,
        handledAt=maybe(TIME),
    ),
    "Batch": some(ref("NewRequest"), minItems=1, maxItems=25),
    "Named": {
        "anyOf": [
            thing({"id": {"type": "string", "minLength": 1}}),
            thing({"uniqueKey": {"type": "string", "minLength": 1}}),
        ]
    },
    "NamedBatch": some(ref("Named"), minItems=1, maxItems=25),
}
