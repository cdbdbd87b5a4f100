"""Which panes are on the screen: all at once, one storage at a time beside the log, or a single one."""

from __future__ import annotations

from enum import Enum

STORES = ("items", "records", "queue", "input")
SHARED = ("queue", "input")
"""Two that share a place where the others stand beside each other."""
ORDER = ("status", "log", *STORES)
"""Panes in the order of their keys; `usage` stands with `status`."""


EVERY = frozenset({*ORDER, "usage"})


class Room(Enum):
    """How much fits."""

    ONE = "one"
    """A single pane and a tab bar."""
    SOME = "some"
    """Status and log, storages as tabs."""
    ALL = "all"
    """Everything at once."""


WIDE, NORMAL, TALL = 160, 100, 45


def room(width: int, height: int) -> Room:
    """What fits into this many cells."""
    if width < NORMAL:
        return Room.ONE
    return Room.ALL if width >= WIDE and height >= TALL else Room.SOME


def visible(
    place: Room, current: str, store: str, *, zoomed: bool, wanted: frozenset[str] = EVERY
) -> frozenset[str]:
    """Names of the panes that show: of those `wanted`, and always the current one.

    `store` is the storage that was focused last.
    """
    if zoomed or place is Room.ONE:
        alone = current != "status" or (zoomed and place is Room.ONE)
        return frozenset({current} if alone else {"status", "usage"})
    stores = frozenset(STORES) & wanted
    if place is Room.ALL:
        stores -= {SHARED[0] if current == SHARED[1] else SHARED[1]} if stores >= set(SHARED) else set()
    else:
        kept = store in stores or store == current
        stores = frozenset({store} if kept else sorted(stores, key=STORES.index)[:1])
    return (frozenset({"status", "usage", "log"}) & wanted) | stores | {current}


def neighbour(current: str, step: int, wanted: frozenset[str] = EVERY) -> str:
    """The pane before (-1) or after (1) in order, around the ends, among those wanted and the current one."""
    order = [name for name in ORDER if name in wanted or name == current]
    return order[(order.index(current) + step) % len(order)]
