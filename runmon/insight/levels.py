"""Where errors and warnings of a log begin, found at the speed of a search, by the grammar of `entries`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from runmon.insight.entries import Level, parse_line
from runmon.insight.severity import LEVELS

_STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z"
_COLOUR = rb"(?:\x1b\[[0-9;:]{0,64}m)*"
_HEAD = re.compile(
    rb"(?:%(stamp)s )?%(colour)s(?:%(stamp)s )?%(colour)s(?:"
    rb"(?:\[[^\]\n]{1,160}\]%(colour)s +%(colour)s)?(ERROR|SFAIL|SOFT_FAIL|CRITICAL|WARNING|WARN)"
    rb"%(colour)s(?: |\r?\n|\r?\Z)|\{)" % {b"stamp": _STAMP, b"colour": _COLOUR}
)


_ERRORS = rb'ERROR|SFAIL|SOFT_FAIL|CRITICAL|"level"'
"""One of these stands in every line that begins an error."""
LOUD = rb"WARN|" + _ERRORS
"""One of these stands in every line that begins an error or a warning."""


@cache
def _compiled(pattern: bytes) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def loud_lines(first: int, block: bytes) -> tuple[list[int], list[int]]:
    """Lines of a block (the first is line `first`) that begin an error, and those that begin a warning."""
    errors: list[int] = []
    warnings: list[int] = []
    line, counted = first, 0
    for begins, level in _loud(block, LOUD):
        line += block.count(b"\n", counted, begins)
        counted = begins
        (errors if level is Level.ERROR else warnings).append(line)
    return errors, warnings


def errors_in(block: bytes) -> Iterator[int]:
    """Where in a block of lines an error begins."""
    return (begins for begins, level in _loud(block, _ERRORS) if level is Level.ERROR)


def _loud(block: bytes, pattern: bytes) -> Iterator[tuple[int, Level]]:
    """Where an error or a warning begins, and which, in lines that hold one of some words."""
    for begins, past in lines_with(pattern, block):
        level = level_at(block, begins, past)
        if level in (Level.ERROR, Level.WARN):
            yield begins, level


def lines_with(pattern: bytes, block: bytes) -> Iterator[tuple[int, int]]:
    """Where each line that matches a pattern begins, and where the next line does."""
    past, more = 0, True
    while more:
        more = False
        for found in _compiled(pattern).finditer(block, past):
            at = found.start()
            if more := at < past:
                break  # one of the many matches that a line may have: the search goes on behind it
            begins = block.rfind(b"\n", 0, at) + 1
            past = block.find(b"\n", at) + 1 or len(block)
            yield begins, past


def level_at(block: bytes, begins: int, past: int) -> Level:
    """The level of the error or warning that a line (`begins` … `past` - 1) begins; NONE for other lines."""
    head = _HEAD.match(block, begins)
    if head is None:
        return Level.NONE
    return _LEVELS.get(head[1]) or parse_line(block[begins:past].rstrip(b"\n"))[1].level


_LEVELS = {word.encode(): level for word, level in LEVELS.items()}
