"""The request queue's routes: its head, its requests one by one and in batches, and the locks on them."""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from runmon.local.faults import ApiFault, invalid, not_found
from runmon.local.fork import Planned
from runmon.local.queue_store import QueueStore, Registered
from runmon.local.raw_json import Fields, Raw, elements, fields, joined
from runmon.local.request_file import request_id, string
from runmon.local.storage import iso
from runmon.local.storage_routes import change, drop, json_bytes, json_fields, show, store_of
from runmon.local.wire import data, flag, most, number

BATCH = 25
HEAD, LONGEST_HEAD = 100, 1000
LIST, LONGEST_LIST = 1000, 10_000
LONGEST_LOCK_S = 86_400
STATES = ("locked", "pending")


def routes() -> list[Planned]:
    """The routes below a request queue; `/` is the queue itself."""
    one, lock = "/requests/{request_id}", "/requests/{request_id}/lock"
    return [
        Planned("/", show, methods=["GET"]),
        Planned("/", change, methods=["PUT"]),
        Planned("/", drop, methods=["DELETE"]),
        Planned("/head", head, methods=["GET"]),
        Planned("/head/lock", lock_head, methods=["POST"]),
        Planned("/requests", listed, methods=["GET"]),
        Planned("/requests", add, methods=["POST"]),
        Planned("/requests/batch", add_batch, methods=["POST"]),
        Planned("/requests/batch", delete_batch, methods=["DELETE"]),
        Planned("/requests/unlock", unlock_all, methods=["POST"]),
        Planned(one, read, methods=["GET"]),
        Planned(one, update, methods=["PUT"]),
        Planned(one, delete, methods=["DELETE"]),
        Planned(lock, prolong, methods=["PUT"]),
        Planned(lock, unlock, methods=["DELETE"]),
    ]


async def queue_of(request: Request) -> QueueStore:
    """The queue, told who calls. ApiFault 400 for a client key that is no 1 to 32 characters."""
    store = await store_of(request, QueueStore)
    client = request.query_params.get("clientKey")
    if client is not None and not 1 <= len(client) <= 32:
        raise ApiFault(400, "invalid-client-key", "clientKey must be 1 to 32 characters long")
    store.seen(client)
    return store


def client_of(request: Request) -> str:
    """The caller's client key; empty when it sent none."""
    return request.query_params.get("clientKey", "")


async def head(request: Request) -> Response:
    """GET the first requests that wait."""
    store = await queue_of(request)
    limit = most(request, HEAD, LONGEST_HEAD)
    return data(head_of(store, limit, store.head(limit)))


def head_of(store: QueueStore, limit: int, items: list[Fields]) -> dict[str, Any]:
    """The head object of the API."""
    return {
        "limit": limit,
        "queueModifiedAt": iso(store.modified),
        "hadMultipleClients": store.had_multiple_clients,
        "items": raws(items),
    }


async def lock_head(request: Request) -> Response:
    """POST: lock the first requests for the caller."""
    store = await queue_of(request)
    seconds, limit = lock_seconds(request), number(request, "limit", BATCH, 1, BATCH)
    client = client_of(request)
    items = store.lock_head(seconds, limit, client)
    extra: dict[str, Any] = {"lockSecs": int(seconds), "queueHasLockedRequests": store.has_locks()}
    if client:
        extra["clientKey"] = client
    return data(head_of(store, limit, items) | extra, 201)


def lock_seconds(request: Request) -> float:
    """How long to lock. ApiFault 400 when it is missing or no positive number."""
    try:
        seconds = float(request.query_params["lockSecs"])
    except (KeyError, ValueError):
        seconds = 0.0
    if not 0 < seconds <= LONGEST_LOCK_S:
        raise invalid("lockSecs", f"must be a number of seconds above 0 and up to {LONGEST_LOCK_S}")
    return seconds


async def listed(request: Request) -> Response:
    """GET a page of all requests."""
    store = await queue_of(request)
    limit = most(request, LIST, LONGEST_LIST)
    states, cursor = states_of(request), request.query_params.get("cursor")
    start = request.query_params.get("exclusiveStartId")
    if start is not None and (states or cursor is not None):
        raise invalid("exclusiveStartId", "cannot be combined with filter or cursor")
    after = opened(cursor) if cursor is not None else start
    found, last = await asyncio.to_thread(store.page, limit, after, states)
    extra = {"cursor": cursor, "exclusiveStartId": start, "nextCursor": last and sealed(last)}
    return data({"items": raws(found), "limit": limit} | {k: v for k, v in extra.items() if v is not None})


