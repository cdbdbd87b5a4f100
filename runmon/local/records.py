"""The key-value store's routes: keys in pages, records as they were stored, all of them as a zip."""

from __future__ import annotations

import asyncio
import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from runmon.local.faults import ApiFault, not_found
from runmon.local.fork import Planned
from runmon.local.record_store import BINARY, RecordStore, check_key
from runmon.local.signatures import sign
from runmon.local.storage_routes import address, change, drop, show, store_of
from runmon.local.wire import body, data, flag, number, offer_to, plain_json

KEYS_A_PAGE = 1000


class KeyConvertor(Convertor[str]):
    """A key of any characters; Starlette's own `path` takes no line breaks."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("any", KeyConvertor())


def routes() -> list[Planned]:
    """The routes below a key-value store; `/` is the store itself."""
    record = "/records/{key:any}"
    return [
        Planned("/", show, methods=["GET"]),
        Planned("/", change, methods=["PUT"]),
        Planned("/", drop, methods=["DELETE"]),
        Planned("/keys", keys, methods=["GET"]),
        Planned("/records", archive, methods=["GET"]),
        Planned(record, read, methods=["GET", "HEAD"]),
        Planned(record, write, methods=["PUT", "POST"]),
        Planned(record, delete, methods=["DELETE"]),
    ]


async def keys(request: Request) -> Response:
    """GET a page of keys."""
    store = await store_of(request, RecordStore)
    limit = number(request, "limit", KEYS_A_PAGE, 1, KEYS_A_PAGE)
    after = request.query_params.get("exclusiveStartKey")
    store.lists += 1
    page = store.keys(limit, after, prefix_of(request))
    place = f"{address(request)}/v2/{store.kind}/{store.id}/records"
    secret = getattr(request.state, "signing_secret", None)
    items = [listed(place, key, size, secret) for key, size in page.keys]
    if request.app.state.registry.tells_files and offer_to(request) is not None:
        items = [item | {"localPath": store.file(item["key"])} for item in items]
    return data(
        {
            "items": items,
            "count": len(items),
            "limit": limit,
            "exclusiveStartKey": after,
            "isTruncated": page.truncated,
            "nextExclusiveStartKey": page.keys[-1][0] if page.truncated and page.keys else None,
        }
    )


def listed(place: str, key: str, size: int, secret: str | None) -> dict[str, Any]:
    """A key as the list shows it, its address signed where the caller may know the secret."""
    signature = f"?signature={sign(secret, key)}" if secret else ""
    return {"key": key, "size": size, "recordPublicUrl": f"{place}/{quote(key, safe='')}{signature}"}


def prefix_of(request: Request) -> str | None:
    """The wanted prefix. ApiFault 400 for a collection: no store here has a schema that names any."""
    if request.query_params.get("collection"):
        raise ApiFault(400, "invalid-collection", "The key-value store has no schema with collections")
    return request.query_params.get("prefix")


async def read(request: Request) -> Response:
    """GET a record as it was stored, or HEAD its type and size."""
    store = await store_of(request, RecordStore)
    key = request.path_params["key"]
    if request.method == "HEAD" and not takes(request, store.coding(key)):
        seen = store.look(key)
        if seen is None:
            raise not_found("Record")
        return Response(headers=headers(request, key, seen[0]) | {"content-length": str(seen[1])})
    record = await asyncio.to_thread(store.get, key)
    if record is None:
        raise not_found("Record")
    coding = record.coding if takes(request, record.coding) else ""
    found = headers(request, key, record.content_type) | ({"content-encoding": coding} if coding else {})
    body = await asyncio.to_thread(ENCODERS[coding], record.body) if coding else record.body
    if request.method == "HEAD":
        return Response(headers=found | {"content-length": str(len(body))})
    return Response(body, headers=found)


def brotlied(content: bytes) -> bytes:
    """A body in Brotli."""
    import brotli

    return bytes(brotli.compress(content, quality=4))


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda content: zlib.compress(content, 9, 31),
    "deflate": zlib.compress,
    "br": brotlied,
}


def takes(request: Request, coding: str) -> bool:
    """Whether the caller accepts a record's own coding; another record is sent as it is."""
    offers = request.headers.get("accept-encoding", "").lower().replace(" ", "").split(",")
    weights = {name: weight for name, _, weight in (offer.partition(";q=") for offer in offers)}
    weight = weights.get(coding, weights.get("*", "0"))
    return coding in ENCODERS and weight not in {"0", "0.0", "0.00", "0.000"}


def headers(request: Request, key: str, content_type: str) -> dict[str, str]:
    """The headers of a record."""
    legal = content_type.isascii() and content_type.isprintable()
    found = {"content-type": content_type if legal else BINARY, "x-content-type-options": "nosniff"}
    if flag(request, "attachment"):
        found["content-disposition"] = f"attachment; filename*=UTF-8''{quote(key, safe='')}"
    return found


async def write(request: Request) -> Response:
    """PUT a record."""
    store = await store_of(request, RecordStore)
    key = request.path_params["key"]
    check_key(key)
    coding = request.headers.get("content-encoding", "").strip().lower().removeprefix("x-")
    content = await body(request)
    kept = coding if coding in ENCODERS else ""
    store.put(key, request.headers.get("content-type") or BINARY, content, kept)
    return plain_json({}, 201, {"location": str(request.url.replace(query=""))})


async def delete(request: Request) -> Response:
    """DELETE a record; one that is not there is no error."""
    store = await store_of(request, RecordStore)
    check_key(request.path_params["key"])
    store.delete(request.path_params["key"])
    return Response(status_code=204)


async def archive(request: Request) -> Response:
    """GET all records (of a prefix) as a zip."""
    store = await store_of(request, RecordStore)
    chunks = zipped(store, prefix_of(request))
    return StreamingResponse(
        chunks,
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{store.id}.zip"'},
    )


class Tray(io.RawIOBase):
    """Takes what the zip writer writes, and gives it away in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.parts += piece
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self.parts)
        self.parts.clear()
        return taken


def zipped(store: RecordStore, prefix: str | None) -> Iterator[bytes]:
    """A zip of the records, one record in memory at a time."""
    import zipfile

    tray = Tray()
    with zipfile.ZipFile(tray, "w", zipfile.ZIP_DEFLATED) as out:
        for key in every_key(store, prefix):
            record = store.get(key)
            if record is None:
                continue
            name = key if key.strip(".") else key.replace(".", "%2E")
            entry = zipfile.ZipInfo(name, store.modified.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            out.writestr(entry, record.body)
            yield tray.take()
    yield tray.take()


def every_key(store: RecordStore, prefix: str | None) -> Iterator[str]:
    """All keys of a prefix, a page at a time."""
    after: str | None = None
    while True:
        page = store.keys(KEYS_A_PAGE, after, prefix)
        yield from (key for key, _ in page.keys)
        if not page.truncated or not page.keys:
            return
        after = page.keys[-1][0]
