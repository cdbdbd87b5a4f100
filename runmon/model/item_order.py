"""The order of items by one field: numbers, texts, then the rest; null and missing always last."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from typing import Any, Final

from runmon.model.columns import MISSING
from runmon.model.values import is_number, number_key, plain_text

KEY_BYTES: Final = 40
"""Of a text that order what is sorted; so a million keys stay near 80 MiB."""
_MOST: Final = 2**127 - 1
_NAN: Final = b"\x01\xff"
_FIRST = {bool: b"\x03", list: b"\x04", dict: b"\x05"}


def order_key(value: Any) -> bytes | None:
    """Bytes that order a value among others of its field; None for null and for none at all."""
    if value is None or value is MISSING:
        return None
    if is_number(value):
        return _number(value)
    first = b"\x02" if isinstance(value, str) else _FIRST[type(value)]
    return first + plain_text(value)[:KEY_BYTES].encode("utf-8", "surrogatepass")[:KEY_BYTES]


def ordered(offsets: Sequence[int], keys: Sequence[bytes | None], *, descending: bool = False) -> array[int]:
    """The offsets in the order of their keys; equal ones as they stand, those without a key last."""
    present = [place for place, key in enumerate(keys) if key is not None]
    present.sort(key=keys.__getitem__, reverse=descending)  # type: ignore[arg-type]
    found = array("q", (offsets[place] for place in present))
    found.extend(offset for offset, key in zip(offsets, keys, strict=True) if key is None)
    return found


def _number(value: Any) -> bytes:
    nan, near, whole = number_key(value)
    if nan:
        return _NAN
    bits: int = struct.unpack(">q", struct.pack(">d", near + 0.0))[0]
    sign = 1 << 63
    lifted = bits + sign if bits >= 0 else ~bits & (sign - 1)
    exact = min(max(whole, -_MOST), _MOST) + _MOST
    return b"\x01" + lifted.to_bytes(8, "big") + exact.to_bytes(16, "big")