def states_of(request: Request) -> frozenset[str]:
    """The wanted states. ApiFault 400 for others than `locked` and `pending`."""
    asked = {
        part.strip() for text in request.query_params.getlist("filter") for part in text.split(",") if part
    }
    if not asked <= set(STATES):
        raise invalid("filter", "must be locked, pending or both")
    return frozenset(asked)


def sealed(id: str) -> str:
    """A cursor that goes on behind a request."""
    return base64.urlsafe_b64encode(msgspec.json.encode({"requestId": id})).decode().rstrip("=")


def opened(cursor: str) -> str:
    """The request that a cursor goes on from. ApiFault 400 for anything but a cursor of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(text, type=dict[str, str])["requestId"]
    except (ValueError, KeyError, binascii.Error) as error:
        raise invalid("cursor", "is not one that this queue gave") from error


async def add(request: Request) -> Response:
    """POST one request."""
    store = await queue_of(request)
    found = store.add(await json_fields(request), forefront=flag(request, "forefront"))
    return data(registration(found), 201)


def registration(found: Registered) -> dict[str, Any]:
    """What the API tells of a request that was added or updated."""
    return {
        "requestId": found.id,
        "uniqueKey": found.unique_key,
        "wasAlreadyPresent": found.was_present,
        "wasAlreadyHandled": found.was_handled,
    }


async def batch_of(request: Request) -> list[Fields]:
    """The requests of a batch. ApiFault 400 unless they are at most 25 objects in an array."""
    raw = await json_bytes(request)
    found = [fields(part) for part in elements(raw) or []] if raw.lstrip()[:1] == b"[" else []
    if not found or len(found) > BATCH:
        raise invalid("requests", f"must be an array of 1 to {BATCH} objects")
    return [checked(part) for part in found]


def checked(found: Fields | None) -> Fields:
    """An element of a batch. ApiFault 400 when it is no object."""
    if found is None:
        raise ApiFault(400, "invalid-request", "Every request must be a JSON object")
    return found


async def add_batch(request: Request) -> Response:
    """POST up to 25 requests."""
    store = await queue_of(request)
    batch, forefront = await batch_of(request), flag(request, "forefront")
    if not all(string(one, "url") and string(one, "uniqueKey") for one in batch):
        raise invalid("requests", "need a url and a uniqueKey each")
    added = [registration(store.add(one, forefront=forefront)) for one in batch]
    return data({"processedRequests": added, "unprocessedRequests": []}, 201)


async def delete_batch(request: Request) -> Response:
    """DELETE up to 25 requests by id or unique key."""
    store = await queue_of(request)
    named = [(string(one, "id"), string(one, "uniqueKey")) for one in await batch_of(request)]
    if not all(id or unique_key for id, unique_key in named):
        raise invalid("requests", "need an id or a uniqueKey each")
    for id, unique_key in named:
        store.delete(id or request_id(unique_key or ""))
    gone = [{"id": id} if id else {"uniqueKey": unique_key} for id, unique_key in named]
    return data({"processedRequests": gone, "unprocessedRequests": []})


async def unlock_all(request: Request) -> Response:
    """POST: let go of what the caller locked."""
    store = await queue_of(request)
    return data({"unlockedCount": store.unlock_all(client_of(request))})


async def read(request: Request) -> Response:
    """GET a request; the API knows no client key here, so the reader is not counted as a client."""
    store = await store_of(request, QueueStore)
    found = store.get(request.path_params["request_id"])
    if found is None:
        raise not_found("Request")
    return data(Raw(joined(found)))


async def update(request: Request) -> Response:
    """PUT a request: handled, or waiting again."""
    store = await queue_of(request)
    wish, id = await json_fields(request), request.path_params["request_id"]
    if string(wish, "id") not in {None, id}:
        raise ApiFault(400, "id-does-not-match", "The id in the body is not the one in the URL")
    return data(registration(store.update(id, wish, forefront=flag(request, "forefront"))))


async def delete(request: Request) -> Response:
    """DELETE a request; one that is not there is no error."""
    store = await queue_of(request)
    store.delete(request.path_params["request_id"])
    return Response(status_code=204)


async def prolong(request: Request) -> Response:
    """PUT a lock: hold it longer."""
    store = await queue_of(request)
    until = store.prolong(
        request.path_params["request_id"],
        lock_seconds(request),
        client_of(request),
        forefront=flag(request, "forefront"),
    )
    return data({"lockExpiresAt": until})


async def unlock(request: Request) -> Response:
    """DELETE a lock."""
    store = await queue_of(request)
    store.unlock(request.path_params["request_id"], client_of(request), forefront=flag(request, "forefront"))
    return Response(status_code=204)


def raws(found: list[Fields]) -> list[Raw]:
    """Requests as the bytes they were stored as."""
    return [Raw(joined(one)) for one in found]
