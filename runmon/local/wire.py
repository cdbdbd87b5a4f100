"""Reading requests and writing answers: the envelope, bounded bodies in four codings, query parameters."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from runmon.local import raw_json
from runmon.local.faults import ApiFault, invalid

BODY_LIMIT = 9_437_184
"""Bytes Apify takes in one body, after decoding."""

RECEIVE_DEADLINE_S = 10.0
"""How long a sender may stay silent within a body."""

JSON_TYPE = "application/json; charset=utf-8"


def data(obj: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in Apify's envelope: `{"data": obj}`."""
    return plain_json({"data": obj}, status, headers)


def plain_json(obj: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer without the envelope, as JSON."""
    return Response(msgspec.json.encode(obj), status, headers, media_type=JSON_TYPE)


def offer_to(request: Request) -> dict[str, Any] | None:
    """What is told beside the answer to who asks from this process; None for everybody else."""
    offered: dict[str, Any] | None = request.scope.get("extensions", {}).get("runmon.offer")
    return offered


def flag(request: Request, name: str, default: bool = False) -> bool:
    """A boolean query parameter: `true` and `1` say yes, everything else no."""
    value = request.query_params.get(name)
    return default if value is None else value.lower() in {"true", "1"}


def number(request: Request, name: str, default: int, lo: int = 0, hi: int | None = None) -> int:
    """A whole-number query parameter; larger than `hi` means `hi`. 400 when it is no number or below `lo`."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    value = whole(text)
    if value is None or value < lo:
        raise invalid(name, f"must be a whole number of at least {lo}")
    return value if hi is None else min(value, hi)


def most(request: Request, default: int, hi: int) -> int:
    """The `limit` parameter, at most `hi`; 0 asks for none, which Apify's clients send when they page on."""
    return number(request, "limit", default, hi=hi) or default


def whole(text: str) -> int | None:
    """The whole number a text spells in at most 18 ASCII digits (`10`, `-3`, `10.0`), or None."""
    digits = text.removesuffix(".0").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    return -int(digits) if text.startswith("-") else int(digits)


def words(request: Request, name: str) -> tuple[str, ...]:
    """A comma-separated query parameter without its empty parts."""
    return tuple(part.strip() for part in request.query_params.get(name, "").split(",") if part.strip())


async def json_body(request: Request, limit: int = BODY_LIMIT) -> Any:
    """The body as JSON; None when it is empty. 400 for broken JSON, 415 for another content type."""
    declared = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if declared != "application/json" and not declared.endswith("+json"):
        raise ApiFault(415, "invalid-content-type-header", "The content type must be application/json")
    raw = await body(request, limit)
    try:
        return raw_json.value(raw) if raw.strip() else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiFault(400, "invalid-request", "The body is not valid JSON") from error
    except RecursionError as error:
        raise ApiFault(400, "invalid-request", "The body is nested too deeply") from error


async def object_body(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object. 400 for anything else."""
    found = await json_body(request)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ApiFault(400, "invalid-request", "The body must be a JSON object")
    return found


async def body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, decoded. 413 past `limit` bytes (before and after decoding), 415 for other codings."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in CODINGS:
        raise ApiFault(
            415, "unsupported-content-encoding", "Content-Encoding must be br, gzip, deflate or identity"
        )
    if (whole(request.headers.get("content-length", "0")) or 0) > limit:
        raise too_large(limit)
    raw = await received(request, limit)
    try:
        return CODINGS[coding](raw, limit)
    except (zlib.error, EOFError) as error:
        raise ApiFault(400, "invalid-request", f"The body is not valid {coding}") from error


async def received(request: Request, limit: int) -> bytes:
    """The bytes of the body as sent. 408 when the sender falls silent, 413 past `limit`."""
    parts = bytearray()
    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(RECEIVE_DEADLINE_S):
                parts += await anext(stream)
            if len(parts) > limit:
                raise too_large(limit)
    except StopAsyncIteration:
        return bytes(parts)
    except TimeoutError as error:
        raise ApiFault(408, "operation-timed-out", "The body did not arrive in time") from error
    except ClientDisconnect as error:
        raise ApiFault(400, "request-aborted-prematurely", "The connection closed within the body") from error


def too_large(limit: int) -> ApiFault:
    """413 in Apify's words."""
    return ApiFault(413, "request-too-large", f"The POST payload is too large (limit: {limit} bytes)")


def identity(raw: bytes, limit: int) -> bytes:
    """The bytes as they are."""
    return raw


def gunzip(raw: bytes, limit: int) -> bytes:
    """Undo gzip without ever holding more than `limit` bytes of output."""
    return inflated(raw, limit, 31)


def inflate(raw: bytes, limit: int) -> bytes:
    """Undo `deflate`, which senders mean with and without the zlib header."""
    try:
        return inflated(raw, limit, 15)
    except zlib.error:
        return inflated(raw, limit, -15)


def inflated(raw: bytes, limit: int, window: int) -> bytes:
    """The output of one zlib stream of at most `limit` bytes. 413 past it, EOFError when it is cut."""
    stream = zlib.decompressobj(window)
    out = stream.decompress(raw, limit + 1)
    if len(out) > limit:
        raise too_large(limit)
    if not stream.eof:
        raise EOFError("cut stream")
    return out


def unbrotli(raw: bytes, limit: int) -> bytes:
    """Undo Brotli without ever holding much more than `limit` bytes of output. EOFError where it is none."""
    import brotli  # for what hardly anybody sends

    try:
        return unbrotlied(brotli.Decompressor(), raw, limit)
    except brotli.error as error:
        raise EOFError("not Brotli") from error


def unbrotlied(stream: Any, raw: bytes, limit: int) -> bytes:
    """The output of one Brotli stream of at most `limit` bytes. 413 past it, EOFError when it is cut."""
    out = bytearray(stream.process(raw, output_buffer_limit=limit + 1))
    while not stream.is_finished():
        more = stream.process(b"", output_buffer_limit=limit + 1) if len(out) <= limit else b""
        if len(out) + len(more) > limit:
            raise too_large(limit)
        if not more:
            raise EOFError("cut stream")
        out += more
    if len(out) > limit:
        raise too_large(limit)
    return bytes(out)


CODINGS: dict[str, Callable[[bytes, int], bytes]] = {
    "": identity,
    "identity": identity,
    "gzip": gunzip,
    "x-gzip": gunzip,
    "deflate": inflate,
    "br": unbrotli,
}
