"""What the values of each field of a dataset span: smallest, largest, how many null, how many empty."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from runmon.local.raw_json import Raw, fields, readable, scalar

MOST_FIELDS = 2000
EMPTY = (b'""', b"[]", b"{}")


class FieldStatistics(msgspec.Struct):
    """One field's figures so far."""

    low: float | None = None
    high: float | None = None
    nulls: int = 0
    empties: int = 0

    def take(self, raw: Raw) -> None:
        """Count one value in."""
        value = bytes(raw)
        if value == b"null":
            self.nulls += 1
        elif value in EMPTY:
            self.empties += 1
        elif value[:1] in b"-0123456789":
            number = scalar(raw)
            if isinstance(number, (int, float)) and math.isfinite(number):
                self.low = number if self.low is None else min(self.low, number)
                self.high = number if self.high is None else max(self.high, number)

    def told(self) -> dict[str, Any]:
        """The figures as the API gives them."""
        return {"min": self.low, "max": self.high, "nullCount": self.nulls, "emptyCount": self.empties}


class Statistics:
    """The figures of all fields, and how many items they cover."""

    def __init__(self) -> None:
        self.covered = 0
        self._fields: dict[str, FieldStatistics] = {}

    def take(self, item: bytes) -> None:
        """Count one item in."""
        self.covered += 1
        for name, value in (fields(item) or {}).items():
            if name in self._fields or len(self._fields) < MOST_FIELDS:
                self._fields.setdefault(name, FieldStatistics()).take(value)

    def told(self) -> dict[str, Any]:
        """`{field: {min, max, nullCount, emptyCount}}`."""
        return {readable(name): found.told() for name, found in self._fields.items()}
