"""What the routes of all three storages do alike: find the store, describe, rename and delete it."""

from __future__ import annotations

import asyncio
import re
from typing import Any, TypeVar, cast

from starlette.requests import Request
from starlette.responses import Response

from runmon.local.faults import ApiFault, invalid, not_found
from runmon.local.raw_json import Fields, elements, fields
from runmon.local.signatures import sign_storage
from runmon.local.storage import Storage, now
from runmon.local.wire import body, data, object_body, offer_to

S = TypeVar("S", bound=Storage)

ACCESS = ("FOLLOW_USER_SETTING", "ANYONE_WITH_ID_CAN_READ", "ANYONE_WITH_NAME_CAN_READ", "RESTRICTED")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


async def store_of(request: Request, kind: type[S]) -> S:
    """The store a path means, with what others wrote to it meanwhile. ApiFault 404 once it was deleted."""
    store = cast(S, request.state.store)
    if store.dropped:
        raise not_found("Storage")
    if offer_to(request) is None:
        store.reads += 1
        store.accessed = store.accessed if store.read_only else now()
    if store.stale():
        await asyncio.to_thread(store.refresh)
    return store


def described(request: Request, store: Storage) -> dict[str, Any]:
    """The API object of a store with its addresses on this server."""
    place = f"{address(request)}/v2/{store.kind}/{store.id}"
    public = {"datasets": "itemsPublicUrl", "key-value-stores": "keysPublicUrl"}.get(store.kind)
    extra: dict[str, Any] = {"consoleUrl": place}
    secret = getattr(request.state, "signing_secret", None)
    if public is not None:
        signature = f"?signature={sign_storage(secret, store.id)}" if secret else ""
        extra[public] = f"{place}/{'items' if store.kind == 'datasets' else 'keys'}{signature}"
        extra |= {"urlSigningSecretKey": secret} if secret else {}
    if store.kind == "key-value-stores":
        extra["recordsPublicUrl"] = f"{place}/records"
    return store.metadata() | extra


def address(request: Request) -> str:
    """This server as the caller names it: `http://127.0.0.1:4567`."""
    return str(request.base_url).rstrip("/")


async def show(request: Request) -> Response:
    """GET a storage object."""
    store = await store_of(request, Storage)
    return data(await asyncio.to_thread(described, request, store))


async def change(request: Request) -> Response:
    """PUT a name or an access level."""
    store = await store_of(request, Storage)
    wish = await object_body(request)
    name, access = wish.get("name"), wish.get("generalAccess")
    if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
        raise invalid("name", "must be 1 to 63 letters, digits and dashes, with no dash at an end")
    if access is not None and access not in ACCESS:
        raise invalid("generalAccess", f"must be one of {', '.join(ACCESS)}")
    if isinstance(name, str):
        refuse_taken(request, store, name)
    store.rename(name="" if "name" in wish and name is None else name, general_access=access)
    return data(described(request, store))


def refuse_taken(request: Request, store: Storage, name: str) -> None:
    """ApiFault 409 where another storage of the kind has the name."""
    named = getattr(request.state, "named", None)
    other = named(name) if named else None
    if other is not None and other is not store:
        raise ApiFault(409, "name-not-unique", f"Another storage is called {name} already")


async def drop(request: Request) -> Response:
    """DELETE a storage with all it holds."""
    store = await store_of(request, Storage)
    await asyncio.to_thread(store.drop)
    return Response(status_code=204)


async def json_elements(request: Request) -> list[bytes]:
    """The body's array as the bytes of its elements; an object counts as one. ApiFault 400, 413, 415."""
    found = elements(await json_bytes(request))
    if found is None:
        raise ApiFault(400, "invalid-request", "The body is not valid JSON")
    return found


async def json_fields(request: Request) -> Fields:
    """The body's object, values as bytes. ApiFault 400, 413, 415."""
    found = fields(await json_bytes(request))
    if found is None:
        raise ApiFault(400, "invalid-request", "The body must be a JSON object")
    return found


async def json_bytes(request: Request) -> bytes:
    """The body, said to be JSON or nothing else. ApiFault 413, 415."""
    declared = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if declared != "application/json" and not declared.endswith("+json"):
        raise ApiFault(415, "invalid-content-type-header", "The content type must be application/json")
    return await body(request)
