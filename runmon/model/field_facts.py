"""What the values of every field are like: how many, of which types and bounds, how many differ."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from runmon.model.columns import MOST_COLUMNS, Path
from runmon.model.distinct import ERROR, Distinct, Pool, hash_of
from runmon.model.values import Broken, is_empty, is_number, number_key

DEEPEST: Final = 6


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
    different: int = 0
    """Of a snapshot: different values with content, never more than are filled."""
    estimated: bool = False
    """Of a snapshot: whether `different` is an estimate."""
    all_differ: bool = False
    """Of a snapshot: whether the estimate cannot tell `different` from all that are filled."""
    least: Any = None
    """The least number; None where there is none."""
    most: Any = None
    longest: int = 0
    """Characters of the longest text, or elements of the longest list."""
    longest_at: int = -1
    """The row that has it."""

    def take(self, value: Any, row: int) -> None:
        """Count one value."""
        empty = is_empty(value)
        self.present += 1
        self.empty += empty
        kind = kind_of(value)
        self.types[kind] += 1
        if kind == "number":
            self._number(value)
        elif isinstance(value, str | list) and len(value) > self.longest:
            self.longest, self.longest_at = len(value), row
        if not empty:
            self.distinct.take(hash_of(value))

    @property
    def filled(self) -> int:
        """Items in which the field has content."""
        return self.present - self.empty

    def snapshot(self) -> FieldFacts:
        """The facts as they are now; they stay so."""
        found = self.distinct
        exact, count = found.exact, min(found.count, self.filled)
        kept = replace(self, types=self.types.copy(), different=count, estimated=not exact)
        kept.all_differ = not exact and count >= self.filled * (1 - ERROR)
        return kept

    def fill(self, total: int) -> float:
        """The share of `total` items in which the field has content."""
        return self.filled / total if total else 0.0

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
        self._pool = Pool()
        self._lock = threading.Lock()

    def take(self, items: Iterable[tuple[int, Any]]) -> None:
        """Count some decoded items, each with its row. May be called from another thread."""
        for row, item in items:
            with self._lock:
                self._take(row, item)

    def snapshot(self) -> tuple[int, list[FieldFacts]]:
        """Items taken, and the facts of all fields over just these, in the order they were met."""
        with self._lock:
            return self.total, [facts.snapshot() for facts in self._facts.values()]

    def _take(self, row: int, item: Any) -> None:
        self.total += 1
        for path, value in self._values((), item):
            facts = self._facts_of(path)
            if facts is not None:
                facts.take(value, row)

    def _facts_of(self, path: Path) -> FieldFacts | None:
        found = self._facts.get(path)
        if found is None:
            if len(self._facts) >= MOST_COLUMNS:
                self.left_out += 1
                return None
            found = self._facts[path] = FieldFacts(path, distinct=Distinct(self._pool))
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
