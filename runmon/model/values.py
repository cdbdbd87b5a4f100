"""JSON values as a server sent them: numbers keep their text, what is not quite JSON is still something."""

from __future__ import annotations

import json
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


_DECODER = msgspec.json.Decoder(float_hook=Number)


def decode(raw: bytes | msgspec.Raw) -> Any:
    """The value of a JSON text; NaN and lone surrogates pass, and what cannot be read at all is `Broken`."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _leniently(bytes(raw))


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
