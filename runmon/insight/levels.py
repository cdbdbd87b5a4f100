"""Where errors and warnings of a log begin: found at the speed of a search, decided by the line's grammar."""

from __future__ import annotations

from functools import cache
from typing import Any

from runmon.insight.entries import Level, parse, visible


@cache
def _words() -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(rb'ERROR|WARN|SFAIL|SOFT_FAIL|CRITICAL|FATAL|"level"', options)


def loud_lines(first: int, block: bytes) -> tuple[list[int], list[int]]:
    """Lines of a block (the first is line `first`) that begin an error, and those that begin a warning."""
    words = _words()
    errors: list[int] = []
    warnings: list[int] = []
    at, line, counted = 0, first, 0
    while (found := words.search(block, at)) is not None:
        begins = block.rfind(b"\n", 0, found.start()) + 1
        ends = block.find(b"\n", found.start())
        ends = len(block) if ends < 0 else ends
        line += block.count(b"\n", counted, begins)
        counted, at = begins, ends + 1
        level = parse(visible(block[begins : min(ends, begins + 65536)])).level
        if level is Level.ERROR:
            errors.append(line)
        elif level is Level.WARN:
            warnings.append(line)
        if at >= len(block):
            break
    return errors, warnings
