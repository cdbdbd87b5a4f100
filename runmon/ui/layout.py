"""Which panes are on the screen: all at once, one storage at a time beside the log, or a single one."""

from __future__ import annotations

from enum import Enum

STORES = ("items", "records", "queue")
ORDER = ("status", "log", *STORES)
"""Panes in the order of their keys; `usage` stands with `status`."""


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


def visible(place: Room, current: str, store: str, *, zoomed: bool) -> frozenset[str]:
    """Names of the panes that show; `store` is the storage that was focused last."""
    if zoomed or place is Room.ONE:
        return frozenset({"status", "usage"} if current == "status" else {current})
    stores = STORES if place is Room.ALL else (store,)
    return frozenset({"status", "usage", "log", *stores})


def neighbour(current: str, step: int) -> str:
    """The pane before (-1) or after (1) in order, around the ends."""
    return ORDER[(ORDER.index(current) + step) % len(ORDER)]
