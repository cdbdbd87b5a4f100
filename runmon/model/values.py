"""JSON values as a server sent them: numbers keep their text, what is not quite JSON is still something."""

from __future__ import annotations

import json
import re
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
