"""One entry of a log in full: message, own frames before a library's, which fold, and its payload as JSON."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, groupby
from typing import Protocol

import msgspec
from rich.text import Text

from runmon.insight.entries import Entry, Level
from runmon.insight.frames import Frame, frame_of
from runmon.render.json_lines import JsonLines
from runmon.render.links import underlined
from runmon.render.log_line import TONES
from runmon.render.long_line import LongLine
from runmon.render.untrusted import clean

PIECE = 4096
"""Characters of a long line that stand in one line of the view: none of it is left out."""
_TOO_DEEP = "This JSON is nested too deep to be indented and folded:"
_TONES = {Frame.NONE: "text", Frame.OWN: "strong", Frame.LIBRARY: "faint"}


class Part(Protocol):
    """Lines that belong together, as `JsonLines` has them."""

    def line_count(self) -> int: ...
    def text(self, n: int) -> Text: ...
    def number(self, n: int) -> int: ...
    def place(self, number: int) -> int: ...
    @property
    def whole(self) -> Sequence[bytes]: ...
    def is_open(self, n: int) -> bool | None: ...
    def toggle(self, n: int) -> bool: ...
    def fold_all(self) -> None: ...
    def unfold_all(self) -> None: ...
    def path(self, n: int) -> str: ...
    def value(self, n: int) -> str: ...


class Words:
    """Lines of text that do not fold, with a style name each."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        self._lines = [(piece, tone) for line, tone in lines for piece in _pieces(line)]

    def line_count(self) -> int:
        return len(self._lines)

    def text(self, n: int) -> Text:
        line, tone = self._lines[n]
        return Text.assemble((clean(line), tone))

    def number(self, n: int) -> int:
        return n

    def place(self, number: int) -> int:
        return number

    @property
    def whole(self) -> Sequence[bytes]:
        return [line.encode("utf-8", "replace") for line, _ in self._lines]

    def is_open(self, n: int) -> bool | None:
        return None

    def toggle(self, n: int) -> bool:
        return False

    def fold_all(self) -> None:
        """Nothing here folds."""

    unfold_all = fold_all

    def path(self, n: int) -> str:
        return ""

    def value(self, n: int) -> str:
        return self._lines[n][0]


class Library(Words):
    """Frames of a library under a heading, folded until somebody wants them."""

    def __init__(self, lines: Sequence[str], *, folded: bool) -> None:
        super().__init__([(line, "faint") for line in lines])
        self._frames = len(lines)
        self._folded = folded

    def line_count(self) -> int:
        return 1 if self._folded else 1 + super().line_count()

    def text(self, n: int) -> Text:
        if n:
            return super().text(n - 1)
        lines = f"{self._frames} lines" if self._frames > 1 else "1 line"
        return Text.assemble((f"library code, {lines}", "quiet"))

    def place(self, number: int) -> int:
        return min(number, self.line_count())

    @property
    def whole(self) -> Sequence[bytes]:
        return [b"library code", *super().whole]

    def is_open(self, n: int) -> bool | None:
        return None if n else not self._folded

    def toggle(self, n: int) -> bool:
        if n == 0:
            self._folded = not self._folded
        return n == 0

    def fold_all(self) -> None:
        self._folded = True

    def unfold_all(self) -> None:
        self._folded = False

    def value(self, n: int) -> str:
        return super().value(n - 1) if n else "\n".join(line for line, _ in self._lines)


class EntryLines:
    """Facts, message and payload of an entry; addresses are underlined."""

    def __init__(self, entry: Entry) -> None:
        message = list(_message(entry.message.split("\n")))
        self._facts = _facts(entry)
        self._parts: list[Part] = [Words([("", ""), ("", "")]), *message]
        if entry.payload:
            self._parts += [Words([("", "")]), _payload(entry.payload)]

    def line_count(self) -> int:
        return sum(part.line_count() for part in self._parts)

    def text(self, n: int) -> Text:
        part, line = self._at(n)
        return underlined(part.text(line)) if n else self._facts

    def long(self, n: int) -> LongLine | None:
        """Line `n` where it is long, in pieces."""
        part, line = self._at(n)
        return part.long(line) if isinstance(part, JsonLines) else None

    def number(self, n: int) -> int:
        """The number that shown line `n` has among all, the folded ones too."""
        part, line = self._at(n)
        at = next(at for at, each in enumerate(self._parts) if each is part)
        return part.number(line) + sum(self._sizes[:at])

    def place(self, number: int) -> int:
        """Where a line shows, or, if it is folded away, the next one that does."""
        shown = 0
        for part, size in zip(self._parts, self._sizes, strict=True):
            if number < size:
                return shown + part.place(number)
            shown, number = shown + part.line_count(), number - size
        return shown

    @cached_property
    def _sizes(self) -> list[int]:
        return [len(part.whole) for part in self._parts]

    @cached_property
    def whole(self) -> Sequence[bytes]:
        """All lines, folded or not."""
        return [line for part in self._parts for line in part.whole]

    def is_open(self, n: int) -> bool | None:
        part, line = self._at(n)
        return part.is_open(line)

    def toggle(self, n: int) -> bool:
        part, line = self._at(n)
        return part.toggle(line)

    def fold_all(self) -> None:
        for part in self._parts:
            part.fold_all()

    def unfold_all(self) -> None:
        for part in self._parts:
            part.unfold_all()

    def path(self, n: int) -> str:
        if not 0 <= n < self.line_count():
            return ""
        part, line = self._at(n)
        return part.path(line)

    def value(self, n: int) -> str:
        part, line = self._at(n)
        return part.value(line) if n else self._facts.plain

    def _at(self, n: int) -> tuple[Part, int]:
        ends = list(accumulate(part.line_count() for part in self._parts))
        at = bisect_right(ends, n)
        return self._parts[at], n - (ends[at - 1] if at else 0)


def _facts(entry: Entry) -> Text:
    level = "platform" if entry.platform else entry.word or "no level"
    parts = [(level, "quiet" if entry.level is Level.NONE else TONES[entry.level])]
    parts += [(clean(fact, limit=200), "quiet") for fact in (entry.logger, entry.stamp) if fact]
    lines = (
        f"lines {entry.first + 1}–{entry.first + entry.lines}"
        if entry.lines > 1
        else f"line {entry.first + 1}"
    )
    return Text("   ").join(Text.assemble(part) for part in [*parts, (lines, "faint")])


def _message(lines: list[str]) -> Iterator[Part]:
    """The message, each stack in it with own frames first."""
    frames = [frame_of(lines[max(n - 3, 0) : n + 1]) for n in range(len(lines))]
    for stack, numbers in groupby(range(len(lines)), key=lambda n: frames[n] is not Frame.NONE):
        some = list(numbers)
        library = [lines[n] for n in some if frames[n] is Frame.LIBRARY]
        rest = [(lines[n], _TONES[frames[n]]) for n in some if frames[n] is not Frame.LIBRARY]
        if rest:
            yield Words(rest)
        if stack and library:
            yield Library(library, folded=bool(rest))


def _payload(payload: str) -> Part:
    """The payload as JSON that folds; as text, and why, where it is nested deeper than can be read."""
    try:
        indented = msgspec.json.format(payload.encode("utf-8", "surrogatepass"), indent=2)
    except RecursionError:
        return Words([(_TOO_DEEP, "warn"), (payload, "text")])
    return JsonLines(indented.split(b"\n"))


def _pieces(line: str) -> Iterator[str]:
    yield from (line[at : at + PIECE] for at in range(0, max(len(line), 1), PIECE))
