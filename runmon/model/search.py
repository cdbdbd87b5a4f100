"""Looking for text in bytes of any size, in time that grows with their length whatever the pattern is.

Patterns are literal unless asked otherwise and run on RE2: Python's own `re` can be frozen by two dozen
characters. Colour codes between two letters of a line do not hide the word that a person sees.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from runmon.errors import BadInput

SGR = re.compile(rb"\x1b\[[0-9;:]{0,64}m")
"""One colour code in raw bytes."""
MAX_PATTERN = 512
MOST_SPANS = 2000
"""Matches in one line that are marked: a line of nothing else must not hold up a frame."""
_COLOUR = r"(?:\x1b\[[0-9;:]*m)*"
_SPECIAL = frozenset("\\^$.|?*+()[]{}")
_CLASSES = re.compile(r"\\[pP]\{[^}]*\}|\\.")
"""What may hold a capital letter in a regular expression without meaning one."""


class Query:
    """What a person looks for. Lower case finds every case; one capital letter makes it exact.

    A regular expression is matched line by line: `^` and `$` are the ends of a line.
    Raises BadInput where a regular expression cannot be read or a pattern is longer than 512 characters.
    """

    def __init__(self, text: str, *, regular: bool = False) -> None:
        if len(text) > MAX_PATTERN:
            raise BadInput(f"The pattern is longer than {MAX_PATTERN} characters.")
        self.text = text
        self.regular = regular
        self._plain = self._compiled(f"(?m){text}" if regular else _escaped(text, ""))

    @classmethod
    def typed(cls, text: str) -> Query:
        """The query a person typed: `/…/` is a regular expression, anything else stands for itself.

        So does a path such as `/products/`: what has no special character needs no regular expression.
        """
        inner = text[1:-1]
        if len(text) > 2 and text[0] == text[-1] == "/" and not _SPECIAL.isdisjoint(inner):
            return cls(inner, regular=True)
        return cls(text)

    @property
    def as_typed(self) -> str:
        """The query as `typed` would read it."""
        return f"/{self.text}/" if self.regular else self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and (other.text, other.regular) == (self.text, self.regular)

    def __hash__(self) -> int:
        return hash((self.text, self.regular))

    @cached_property
    def _coloured(self) -> Any:
        return self._compiled(_escaped(self.text, _COLOUR))

    @cached_property
    def _literal(self) -> re.Pattern[str]:
        exact = any(char.isupper() for char in self.text)
        return re.compile(re.escape(self.text), 0 if exact else re.IGNORECASE)

    def _compiled(self, pattern: str) -> Any:
        import re2

        options = re2.Options()
        options.log_errors = False
        options.max_mem = 8 << 20
        options.never_nl = True
        letters = _CLASSES.sub("", self.text) if self.regular else self.text
        options.case_sensitive = any(char.isupper() for char in letters)
        try:
            return re2.compile(pattern.encode("utf-8", "surrogatepass"), options)
        except re2.error as error:
            reason = _reason(error).removesuffix(f": {pattern}")
            raise BadInput(f"{self.text} is no regular expression: {reason}.") from error

    def matches(self, line: bytes) -> bool:
        """Whether the line, as a person sees it, holds a match."""
        return next(self.lines_in(line), None) is not None

    def lines_in(self, block: bytes) -> Iterator[int]:
        """The numbers, from 0, of the lines of a block that hold a match."""
        pattern = self._plain
        if self.regular and b"\r\n" in block:
            block = block.replace(b"\r\n", b"\n")
        if b"\x1b" in block:
            if self.regular:
                block = SGR.sub(b"", block)
            else:
                pattern = self._coloured
        at, line, counted = 0, 0, 0
        while (found := pattern.search(block, at)) is not None:
            line += block.count(b"\n", counted, found.start())
            yield line
            counted = block.find(b"\n", found.start())
            if counted < 0 or counted + 1 >= len(block):
                return
            at = counted + 1

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Start and end of the matches in one line, in characters, at most 2,000; empty matches are none."""
        if not self.regular:
            return [found.span() for found in islice(self._literal.finditer(line), MOST_SPANS)]
        raw = line.encode("utf-8", "surrogatepass")
        bytes_at = (match.span() for match in islice(self._plain.finditer(raw), MOST_SPANS))
        found = [span for span in bytes_at if span[0] < span[1]]
        return found if len(raw) == len(line) else list(_in_chars(raw, found))


class Hits:
    """Numbers of lines that match something, in order, while the lines are still being read."""

    def __init__(self, lines: array[int] | None = None) -> None:
        self.lines: array[int] = array("Q") if lines is None else lines
        self.scanned = 0
        """Lines before this one have been looked at."""

    def __len__(self) -> int:
        return len(self.lines)

    def __contains__(self, line: int) -> bool:
        at = bisect_left(self.lines, line)
        return at < len(self.lines) and self.lines[at] == line

    def extend(self, first: int, found: Iterable[int], scanned: int) -> None:
        """Replace what is known from line `first` on; lines before `scanned` are known now."""
        del self.lines[bisect_left(self.lines, first) :]
        self.lines.extend(line for line in found if line >= first)
        self.scanned = scanned

    def toggle(self, line: int) -> bool:
        """Add a line, or take it away; whether it is there now."""
        at = bisect_left(self.lines, line)
        if line in self:
            del self.lines[at]
            return False
        self.lines.insert(at, line)
        return True

    def move(self, lines: int) -> None:
        """So many lines came before all of these."""
        self.lines = array("Q", (line + lines for line in self.lines))

    def before(self, line: int) -> int | None:
        """The last hit before a line, or None."""
        at = bisect_left(self.lines, line)
        return self.lines[at - 1] if at else None

    def after(self, line: int) -> int | None:
        """The first hit after a line, or None."""
        at = bisect_left(self.lines, line + 1)
        return self.lines[at] if at < len(self.lines) else None

    def place(self, line: int) -> int:
        """How many hits stand before the line."""
        return bisect_left(self.lines, line)


def lines_with(query: Query, blocks: Iterable[tuple[int, bytes]]) -> Iterator[array[int]]:
    """The numbers of the matching lines, one array for each block of (first line, bytes), empty ones too."""
    for first, block in blocks:
        yield array("Q", (first + n for n in query.lines_in(block)))


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _in_chars(raw: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of bytes, in order and without overlap, as spans of characters."""
    chars = done = 0
    for start, end in spans:
        first = chars + len(raw[done:start].decode("utf-8", "replace"))
        chars, done = first + len(raw[start:end].decode("utf-8", "replace")), end
        yield first, chars


def _escaped(text: str, between: str) -> str:
    return between.join(re.escape(char) for char in text)
