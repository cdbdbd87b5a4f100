"""Keys of a key-value store in families: what an Actor takes, gives and stores, what only Crawlee reads."""

from __future__ import annotations

from enum import Enum


class Family(Enum):
    """Kinds of keys, in the order in which they are listed."""

    INPUT = 0
    OUTPUT = 1
    STORED = 2
    SNAPSHOT = 3
    INTERNAL = 4


_INTERNAL = (
    "SDK_CRAWLER_STATISTICS_", "CRAWLEE_CRAWLER_STATISTICS_", "__CRAWLER_STATISTICS_",
    "SDK_SESSION_POOL_STATE", "CRAWLEE_SESSION_POOL_STATE", "CRAWLEE_STATE", "SDK_REQUEST_LIST_STATE",
    "__RQ_STATE_", "APIFY_GLOBAL_STORE", "CRAWLEE_GLOBAL_STATE", "CRAWLEE_CHECKPOINT",
)  # fmt: skip
"""How the keys of Crawlee's and the SDK's own bookkeeping begin."""


def family(key: str) -> Family:
    """Which family a key belongs to, by its name."""
    if key.startswith("ERROR_SNAPSHOT_"):
        return Family.SNAPSHOT
    if key.startswith(_INTERNAL):
        return Family.INTERNAL
    stem = key.partition(".")[0]
    if stem == "INPUT" or stem.startswith("INPUT-METAMORPH"):
        return Family.INPUT
    return Family.OUTPUT if stem == "OUTPUT" else Family.STORED
