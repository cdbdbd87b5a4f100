"""Stack traces of both languages: which lines are the user's own code and which are a library's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

_PYTHON = re.compile(r'\s*File "(?P<file>[^"\n]{1,1000})", line \d+')
_JAVASCRIPT = re.compile(r"\s*at (?=.*(?:[:(/]|<anonymous>))(?P<file>.*)")
_LIBRARY = (
    "site-packages",
    "dist-packages",
    "/lib/python3",
    "<frozen ",
    "node_modules",
    "node:",
    "<anonymous>",
)


class Frame(Enum):
    """Whose code a line of a stack trace shows."""

    NONE = "none"
    OWN = "own"
    LIBRARY = "library"


def frame_of(lines: Sequence[str]) -> Frame:
    """What the last of up to four lines is; deeper ones below a `File` line are its source and marks.

    Lines come without stamps and colours, the ones before the last for context.
    """
    last = lines[-1]
    named = _named(last)
    if named is not Frame.NONE:
        return named
    for above in reversed(lines[-4:-1]):
        if _PYTHON.match(above):
            return _named(above) if _indent(last) > _indent(above) else Frame.NONE
    return Frame.NONE


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _named(line: str) -> Frame:
    found = _PYTHON.match(line) or _JAVASCRIPT.match(line)
    if found is None:
        return Frame.NONE
    return Frame.LIBRARY if any(part in found["file"] for part in _LIBRARY) else Frame.OWN
