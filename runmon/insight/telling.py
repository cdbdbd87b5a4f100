"""The lines of a log that tell of errors, warnings or the crawl: found in one pass, whoever asks for them.

Most of what it costs to look at a log is to look for words in it: 0.14 s for 100 MB, as often as one looks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from threading import Lock

import msgspec

from runmon.insight.crawlee_lines import LONGEST, NEEDLES
from runmon.insight.entries import LONG, Level
from runmon.insight.levels import LOUD, level_at, lines_with
from runmon.model.log import LogBuffer

SIGNS = (
    b"t statistics:",
    b"ts_f",
    b"Pool: state ",
    b"current_concurrency = ",
    b"Crawled ",
    b"Memory is critically overloaded. Using ",
)
"""One of these stands in each of NEEDLES: what in it is found fastest, see `levels`."""


class Told(msgspec.Struct, frozen=True):
    """What stands where in a block, in order."""

    errors: array[int]
    """Lines of the block, from 0, that begin an error."""
    warnings: array[int]
    errors_at: array[int]
    """The bytes of the block with which errors begin."""
    crawl_at: array[int]
    """The bytes with which lines begin in which Crawlee may tell figures of itself; see `crawlee_lines`."""


def told_by(block: bytes) -> Told:
    """What the lines of a block tell."""
    errors, warnings, errors_at, crawl_at = array("I"), array("I"), array("I"), array("I")
    line, counted = 0, 0
    for begins, past in lines_with((*LOUD, *SIGNS), block):
        level = level_at(block, begins, past)
        if level is Level.ERROR or level is Level.WARN:
            line += block.count(b"\n", counted, begins)
            counted = begins
            (errors if level is Level.ERROR else warnings).append(line)
        if level is Level.ERROR:
            errors_at.append(begins)
        looked_at = min(past, begins + LONGEST)
        for needle in NEEDLES:
            if block.find(needle, begins, looked_at) >= 0:
                crawl_at.append(begins)
                break
    return Told(errors, warnings, errors_at, crawl_at)


class Telling:
    """What the blocks of one log tell, each looked at once; may be asked by several threads."""

    def __init__(self, log: LogBuffer) -> None:
        self.log = log
        self._known: dict[int, tuple[tuple[int, int], Told]] = {}
        self._looking = Lock()

    def blocks(self, first_line: int = 0) -> Iterator[tuple[int, bytes, Told]]:
        """(first line, bytes, what they tell), block by block, as `LogBuffer.blocks` gives them.

        Of a long line that is not finished only the beginning, which tells its level if it has one.
        """
        generation = self.log.generation
        for first, block in self.log.blocks(first_line, open_line=LONG):
            yield first, block, self._told(first, block, generation)

    def _told(self, first: int, block: bytes, generation: int) -> Told:
        same = (generation, len(block))
        with self._looking:
            known = self._known.get(first)
            if known is None or known[0] != same:
                known = self._known[first] = (same, told_by(block))
        return known[1]
