"""Which numbers a folder's items have: looked for at once, and counted in a thread where they are many."""

from __future__ import annotations

import threading
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from runmon.local.storage import files

LOOK_S = 0.05
"""How long a folder is counted before the end of its numbers is looked for instead."""
SLICE = 512
"""Names counted, for about a ms, before the thread lets others go on."""
REST_S = 0.001

Numbers: TypeAlias = "range | array[int]"
"""Numbers of items, ascending; a range where none is missing."""


class Census:
    """Counts in a thread whether a folder has every item from 1 to `end`; rests unless it is waited for."""

    def __init__(self, folder: Path, end: int) -> None:
        self.end = end
        self.found = 0
        """How many of them are there, of those counted so far."""
        self.highest = 0
        """The highest number of all, of those counted so far."""
        self._numbers = all_numbers(folder)
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._count, name="count items", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether everything is counted."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Count to the end."""
        self._hurry.set()
        self._thread.join()

    def _count(self) -> None:
        while numbers := list(islice(self._numbers, SLICE)):
            self.found += sum(number <= self.end for number in numbers)
            self.highest = max(self.highest, *numbers)
            self._hurry.wait(REST_S)


def glance(folder: Path, seconds: float) -> tuple[int, int, bool]:
    """Count for so long: how many items, the highest number, and whether these are all."""
    found = highest = 0
    numbers, deadline = all_numbers(folder), time.monotonic() + seconds
    while some := list(islice(numbers, SLICE)):
        found, highest = found + len(some), max(highest, *some)
        if time.monotonic() >= deadline:
            return found, highest, False
    return found, highest, True


def counted(folder: Path) -> Numbers:
    """The numbers of a folder's items, whatever it takes; without a list in memory where none is missing."""
    found, highest, _ = glance(folder, float("inf"))
    return range(1, found + 1) if highest == found else array("q", sorted(all_numbers(folder)))


def end_of(exists: Callable[[int], bool]) -> int:
    """The number before one that is missing, found by doubling and halving; 0 where 1 is missing."""
    beyond = 1
    while exists(beyond):
        beyond *= 2
    half = beyond // 2
    return half + bisect_left(range(half + 1, beyond), True, key=lambda number: not exists(number))


def all_numbers(folder: Path) -> Iterator[int]:
    """The numbers of a folder's items, in no order."""
    return (number for entry in files(folder) if (number := item_number(entry.name)))


def item_number(name: str) -> int:
    """`000000012.json` → 12; 0 for every other file."""
    stem, _, ending = name.partition(".")
    number = int(stem) if ending == "json" and stem.isascii() and stem.isdigit() else 0
    return number if f"{number:09}" == stem else 0
