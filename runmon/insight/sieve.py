"""Which entries of a log are shown: by level, and by patterns that they must or must not hold.

An entry is kept with all its lines or not at all. A log is sifted in slices, from any line on and then
backwards, so that what is on the screen comes first; the outcome does not depend on where it began.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from runmon.insight.entries import LONG, MAX_LINES, Level, joins, level_begun, parse, visible
from runmon.insight.levels import loud_lines
from runmon.model.kept import Stretch
from runmon.model.search import SGR, Query

SLICE = 1 << 20
"""Bytes that are sifted between two looks at whether to stop."""
_BETWEEN = " & "
Span = tuple[int, int, Level]
"""First line of an entry, the line after its last, and its level."""


class Term(msgspec.Struct, frozen=True):
    """A pattern that a line of an entry must match, or that hides the entry."""

    query: Query
    hides: bool = False

    @property
    def as_typed(self) -> str:
        """The term as `Sieve.typed` would read it."""
        return f"!{self.query.as_typed}" if self.hides else self.query.as_typed


class Sieve(msgspec.Struct, frozen=True):
    """What an entry needs to be shown; nothing set shows everything."""

    level: Level = Level.NONE
    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return self.level is not Level.NONE or bool(self.terms)

    @classmethod
    def typed(cls, text: str, level: Level = Level.NONE) -> Sieve:
        """The sieve of a line such as `timeout & !/retry \\d+/`: all of it must hold. Raises BadInput."""
        parts = [part.strip() for part in text.split(_BETWEEN)]
        hides = [part.startswith("!") for part in parts]
        wanted = [part.removeprefix("!").strip() for part in parts]
        return cls(level, tuple(Term(Query.typed(w), h) for w, h in zip(wanted, hides, strict=True) if w))

    @property
    def as_typed(self) -> str:
        """Its patterns as `typed` would read them."""
        return _BETWEEN.join(term.as_typed for term in self.terms)

    def stretches(self, lines: Sequence[bytes]) -> list[Stretch]:
        """Which of these lines are kept; the first begins an entry, the last ends one."""
        block = b"\n".join(lines)
        present = [term for term in self.terms if term.query.matches(block)]
        if any(not term.hides and term not in present for term in self.terms):
            return []
        if self.level >= Level.WARN and not any(loud_lines(0, block)):
            return []
        if not present and self.level is Level.NONE:
            return [(0, len(lines))]
        block = SGR.sub(b"", block) if b"\x1b" in block else block
        needed = [list(term.query.lines_in(block)) for term in present if not term.hides]
        unwanted = [list(term.query.lines_in(block)) for term in present if term.hides]
        texts = _texts(block)
        if not needed and self.level is Level.NONE:
            return _gaps(around(texts, sorted({n for some in unwanted for n in some})), len(texts))
        return [
            (first, after)
            for first, after, level in self._entries(texts, needed, block)
            if level >= self.level
            and all(_any(some, first, after) for some in needed)
            and not any(_any(some, first, after) for some in unwanted)
        ]

    def _entries(self, texts: Sequence[str], needed: list[list[int]], block: bytes) -> Iterator[Span]:
        """At least the entries that can be kept: those around what is rarest, or all."""
        if needed:
            return around(texts, sorted(needed, key=len)[0])
        if self.level >= Level.WARN:
            errors, warnings = loud_lines(0, block)
            return around(texts, sorted([*errors, *warnings]))
        return spans(texts)


def _gaps(hidden: Iterable[Span], count: int) -> list[Stretch]:
    """What is left of so many lines."""
    at, left = 0, []
    for first, after, _ in hidden:
        if at < first:
            left.append((at, first))
        at = after
    return [*left, (at, count)] if at < count else left


def _any(lines: list[int], first: int, after: int) -> bool:
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] < after


def _texts(block: bytes) -> list[str]:
    """What a person reads, line by line."""
    texts = block.decode("utf-8", "replace").split("\n")
    return [text.removesuffix("\r") for text in texts] if b"\r" in block else texts


def spans(texts: Sequence[str]) -> Iterator[Span]:
    """Every entry; the first line begins one."""
    begin, level = 0, Level.NONE
    for n, text in enumerate(texts):
        here = level_begun(text)
        if here is None and n and n - begin < MAX_LINES and _joins(texts[n - 1], text):
            continue
        if n:
            yield begin, n, level
        begin, level = n, here or Level.NONE
    yield begin, len(texts), level


def around(texts: Sequence[str], lines: Iterable[int]) -> Iterator[Span]:
    """The entries that hold some lines, each once, as `spans` would give them."""
    after = 0
    for n in lines:
        if n < after:
            continue
        begin = n
        while begin > after and _goes_on(texts, begin):
            begin -= 1
        begin += (n - begin) // MAX_LINES * MAX_LINES
        after = n + 1
        while after < len(texts) and after - begin < MAX_LINES and _goes_on(texts, after):
            after += 1
        yield begin, after, level_begun(texts[begin]) or Level.NONE


def _goes_on(texts: Sequence[str], n: int) -> bool:
    return level_begun(texts[n]) is None and _joins(texts[n - 1], texts[n])


def _joins(above: str, text: str) -> bool:
    """Whether a line that begins no entry belongs to the one above; of one stamp they always do."""
    if text[23:24] == "Z" and text[:24] == above[:24]:
        return True
    return joins(text, parse(text), above, parse(above))


class Blocks(Protocol):
    """A log as a sieve reads it, in a thread."""

    def blocks(self, first_line: int = 0) -> Iterator[tuple[int, bytes]]:
        """(first line, bytes) block by block, from the block that holds `first_line` on."""

    def line_before(self, n: int, size: int) -> int:
        """A line about `size` bytes before line `n`."""


class Sifted(msgspec.Struct, frozen=True):
    """What was kept of lines `first` … `after` - 1."""

    first: int
    after: int
    settled: int
    """The entry that begins here may still grow; at the end of a log, its last one."""
    stretches: list[Stretch]


def onward(sieve: Sieve, log: Blocks, first: int, count: int) -> Iterator[Sifted]:
    """Slice by slice from line `first`, which begins an entry, to the end of the first `count` lines."""
    kept: list[Stretch] = []
    begin, size = first, 0
    for at, lines in _entries(log.blocks(first), first, count):
        kept += ((at + start, at + after) for start, after in sieve.stretches(lines))
        size += sum(map(len, lines))
        first = at + len(lines)
        if first >= count:
            last = at + _last_head(lines)
            yield Sifted(begin, count, last, kept)
        elif size >= SLICE:
            yield Sifted(begin, first, first, kept)
            kept, begin, size = [], first, 0


def backward(sieve: Sieve, log: Blocks, first: int) -> Iterator[Sifted]:
    """Slice by slice from line `first`, which begins an entry, back to the start of the log."""
    size = SLICE
    while first > 0:
        begin = head_after(log, log.line_before(first, size), first)
        if begin is None:
            size *= 2
            continue
        kept = [stretch for part in onward(sieve, log, begin, first) for stretch in part.stretches]
        yield Sifted(begin, first, first, kept)
        first, size = begin, SLICE


def head_after(log: Blocks, n: int, before: int) -> int | None:
    """The first line from `n` on, and before another, that begins an entry."""
    above = ""
    for at, line in _numbered(log.blocks(max(n - 1, 0)), max(n - 1, 0), before):
        text = visible(_head_of(line))
        if at == 0 or (at >= n and (level_begun(text) is not None or not _joins(above, text))):
            return at
        above = text
    return None


def _numbered(blocks: Iterable[tuple[int, bytes]], first: int, before: int) -> Iterator[tuple[int, bytes]]:
    for start, lines in _lines(blocks, first, before):
        yield from enumerate(lines, start)


def _lines(blocks: Iterable[tuple[int, bytes]], first: int, before: int) -> Iterator[tuple[int, list[bytes]]]:
    """Lines `first` … `before` - 1, block by block, each with the number of its first."""
    for start, block in blocks:
        lines = block.removesuffix(b"\n").split(b"\n")[max(first - start, 0) : before - start]
        if lines:
            yield max(start, first), lines
        if max(start, first) + len(lines) >= before:
            return


def _entries(
    blocks: Iterable[tuple[int, bytes]], first: int, count: int
) -> Iterator[tuple[int, list[bytes]]]:
    """The same lines, cut where an entry begins."""
    held: list[bytes] = []
    at = first
    for _, lines in _lines(blocks, first, count):
        held += lines
        cut = _last_head(held)
        if cut:
            yield at, held[:cut]
            at, held = at + cut, held[cut:]
    if held:
        yield at, held


def _last_head(lines: Sequence[bytes]) -> int:
    """Where the last entry of some lines begins, of which the first begins one."""
    text = visible(_head_of(lines[-1]))
    for n in range(len(lines) - 1, 0, -1):
        above = visible(_head_of(lines[n - 1]))
        if level_begun(text) is not None or not _joins(above, text):
            return n
        text = above
    return (len(lines) - 1) // MAX_LINES * MAX_LINES


def _head_of(line: bytes) -> bytes:
    """As much of a line as tells whether it begins an entry: the beginning, unless it is JSON."""
    return line if len(line) <= LONG or line.endswith((b"}", b"}\r")) else line[:LONG]
