"""How much an entry of a log matters, and the words that say so."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    """How much an entry matters."""

    NONE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4


LEVELS = {
    "DEBUG": Level.DEBUG, "PERF": Level.DEBUG, "INFO": Level.INFO, "WARN": Level.WARN, "WARNING": Level.WARN,
    "ERROR": Level.ERROR, "SFAIL": Level.ERROR, "SOFT_FAIL": Level.ERROR, "CRITICAL": Level.ERROR,
    "FATAL": Level.ERROR, "OFF": Level.NONE,
}  # fmt: skip
"""Every level word of both dialects."""
