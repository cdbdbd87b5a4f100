"""Apify's conventions on the wire: query values, the `data` envelope, lists, and errors of any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from runmon.api.address import Address
from runmon.api.credentials import Token, redacted
from runmon.api.loose_json import loose_elements
from runmon.errors import (
    ApiError,
    Forbidden,
    LinkError,
    NeedsToken,
    NotApify,
    NotFound,
    RateLimited,
    Refused,
    ServerFault,
    TooLarge,
    TooSlow,
    as_sentence,
)
from runmon.model.document import Document, View, read, tolerant
from runmon.model.values import legible

_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")
"""Where an escape of a surrogate begins, whole pairs among them."""
T = TypeVar("T")
V = TypeVar("V", bound=msgspec.Struct)
Query = Mapping[str, Any]

TOKEN_REFUSED = "Check it, or make a new one in Console."
TOKEN_HINT = "Set APIFY_TOKEN, or give --token-file FILE."
ADDRESS_HINT = "Is --api-url right?"
UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What reading JSON from a stranger can raise."""
_MESSAGE_CHARS = 500
_RETRY_AFTER_MOST = 300.0


class _Envelope(msgspec.Struct):
    data: msgspec.Raw


def query(values: Query) -> str:
    """A query string: None is left out, booleans are `true`/`false`, sequences are joined by commas."""
    pairs = ((name, _spelled(value)) for name, value in values.items() if value is not None and value != ())
    return "&".join(f"{name}={quote(value, safe=',:-_.~')}" for name, value in pairs)


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, (tuple, list, set, frozenset)) else str(value)


def _decoded(body: bytes, shape: type[T]) -> T:
    """JSON of a shape, halves of surrogate pairs forgiven. Raises what `UNREADABLE` names."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return msgspec.json.decode(legible(body), type=shape)


def unwrapped(body: bytes, what: str) -> bytes:
    """The JSON text inside `{"data": …}`; NotApify where there is none."""
    try:
        return bytes(_decoded(body, _Envelope).data)
    except UNREADABLE:
        raise not_apify(what) from None


def document(body: bytes, view: type[V], what: str) -> Document[V]:
    """The object inside the envelope; NotApify where there is none."""
    return plain_document(unwrapped(body, what), view, what)


def plain_document(raw: bytes, view: type[V], what: str) -> Document[V]:
    """An object without an envelope; NotApify where it is none."""
    try:
        return read(raw, view)
    except UNREADABLE:
        raise not_apify(what) from None


def page(body: bytes, view: type[V], element: type[View], what: str) -> V:
    """A list inside the envelope, whose `items` are read one by one where the whole does not fit.

    Elements that are no objects are left out; fields that do not fit take their defaults.
    """
    raw = unwrapped(body, what)
    try:
        return msgspec.json.decode(raw, type=view)
    except UNREADABLE:
        decoded = _object(raw, what)
    found = decoded.pop("items", None)
    rows = found if isinstance(found, list) else []
    items = [tolerant(row, element, []) for row in rows if isinstance(row, dict)]
    return msgspec.structs.replace(tolerant(decoded, view, []), items=items)


def _object(raw: bytes, what: str) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(raw)
    except UNREADABLE:
        raise not_apify(what) from None
    if not isinstance(decoded, dict):
        raise not_apify(what)
    return decoded


def mapping(body: bytes, what: str) -> dict[str, Any]:
    """The object inside the envelope, decoded; NotApify where there is none."""
    return _object(unwrapped(body, what), what)


def camel(name: str) -> str:
    """`skip_hidden` → `skipHidden`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def elements(body: bytes, what: str) -> list[msgspec.Raw]:
    """The elements of a bare JSON array, each as the text that was sent."""
    try:
        found = _decoded(body, list[msgspec.Raw])
        return list(_as_sent(body, found)) if _HALVES.search(body) else found
    except UNREADABLE:
        loose = loose_elements(body)
        if loose is None:
            raise not_apify(what) from None
        return [msgspec.Raw(element) for element in loose]


