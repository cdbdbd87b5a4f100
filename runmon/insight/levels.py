"""Where errors and warnings of a log begin, found at the speed of a search, by the grammar of `entries`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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


_ERRORS = (b"ERROR", b"FAIL", b"CRITICAL", b'vel"')
"""One of these stands in every line that begins an error; the last one ends `"level"` of a JSON record.

Looked for alone, a word is found by its first and last letter, many bytes at once: several such searches take
less time than one for all, which goes byte by byte. So what is rare is the pair of letters.
"""
LOUD = (b"WARN", *_ERRORS)
"""One of these stands in every line that begins an error or a warning."""


@cache
def _compiled(word: bytes) -> Any:
    import re2

    options = re2.Options()
    options.literal = True
    return re2.compile(word, options)


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


def _loud(block: bytes, words: Sequence[bytes]) -> Iterator[tuple[int, Level]]:
    """Where an error or a warning begins, and which, in lines that hold one of some words."""
    for begins, past in lines_with(words, block):
        level = level_at(block, begins, past)
        if level in (Level.ERROR, Level.WARN):
            yield begins, level


def lines_with(words: Iterable[bytes], block: bytes) -> Iterator[tuple[int, int]]:
    """Where each line that holds one of some words begins, and where the next line does."""
    found: set[int] = set()
    for word in words:
        found.update(_begins(_compiled(word), block))
    for begins in sorted(found):
        yield begins, block.find(b"\n", begins) + 1 or len(block)


def _begins(pattern: Any, block: bytes) -> Iterator[int]:
    """Where each line that matches begins."""
    past, more = 0, True
    while more:
        more = False
        for match in pattern.finditer(block, past):
            at = match.start()
            if more := at < past:
                break  # one of the many matches that a line may have: the search goes on behind it
            yield block.rfind(b"\n", 0, at) + 1
            past = block.find(b"\n", at) + 1 or len(block)


def level_at(block: bytes, begins: int, past: int) -> Level:
    """The level of the error or warning that a line (`begins` … `past` - 1) begins; NONE for other lines."""
    head = _HEAD.match(block, begins)
    if head is None:
        return Level.NONE
    return _LEVELS.get(head[1]) or parse_line(block[begins:past].rstrip(b"\n"))[1].level


_LEVELS = {word.encode(): level for word, level in LEVELS.items()}
