"""How often each value of one field occurs, in memory that does not grow with the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, Final

from runmon.model.columns import MISSING, Path
from runmon.model.item_filter import equals, lookup
from runmon.model.values import Number, is_number, plain_text

MOST_VALUES: Final = 50_000
"""Different values told apart; those met later are counted together."""
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of their texts."""
LONGEST: Final = 1000
"""Characters of a value that is kept whole."""


@dataclass(slots=True, eq=False)
class Tally:
    """One value and how often it was met."""

    value: Any
    """The value, MISSING, or the beginning of a text that is too long to keep."""
    count: int = 0
    whole: bool = True
    """Whether `value` is all of it."""


class Frequency:
    """Counts the values of the field at `path` of the items it takes."""

    def __init__(self, path: Path, *, most_values: int = MOST_VALUES, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self.total = 0
        """Items taken."""
        self.others = 0
        """Items whose values were too many to tell apart."""
        self._name = ".".join(path)
        self._tallies: dict[tuple[str, str], Tally] = {}
        self._most_values, self._room = most_values, most_bytes

    def take(self, items: Iterable[Any]) -> None:
        """Count some decoded items."""
        for item in items:
            self.total += 1
            self._count(item if not self.path else lookup(item, self._name))

    def tallies(self) -> list[Tally]:
        """The values, the most frequent first, equal ones in the order they were met."""
        return sorted(self._tallies.values(), key=lambda tally: -tally.count)

    def filter_of(self, tally: Tally) -> str:
        """What a person would type to see the items with this value."""
        if tally.whole:
            return equals(self.path, tally.value)
        return equals(self.path, tally.value).replace(" = ", " ~ ", 1)

    def _count(self, value: Any) -> None:
        text = "" if value is MISSING else plain_text(value)
        whole = len(text) <= LONGEST
        key = _kind(value), text if whole else text[:200] + sha1(text.encode("utf-8", "replace")).hexdigest()
        tally = self._tallies.get(key)
        if tally is None:
            if len(self._tallies) >= self._most_values or self._room < len(key[1]):
                self.others += 1
                return
            self._room -= len(key[1])
            tally = self._tallies[key] = Tally(value if whole else text[:200], whole=whole)
        tally.count += 1


def _kind(value: Any) -> str:
    if value is MISSING:
        return "missing"
    if is_number(value) or isinstance(value, Number):
        return "number"
    return "text" if isinstance(value, str) else "other"