def _as_sent(body: bytes, found: list[msgspec.Raw]) -> Iterator[msgspec.Raw]:
    """Elements with the halves of surrogate pairs, which were made legible, at equal length, to read them."""
    readable, at = legible(body), 0
    for raw in found:
        at = readable.index(raw, at)
        end = at + len(memoryview(raw))
        yield msgspec.Raw(body[at:end])
        at = end


def not_apify(what: str) -> NotApify:
    """The error for an answer that is not what Apify's API gives for `what`."""
    return NotApify(f"The answer about {what} is not what an Apify API gives.", hint=ADDRESS_HINT)


def count(headers: Mapping[str, str], name: str) -> int | None:
    """A non-negative whole number in a header; None where it is absent or odd."""
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`, clamped to 0…300; None where it is absent. A date counts as not a number."""
    text = headers.get("retry-after", "").strip()
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return None
    return min(max(float(text[:12]), 0.0), _RETRY_AFTER_MOST)


def failure(
    status: int, headers: Mapping[str, str], body: bytes, *, what: str, where: Address, token: Token | None
) -> ApiError:
    """Our error for an answer of status ≥ 300, whatever its body looks like."""
    kind, message = _said(body)
    if status == 404 and not kind and "html" in headers.get("content-type", "").lower():
        error: ApiError = NotApify(
            f"{where.host} answered with a web page, not as an Apify API.", hint=ADDRESS_HINT
        )
    else:
        error = _error(status, kind, what, where, token is not None)
        if message and not (isinstance(error, NotFound) and "not found" in message):
            error.sentence = f"{error.sentence} It says: {as_sentence(redacted(message, token))}"
    error.status, error.kind, error.retry_after = status, kind, retry_after(headers)
    return error


def _error(status: int, kind: str, what: str, where: Address, token: bool) -> ApiError:
    host = where.host
    if status == 401:
        if token:
            return NeedsToken(f"{host} does not accept the token.", hint=TOKEN_REFUSED)
        return NeedsToken(f"{host} wants a token for {what}.", hint=TOKEN_HINT)
    if status in {402, 403} and not token:
        return Forbidden(f"Not everybody may use {what} at {host}.", hint=TOKEN_HINT)
    if status == 402:
        return Forbidden(f"{host} wants a payment for {what}.")
    if status == 403:
        return Forbidden(f"This token may not use {what}.", hint="Ask its owner to share it.")
    if status in {404, 410}:
        return _missing(kind, what, host, token)
    if status == 408:
        return TooSlow(f"{host} gave up waiting for {what}.")
    if status == 413:
        return TooLarge(f"{host} finds the body too large.")
    return _other(status, host)


def _missing(kind: str, what: str, host: str, token: bool) -> ApiError:
    if "or-token" in kind and not token:
        return NeedsToken(f"There is no {what} at {host}, or it needs a token.", hint=TOKEN_HINT)
    hint = "" if token else "If it is not shared publicly, a token is needed: set APIFY_TOKEN."
    return NotFound(f"There is no {what} at {host}.", hint=hint)


def _other(status: int, host: str) -> ApiError:
    if status == 429:
        return RateLimited(f"{host} says there were too many requests.", hint="Wait a little.")
    if status >= 500:
        return ServerFault(f"{host} failed with status {status}.", hint="Try again later.")
    if status < 400:
        return LinkError(f"{host} points elsewhere (status {status}), where this request may not go.")
    return Refused(f"{host} refused the request with status {status}.")


def _said(body: bytes) -> tuple[str, str]:
    """Apify's error type and message; empty where the body has none."""
    try:
        decoded = msgspec.json.decode(body)
    except UNREADABLE:
        return "", ""
    error = decoded.get("error", decoded) if isinstance(decoded, dict) else decoded
    if isinstance(error, str):
        return "", error[:_MESSAGE_CHARS]
    if not isinstance(error, dict):
        return "", ""
    kind, message = error.get("type"), error.get("message")
    return (
        kind[:100] if isinstance(kind, str) else "",
        message[:_MESSAGE_CHARS] if isinstance(message, str) else "",
    )
