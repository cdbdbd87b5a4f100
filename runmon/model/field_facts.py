"""What the values of every field are like: how many, of which types, within which bounds, how many differ."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from runmon.model.columns import MOST_COLUMNS, Path
from runmon.model.values import Broken, is_empty, is_number, number_key

SKETCH: Final = 256
"""Different values counted exactly; beyond, their number is an estimate."""
MANY_FIELDS: Final = 400
"""Fields beyond which each new one gets a smaller sketch, so that wide items stay cheap."""
SMALL_SKETCH: Final = 32
_SPACE: Final = 2**61
DEEPEST: Final = 6


class Distinct:
    """How many different values there are, from the smallest hashes seen (k minimum values)."""

    __slots__ = ("_heap", "_held", "_size")

    def __init__(self, size: int = SKETCH) -> None:
        self._size = size
        self._heap: list[int] = []
        self._held: set[int] = set()

    def take(self, hashed: int) -> None:
        """Count a hash of a value."""
        place = (hashed * 0x9E3779B97F4A7C15 >> 3) % _SPACE
        if place in self._held or (len(self._heap) >= self._size and place >= -self._heap[0]):
            return
        self._held.add(place)
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, -place)
        else:
            self._held.discard(-heapq.heapreplace(self._heap, -place))

    @property
    def exact(self) -> bool:
        """Whether `count` is no estimate."""
        return len(self._heap) < self._size

    @property
    def count(self) -> int:
        """Different values."""
        if self.exact:
            return len(self._heap)
        return round((self._size - 1) * _SPACE / max(-self._heap[0], 1))


@dataclass(slots=True, eq=False)
class FieldFacts:
    """One field's values so far."""

    path: Path
    present: int = 0
    """Items that have the field, be it null."""
    empty: int = 0
    """Of these, null or without content."""
    types: Counter[str] = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)
    least: Any = None
    """The least number; None where there is none."""
    most: Any = None
    longest: int = 0
    """Characters of the longest text, or elements of the longest list."""
    longest_at: int = -1
    """The row that has it."""

    def take(self, value: Any, row: int) -> None:
        """Count one value."""
        self.present += 1
        self.empty += is_empty(value)
        kind = kind_of(value)
        self.types[kind] += 1
        if kind == "number":
            self._number(value)
        elif isinstance(value, str | list) and len(value) > self.longest:
            self.longest, self.longest_at = len(value), row
        if value is not None:
            self.distinct.take(hash(value if not isinstance(value, list | dict) else repr(value)))

    def fill(self, total: int) -> float:
        """The share of `total` items in which the field has content."""
        return (self.present - self.empty) / total if total else 0.0

    def _number(self, value: Any) -> None:
        key = number_key(value)
        if key[0]:
            return
        if self.least is None or key < number_key(self.least):
            self.least = value
        if self.most is None or key > number_key(self.most):
            self.most = value


class Description:
    """Describes the fields of the items it takes; objects in `opened` by their own fields."""

    def __init__(self, opened: Iterable[Path] = ()) -> None:
        self.total = 0
        """Items taken."""
        self.left_out = 0
        """Values of fields beyond the most that are described."""
        self._opened = frozenset(opened)
        self._facts: dict[Path, FieldFacts] = {}

    def take(self, items: Iterable[tuple[int, Any]]) -> None:
        """Count some decoded items, each with its row."""
        for row, item in items:
            self.total += 1
            for path, value in self._values((), item):
                facts = self._facts_of(path)
                if facts is not None:
                    facts.take(value, row)

    def facts(self) -> list[FieldFacts]:
        """All fields in the order in which they were met."""
        return list(self._facts.values())

    def _facts_of(self, path: Path) -> FieldFacts | None:
        found = self._facts.get(path)
        if found is None:
            if len(self._facts) >= MOST_COLUMNS:
                self.left_out += 1
                return None
            size = SKETCH if len(self._facts) < MANY_FIELDS else SMALL_SKETCH
            found = self._facts[path] = FieldFacts(path, distinct=Distinct(size))
        return found

    def _values(self, path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
        spread = isinstance(value, dict) and (not path or path in self._opened) and len(path) < DEEPEST
        if not spread:
            yield path, value
            return
        for name, inner in value.items():
            yield from self._values((*path, name), inner)


def kind_of(value: Any) -> str:
    """A value's type in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true/false"
    if isinstance(value, Broken):
        return "not JSON"
    if is_number(value):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "object"
