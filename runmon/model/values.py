"""JSON values as a server sent them: numbers keep their text, what is not quite JSON is still something."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

LONGEST_INTEGER = 40
"""Digits beyond which a whole number stays text: making it an int takes time that grows with its square."""


class Number(str):
    """A number by its text: `12.90` stays `12.90`."""

    __slots__ = ()


class Broken(str):
    """Text that is no JSON value."""

    __slots__ = ()


_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""An escape of a JSON string: a whole surrogate pair, half of one (group 1), or any other."""
_DECODER = msgspec.json.Decoder(float_hook=Number)


def decode(raw: bytes | msgspec.Raw) -> Any:
    """The value of a JSON text; NaN and lone surrogates pass, and what cannot be read at all is `Broken`."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _leniently(bytes(raw))


def legible(raw: bytes) -> bytes:
    """The JSON text with each half of a surrogate pair that stands alone replaced by U+FFFD."""
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], raw)


def is_number(value: object) -> bool:
    """Whether a decoded value is a JSON number (true and false are none)."""
    return isinstance(value, int | float | Number) and not isinstance(value, bool)


def _leniently(raw: bytes) -> Any:
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text, parse_float=Number, parse_constant=Number, parse_int=_integer)
    except (ValueError, RecursionError):
        return Broken(text)


def _integer(digits: str) -> int | Number:
    return int(digits) if len(digits) <= LONGEST_INTEGER else Number(digits)


def number_key(value: int | float | Number) -> tuple[bool, float, int]:
    """Orders numbers by what they are: whole ones beyond 2**53 exactly, NaN behind all others."""
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if isinstance(value, int) and value > 0 else -math.inf
    if math.isnan(near):
        return True, 0.0, 0
    whole = isinstance(value, int) or math.isfinite(near)
    return False, near, int(value if isinstance(value, int) else near) if whole else 0


def plain_text(value: Any) -> str:
    """A decoded value in one text: strings as they are, numbers as sent, the rest as JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    try:
        return msgspec.json.encode(_as_sent(value)).decode()
    except (UnicodeEncodeError, RecursionError):
        return json.dumps(value) if _shallow(value) else "…"


def is_empty(value: object) -> bool:
    """Whether it is null, or a text, list or object without anything in it."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value, names of fields included."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield from found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        else:
            yield plain_text(found)


def _as_sent(value: Any) -> Any:
    """The value for an encoder, which would quote the numbers that kept their text."""
    if isinstance(value, Number):
        return msgspec.Raw(value.encode())
    if isinstance(value, dict):
        return {name: _as_sent(inner) for name, inner in value.items()}
    return [_as_sent(inner) for inner in value] if isinstance(value, list) else value


def _shallow(value: Any, depth: int = 400) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return True
    return False
