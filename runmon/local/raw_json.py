"""JSON kept as the bytes that were sent: `1.0` stays `1.0`, big integers and key order survive.

msgspec does the work; the standard library takes over for what msgspec refuses and Apify's other clients send
(lone surrogates, deep nesting, `NaN` written by Python's own `json`).
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

Raw = msgspec.Raw
Fields = dict[str, Raw]
"""The top level of an object, values still as bytes."""

_elements = msgspec.json.Decoder(list[Raw]).decode
_fields = msgspec.json.Decoder(Fields).decode
_any = msgspec.json.Decoder(Raw).decode
_encode = msgspec.json.Encoder().encode
NULL = Raw(b"null")
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""An escape of a JSON string: a whole surrogate pair, half of one (group 1), or any other."""


def value(raw: bytes) -> Any:
    """The decoded value; half a surrogate pair reads as U+FFFD. ValueError or RecursionError when none."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return msgspec.json.decode(_ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], raw))


def tidy(raw: bytes | None) -> bytes | None:
    """One whole JSON text without the white space around it, or None when the bytes are not JSON yet."""
    if raw is None:
        return None
    raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if not raw.isascii():
            raw.decode()
        _any(raw)
    except (ValueError, RecursionError):
        return _lenient(raw)
    return raw


def _lenient(raw: bytes) -> bytes | None:
    odd: list[str] = []
    try:
        value = json.loads(raw.decode(), parse_constant=odd.append)
    except (ValueError, RecursionError):
        return None
    return json.dumps(value, separators=(",", ":")).encode() if odd else raw


def elements(raw: bytes) -> list[bytes] | None:
    """The elements of a JSON array, or the text itself as the only element; None when it is not JSON."""
    raw = raw.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if not raw.isascii():
            raw.decode()
        return [bytes(part) for part in _elements(raw)] if raw[:1] == b"[" else [bytes(_any(raw))]
    except (ValueError, RecursionError):
        return _lenient_elements(raw)


def _lenient_elements(raw: bytes) -> list[bytes] | None:
    try:
        found = json.loads(raw.decode(), parse_constant=_refuse)
        if not isinstance(found, list):
            return [raw]
        return [json.dumps(part, separators=(",", ":")).encode() for part in found]
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> Any:
    raise ValueError(name)


def fields(raw: bytes | Raw) -> Fields | None:
    """The top level of an object; None for any other JSON value."""
    try:
        return _fields(raw)
    except (msgspec.DecodeError, RecursionError):
        found = _loaded(raw)
        return {key: dumped(value) for key, value in found.items()} if isinstance(found, dict) else None


def parts(raw: bytes | Raw) -> list[Raw] | None:
    """The elements of an array as bytes; None for any other JSON value."""
    if bytes(memoryview(raw)[:1]) != b"[":
        return None
    try:
        return _elements(raw)
    except (msgspec.DecodeError, RecursionError):
        found = _loaded(raw)
        return [dumped(value) for value in found] if isinstance(found, list) else None


def _loaded(raw: bytes | Raw) -> Any:
    try:
        return json.loads(bytes(raw))
    except (ValueError, RecursionError):
        return None


def dumped(value: Any) -> Raw:
    """A Python value as JSON bytes."""
    return Raw(json.dumps(value, separators=(",", ":")).encode())


def joined(found: Fields) -> bytes:
    """An object from its top level."""
    try:
        return _encode(found)
    except UnicodeEncodeError:
        inner = (json.dumps(key).encode() + b":" + bytes(value) for key, value in found.items())
        return b"{" + b",".join(inner) + b"}"


def one_line(raw: bytes) -> bytes:
    """The same JSON without line breaks between its tokens."""
    if b"\n" not in raw and b"\r" not in raw:
        return raw
    try:
        return msgspec.json.format(raw, indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return json.dumps(json.loads(raw), separators=(",", ":")).encode()


def scalar(raw: bytes | Raw) -> str | int | float | bool | None:
    """A string, number, boolean or null as Python has it; integers of any size."""
    text = bytes(raw)
    try:
        value: str | int | float | bool | None = json.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")
    return value


def text(raw: bytes | Raw) -> str:
    """A scalar as people write it: strings without quotes, numbers as sent, null as nothing."""
    data = bytes(raw)
    if data[:1] == b'"':
        return data[1:-1].decode() if data.isascii() and b"\\" not in data else readable(str(scalar(data)))
    return "" if data == b"null" else data.decode("utf-8", "replace")


def readable(value: str) -> str:
    """The string with U+FFFD for half a surrogate pair, so that it can be written as UTF-8."""
    if value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def pretty(raw: bytes) -> bytes:
    """The same JSON with a line for each field; as it is where msgspec refuses it."""
    try:
        return msgspec.json.format(raw, indent=2)
    except msgspec.DecodeError:
        return raw
