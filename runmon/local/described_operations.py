"""What each operation of the local platform takes and answers: one line an operation, whatever its prefix."""

from __future__ import annotations

from dataclasses import dataclass

from runmon.local.described_shapes import ANY, FLAG, NUMBER, TEXT, Schema, one_of, ref
from runmon.local.formats import FORMATS

READ_ERRORS = "400 401 403 404 429 503"
BODY_ERRORS = f"{READ_ERRORS} 408 413 415"


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a kind of place. Queries name parameters of `QUERY`, an exclamation mark says required."""

    summary: str
    data: str = ""
    """The shape within the envelope of the answer; empty for an answer that has none."""
    bare: Schema | None = None
    """The schema of an answer without an envelope."""
    types: tuple[str, ...] = ("application/json",)
    """Content types of the answer."""
    ok: str = "200"
    """The statuses of success."""
    query: str = ""
    headers: str = ""
    body: Schema | None = None
    takes: tuple[str, ...] = ("application/json",)
    """Content types of the body."""
    errors: str = READ_ERRORS


def whole(lowest: int, about: str, **more: int) -> Schema:
    """A whole-number parameter."""
    return {"type": "integer", "minimum": lowest, "description": about, **more}


def word(about: str, **more: object) -> Schema:
    """A text parameter."""
    return {**TEXT, "description": about, **more}


def flag(about: str) -> Schema:
    """A boolean parameter: `true` and `1` say yes."""
    return {**FLAG, "description": about}


def dollars(about: str) -> Schema:
    """A parameter in dollars."""
    return {**NUMBER, "exclusiveMinimum": 0, "exclusiveMaximum": 1e9, "description": about}


QUERY: dict[str, Schema] = {
    "offset": whole(0, "How many to pass over"),
    "limit": whole(0, "How many at most; 0 means no limit of the caller's"),
    "limit>0": whole(1, "How many at most; more than a page holds means a whole page"),
    "desc": flag("The last first"),
    "status": word("Statuses, with commas between them"),
    "origin": word("Only runs of this origin"),
    "my": flag("Only those of the one user, as all are"),
    "sortBy": one_of("createdAt", "stats.lastRunStartedAt"),
    "startedAfter": word("ISO 8601, inclusive", format="date-time"),
    "startedBefore": word("ISO 8601, inclusive", format="date-time"),
    "waitForFinish": whole(0, "Seconds to wait for the end of the run, at most 60"),
    "gracefully": flag("Tell the Actor, and give it 30 seconds"),
    "build": word("Any name: commands have no builds"),
    "timeout": whole(0, "Seconds until the run is timed out, 0 for none"),
    "memory": whole(128, "Megabytes the run is accounted with"),
    "maxItems": whole(1, "Told to the Actor"),
    "maxTotalChargeUsd": dollars("Told to the Actor"),
    "restartOnError": flag("Start a failing process again, three times at most"),
    "targetActorId": word("The registered Actor to become, by id, name or user~name", minLength=1),
    "stream": flag("Go on until the run is over"),
    "raw": flag("With escape sequences"),
    "download": flag("As an attachment"),
    "attachment": flag("As an attachment"),
    "signature": word("Opens the address without a token"),
    "format": {**one_of(*FORMATS), "description": "How the items are written"},
    "clean": flag("skipHidden and skipEmpty"),
    "fields": word("Only these fields, in this order"),
    "outputFields": word("New names for `fields`, as many"),
    "omit": word("All fields but these"),
    "unwind": word("One item for each element of these fields"),
    "flatten": word("Dotted names for what lies in these fields"),
    "delimiter": word("Between the cells of a CSV", pattern='^[^"\\r\\n]?$'),
    "bom": flag("Begin with a byte order mark (CSV does)"),
    "xmlRoot": word("The root element"),
    "xmlRow": word("The element of an item"),
    "skipHeaderRow": flag("No names of columns"),
    "skipHidden": flag("No fields that begin with #"),
    "skipEmpty": flag("No items without fields"),
    "simplified": flag("As the Legacy API did"),
    "skipFailedPages": flag("No items with an errorInfo"),
    "view": word("A view of the dataset's schema"),
    "feedTitle": word("The title of an RSS feed"),
    "feedDescription": word("The description of an RSS feed"),
    "prefix": word("Only keys that begin so"),
    "collection": word("Refused: no store here has collections", maxLength=0),
    "exclusiveStartKey": word("Keys behind this one"),
    "exclusiveStartId": word("Requests behind this one; not with cursor or filter"),
    "cursor": word("The nextCursor of the page before", pattern="^[A-Za-z0-9_-]+$"),
    "filter": word("locked, pending, or both with a comma", pattern="^(locked|pending)(,(locked|pending))?$"),
    "clientKey": word("Who asks, as locks know it", minLength=1, maxLength=32),
    "lockSecs": {**NUMBER, "exclusiveMinimum": 0, "maximum": 86_400, "description": "Seconds to hold a lock"},
    "forefront": flag("Put it first"),
    "name": word("The name; none for a new storage without one", pattern="^[A-Za-z0-9-]{0,63}$"),
}
HEADERS: dict[str, Schema] = {
    "Content-Encoding": one_of("identity", "gzip", "deflate", "br"),
    "Idempotency-Key": TEXT,
    "Range": {"type": "string", "pattern": "^bytes=[0-9]+-[0-9]*$"},
}

ITEM_QUERY = (
    "offset limit desc format clean fields outputFields omit unwind flatten delimiter bom "
    "xmlRoot xmlRow skipHeaderRow skipHidden skipEmpty simplified skipFailedPages view "
    "feedTitle feedDescription attachment signature"
)
OPTIONS = "build timeout memory maxItems maxTotalChargeUsd restartOnError"
ITEM_TYPES = tuple(made.content_type.partition(";")[0] for made in FORMATS.values())
RAW = ("application/json", "text/plain", "application/octet-stream")
LOG = Operation(
    "The log, whole, by range or followed",
    bare=TEXT,
    types=("text/plain",),
    ok="200 206",
    query="stream raw download",
    headers="Range",
    errors=f"{READ_ERRORS} 416",
)


def put(
    shape: str, body: str, summary: str, *, ok: str = "200", query: str = "", also: str = ""
) -> Operation:
    """An operation that takes JSON and answers with a shape; `also` names further statuses of refusal."""
    errors = f"{BODY_ERRORS} {also}"
    return Operation(
        summary, shape, body=ref(body), headers="Content-Encoding", errors=errors, ok=ok, query=query
    )


def storage(kind: str, shape: str, noun: str) -> dict[str, Operation]:
    """The operations on a storage itself."""
    return {
        f"GET {kind}": Operation(f"The {noun}", shape),
        f"PUT {kind}": put(shape, "StorageChange", f"Name the {noun}, or say who may read it", also="409"),
        f"DELETE {kind}": Operation(f"Delete the {noun} with all it holds", ok="204"),
        f"POST {kind}s": Operation(
            f"The {noun} of a name, made if need be", shape, ok="200 201", query="name"
        ),
    }


RUN_OPERATIONS = {
    "GET users/me": Operation("The one local user", "User"),
    "GET runs": Operation(
        "A page of all runs", "RunPage", query="offset limit desc status startedAfter startedBefore"
    ),
    "GET run": Operation("The run", "Run", query="waitForFinish"),
    "PUT run": put("Run", "RunChange", "Set the run's message, or say who may read it"),
    "DELETE run": Operation("Forget a finished run", ok="204"),
    "POST run/abort": Operation("End the run", "Run", query="gracefully"),
    "POST run/reboot": Operation("Start the run's process again", "Run"),
    "POST run/resurrect": Operation("Go on with a finished run", "Run", query=OPTIONS),
    "POST run/metamorph": Operation(
        "Go on as another Actor; the body is its input",
        "Run",
        query="targetActorId! build",
        body=ANY,
        takes=RAW,
        errors=BODY_ERRORS,
    ),
    "POST run/charge": Operation(
        "Count an event of the run",
        bare=ref("Nothing"),
        ok="201",
        headers="Idempotency-Key",
        body=ref("Charge"),
        errors=BODY_ERRORS,
    ),
    "GET run/log": LOG,
    "GET actors": Operation(
        "A page of registered commands", "ActorPage", query="offset limit desc my sortBy"
    ),
    "GET actor": Operation("A registered command as an Actor", "Actor"),
    "GET actor/runs": Operation(
        "A page of the Actor's runs", "RunPage", query="offset limit desc status startedAfter startedBefore"
    ),
    "POST actor/runs": Operation(
        "Start the Actor; the body is its input",
        "Run",
        ok="201",
        query=f"{OPTIONS} waitForFinish",
        body=ANY,
        takes=RAW,
        errors=BODY_ERRORS,
    ),
    "GET openapi.json": Operation("This description", bare={"type": "object"}),
}
DATASET_OPERATIONS = {
    **storage("dataset", "Dataset", "dataset"),
    "GET dataset/items": Operation("The items", bare=ANY, types=ITEM_TYPES, query=ITEM_QUERY),
    "POST dataset/items": Operation(
        "Store one item or an array of them",
        bare=ref("Nothing"),
        ok="201",
        headers="Content-Encoding",
        body=ref("Items"),
        errors=BODY_ERRORS,
    ),
    "GET dataset/statistics": Operation("What values the fields have", "Statistics"),
}
WRITE = Operation(
    "Store a record",
    bare=ref("Nothing"),
    ok="201",
    headers="Content-Encoding",
    body=ANY,
    takes=RAW,
    errors=BODY_ERRORS,
)
STORE_OPERATIONS = {
    **storage("key-value-store", "KeyValueStore", "key-value store"),
    "GET key-value-store/keys": Operation(
        "A page of keys", "KeyPage", query="limit>0 exclusiveStartKey prefix collection signature"
    ),
    "GET key-value-store/records": Operation(
        "The records as a zip", bare=ANY, types=("application/zip",), query="prefix collection signature"
    ),
    "GET key-value-store/records/{}": Operation(
        "A record", bare=ANY, types=("*/*",), ok="200 302", query="attachment signature"
    ),
    "PUT key-value-store/records/{}": WRITE,
    "POST key-value-store/records/{}": WRITE,
    "DELETE key-value-store/records/{}": Operation("Delete a record", ok="204"),
}
QUEUE_OPERATIONS = {
    **storage("request-queue", "RequestQueue", "request queue"),
    "GET request-queue/head": Operation("What comes next", "Head", query="limit clientKey"),
    "POST request-queue/head/lock": Operation(
        "Take what comes next", "LockedHead", ok="201", query="lockSecs! limit>0 clientKey"
    ),
    "GET request-queue/requests": Operation(
        "A page of requests", "RequestPage", query="limit cursor exclusiveStartId filter clientKey"
    ),
    "POST request-queue/requests": put(
        "Registered", "NewRequest", "Add a request", ok="201", query="forefront clientKey"
    ),
    "POST request-queue/requests/batch": put(
        "AddedBatch", "Batch", "Add requests", ok="201", query="forefront clientKey"
    ),
    "DELETE request-queue/requests/batch": put(
        "DeletedBatch", "NamedBatch", "Delete requests", query="clientKey"
    ),
    "POST request-queue/requests/unlock": Operation(
        "Let go of what the caller holds", "Unlocked", query="clientKey"
    ),
    "GET request-queue/requests/{}": Operation("A request", "Request"),
    "PUT request-queue/requests/{}": put(
        "Registered", "NewRequest", "Change a request", query="forefront clientKey"
    ),
    "DELETE request-queue/requests/{}": Operation("Delete a request", ok="204", query="clientKey"),
    "PUT request-queue/requests/{}/lock": Operation(
        "Hold a request longer", "Lock", query="lockSecs! clientKey forefront"
    ),
    "DELETE request-queue/requests/{}/lock": Operation(
        "Let a request go", ok="204", query="clientKey forefront"
    ),
}
OPERATIONS = {**RUN_OPERATIONS, **DATASET_OPERATIONS, **STORE_OPERATIONS, **QUEUE_OPERATIONS}
