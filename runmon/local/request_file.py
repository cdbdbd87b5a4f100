"""One request in one file: reads the form of either Crawlee, writes that of Crawlee for JavaScript."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec

from runmon.local.raw_json import Fields, Raw, dumped, fields, joined, pretty, readable, scalar
from runmon.local.storage import iso, moment

SNAKE = {
    "unique_key": "uniqueKey",
    "retry_count": "retryCount",
    "loaded_url": "loadedUrl",
    "user_data": "userData",
    "no_retry": "noRetry",
    "handled_at": "handledAt",
    "error_messages": "errorMessages",
}
OUTER = ("id", "url", "uniqueKey", "method", "retryCount")


class RequestFile(msgspec.Struct, frozen=True):
    """A request as the API gives it, with its place in the queue."""

    id: str
    request: Fields
    order_us: int | None
    """The sort key in µs, negative in the forefront; None when the file tells none (handled, or Python's)."""
    handled: bool
    unique_key: str


def request_id(unique_key: str) -> str:
    """The id that Apify gives a request: 15 characters of its unique key's hash."""
    coded = base64.b64encode(hashlib.sha256(unique_key.encode("utf-8", "surrogatepass")).digest()).decode()
    return coded.replace("+", "").replace("/", "").replace("=", "")[:15]


def parse(raw: bytes | None) -> RequestFile | None:
    """What a request file says, or None while it is absent, half written or something else."""
    outer = None if raw is None else fields(raw)
    if outer is None:
        return None
    if "unique_key" in outer:
        return _from_python(outer)
    return _from_javascript(outer)


def _from_python(outer: Fields) -> RequestFile | None:
    request = {SNAKE.get(key, key): value for key, value in outer.items()}
    unique_key = string(request, "uniqueKey")
    if unique_key is None:
        return None
    handled = moment(string(request, "handledAt"))
    if handled is not None:
        request["handledAt"] = dumped(iso(handled))
    id = request_id(unique_key)
    return RequestFile(id, {"id": dumped(id)} | request, None, handled is not None, unique_key)


def _from_javascript(outer: Fields) -> RequestFile | None:
    inner_text = string(outer, "json")
    inner = fields(inner_text.encode()) if inner_text is not None else None
    request = {key: outer[key] for key in OUTER if key in outer} | (inner or {})
    id, unique_key = string(outer, "id") or string(request, "id"), string(request, "uniqueKey")
    if id is None or not legal(id) or unique_key is None or (inner_text is not None and inner is None):
        return None
    order = scalar(outer["orderNo"]) if "orderNo" in outer else None
    order_us = round(order * 1000) if isinstance(order, (int, float)) else None
    handled = string(request, "handledAt") is not None or ("orderNo" in outer and order_us is None)
    return RequestFile(id, request, None if handled else order_us, handled, unique_key)


def legal(id: str) -> bool:
    """Whether an id has the shape of Apify's, so that it can name a file."""
    return id.isascii() and id.isalnum() and len(id) <= 32


def written(file: RequestFile) -> bytes:
    """The bytes of a request file."""
    order = None if file.order_us is None else file.order_us / 1000
    outer: dict[str, Any] = {key: file.request[key] for key in OUTER if key in file.request}
    outer |= {"id": file.id, "orderNo": int(order) if order is not None and order == int(order) else order}
    outer["json"] = joined(file.request).decode()
    return pretty(msgspec.json.encode(outer))


def string(found: Fields, key: str) -> str | None:
    """A string field, as UTF-8 can hold it; None when it is absent or another type."""
    raw = found.get(key)
    value = None if raw is None or bytes(raw)[:1] != b'"' else scalar(raw)
    return readable(value) if isinstance(value, str) else None


def head_item(request: Fields) -> dict[str, Raw]:
    """What the head of the queue tells of a request."""
    return {key: request[key] for key in OUTER if key in request}
