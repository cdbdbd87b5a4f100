"""The keys of a store as they are listed: by family, Crawlee's own bookkeeping folded, filtered, sorted."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import accumulate
from typing import overload

import msgspec

from runmon.model.keys import Family, family
from runmon.model.storages import KeyItem


class Key(msgspec.Struct, frozen=True, gc=False):
    """A key and the size of its record, where that is known."""

    key: str
    size: int | None = None


class Group(msgspec.Struct, frozen=True):
    """A row that stands for a family, above its keys or in place of them."""

    family: Family
    count: int
    size: int
    folded: bool


class Order(Enum):
    """How keys stand inside their family."""

    NAME = "name"
    SIZE = "size"


GROUPED = (Family.SNAPSHOT, Family.INTERNAL)


class Sought:
    """What a person looks for among keys: words that all must match, in part or letter by letter.

    `^ERR` is what a key begins with, `!word` what it must not hold. Case is ignored.
    """

    def __init__(self, text: str = "") -> None:
        self.words = tuple(text.lower().split())
        self._loose = {word: _loosely(word) for word in self.words}

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def prefix(self) -> str:
        """What every key that matches begins with, in whatever case; empty where nothing is known."""
        return next((word[1:] for word in self.words if word.startswith("^")), "")

    def rank(self, key: str) -> int | None:
        """None where the key does not match; else the smaller, the better it does."""
        low, rank = key.lower(), 0
        for word in self.words:
            found = self._rank(word, low)
            if found is None:
                return None
            rank += found
        return rank

    def _rank(self, word: str, low: str) -> int | None:
        if word[0] == "!" and len(word) > 1:
            return None if word[1:] in low else 0
        if word[0] == "^":
            return 0 if low.startswith(word[1:]) else None
        if word in low:
            return 0
        return 1 if self._loose[word].match(low) else None


def _loosely(word: str) -> re.Pattern[str]:
    """The letters of a word in order; each step is certain, so time grows with the key alone."""
    return re.compile("".join(f"[^{re.escape(char)}]*{re.escape(char)}" for char in word[:64]), re.DOTALL)


class KeyList(Sequence[Key | Group]):
    """Rows: keys, and groups that fold. Adding a page costs what the page costs."""

    def __init__(self) -> None:
        self.order = Order.NAME
        self.sought = Sought()
        self.folded: set[Family] = {Family.INTERNAL}
        self._matching: list[Key] = []
        self._clear()

    def _clear(self) -> None:
        self._families: dict[Family, list[Key]] = {each: [] for each in Family}
        self._parts: list[Sequence[Key | Group]] = []
        self._ends: list[int] = []

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, at: int) -> Key | Group: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Key | Group]: ...
    def __getitem__(self, at: int | slice) -> Key | Group | Sequence[Key | Group]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        at = at + len(self) if at < 0 else at
        part = bisect_right(self._ends, at)
        return self._parts[part][at - (self._ends[part - 1] if part else 0)]

    @property
    def keys(self) -> list[Key]:
        """Every key, by family."""
        return [key for keys in self._families.values() for key in keys]

    @property
    def total(self) -> int:
        """How many keys there are, shown or not."""
        return sum(map(len, self._families.values()))

    def take(self, keys: Iterable[KeyItem | Key]) -> None:
        """List these keys and no others."""
        self._clear()
        self.add(keys)

    def add(self, keys: Iterable[KeyItem | Key]) -> None:
        """List these keys too; they stand behind those that are listed."""
        for item in keys:
            self._families[family(item.key)].append(Key(item.key, item.size))
        if self.order is Order.SIZE:
            self._sort()
        self._lay_out()

    def sort(self, order: Order) -> None:
        """Let keys stand in this order inside their families."""
        self.order = order
        self._sort()
        self._matching.sort(key=self._place)
        self._lay_out()

    def fold(self, kind: Family) -> None:
        """Fold a family, or unfold it."""
        self.folded ^= {kind}
        self._lay_out()

    def matches(self, sought: Sought) -> list[Key]:
        """The keys that match, the best first; can be asked in a thread."""
        ranked = [(rank, key) for key in self.keys if (rank := sought.rank(key.key)) is not None]
        return [key for _, key in sorted(ranked, key=lambda pair: (pair[0], *self._place(pair[1])))]

    def show(self, sought: Sought, matching: list[Key]) -> None:
        """Show only these matches of what is sought; all keys where nothing is."""
        self.sought, self._matching = sought, matching
        self._lay_out()

    def names(self) -> list[str]:
        """The keys that show, in order; those of a folded family where it stands."""
        if self.sought:
            return [key.key for key in self._matching]
        return [key.key for key in self.keys]

    def of(self, kind: Family) -> list[str]:
        """The keys of one family, in order."""
        return [key.key for key in self._families[kind]]

    def place_of(self, key: str) -> int | None:
        """The row of a key, or of the group that holds it folded; None where neither shows."""
        for row, each in enumerate(self):
            if each.key == key if isinstance(each, Key) else each.folded and each.family is family(key):
                return row
        return None

    def _sort(self) -> None:
        for keys in self._families.values():
            keys.sort(key=self._place)

    def _place(self, key: Key) -> tuple[int, str]:
        return (-(key.size or 0) if self.order is Order.SIZE else 0, key.key)

    def _lay_out(self) -> None:
        self._parts = [self._matching] if self.sought else list(self._by_family())
        self._ends = list(accumulate(map(len, self._parts)))

    def _by_family(self) -> Iterator[Sequence[Key | Group]]:
        for kind, keys in self._families.items():
            folded = kind in self.folded and kind in GROUPED
            if keys and kind in GROUPED:
                yield [Group(kind, len(keys), sum(key.size or 0 for key in keys), folded)]
            if keys and not folded:
                yield keys
