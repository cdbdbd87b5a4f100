"""Where errors and warnings of a log begin, found at the speed of a search, by the grammar of `entries`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from runmon.insight.entries import LEVELS, Level, parse, visible

_STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z"
_COLOUR = rb"(?:\x1b\[[0-9;:]{0,64}m)*"
_HEAD = re.compile(
    rb"(?:%(stamp)s )?%(colour)s(?:%(stamp)s )?%(colour)s(?:"
    rb"(?:\[[^\]\n]{1,160}\]%(colour)s +%(colour)s)?(ERROR|SFAIL|SOFT_FAIL|CRITICAL|WARNING|WARN)"
    rb"%(colour)s(?: |\r?\n|\r?\Z)|\{)" % {b"stamp": _STAMP, b"colour": _COLOUR}
)


@cache
def _words() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(rb'ERROR|WARN|SFAIL|SOFT_FAIL|CRITICAL|"level"', options)


def loud_lines(first: int, block: bytes) -> tuple[list[int], list[int]]:
    """Lines of a block (the first is line `first`) that begin an error, and those that begin a warning."""
    errors: list[int] = []
    warnings: list[int] = []
    line, counted, past = first, 0, 0
    for found in _words().finditer(block):
        at = found.start()
        if at < past:
            continue
        begins = block.rfind(b"\n", 0, at) + 1
        past = block.find(b"\n", at) + 1 or len(block)
        head = _HEAD.match(block, begins)
        if head is None:
            continue
        line += block.count(b"\n", counted, begins)
        counted = begins
        level = _LEVELS.get(head[1]) or parse(visible(block[begins:past].rstrip(b"\n"))).level
        if level is Level.ERROR:
            errors.append(line)
        elif level is Level.WARN:
            warnings.append(line)
    return errors, warnings


_LEVELS = {word.encode(): level for word, level in LEVELS.items()}
