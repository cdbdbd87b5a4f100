"""Exit codes: a script can tell how a run ended, and why nothing could be told."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runmon.model.run import Phase


class Exit(IntEnum):
    """Those of apify-cli where it has one; 128 + n for signals."""

    OK = 0
    FAILED = 1
    TIMED_OUT = 2
    ABORTED = 3
    NO_ACCESS = 4
    BAD_INPUT = 5
    GAVE_UP = 6
    GAP = 75
    HUNG_UP = 129
    INTERRUPTED = 130
    QUIT = 131
    PIPE_CLOSED = 141
    TERMINATED = 143
    NOT_FOUND = 250


_OUTCOMES = {
    "SUCCEEDED": Exit.OK,
    "FAILED": Exit.FAILED,
    "TIMED_OUT": Exit.TIMED_OUT,
    "ABORTED": Exit.ABORTED,
}


def outcome(phase: Phase) -> Exit:
    """The exit code of a run that ended so; `GAVE_UP` for one that has not ended."""
    return _OUTCOMES.get(phase.name, Exit.GAVE_UP)


class EndedBySignal(BaseException):
    """A signal came; the exit code says which. No `except Exception` may hold it up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
