"""Indented JSON as lines that fold: where a line belongs, what it holds, and how it looks.

All is read from the indentation, so that megabytes need no tree: what a line opens ends at the next line of
the same indentation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from rich.text import Text

from runmon.model.units import grouped
from runmon.model.values import decode
from runmon.render.long_line import LONGEST, LongLine
from runmon.render.untrusted import clean

LONG_KEPT = 64
"""Long lines whose pieces are remembered."""
FAR = 50_000
"""Lines looked back at most to count the place in a list."""
_STRING = r'"(?:[^"\\]|\\.)*"?'
_LINE = re.compile(rf'(\s*)({_STRING}(?=\s*:))?(\s*:\s*)?({_STRING}|[^\s,\[\]{{}}"]+)?(.*)', re.DOTALL)
_KEY = re.compile(rb'\s*("(?:[^"\\]|\\.)*"): ')
_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$]*")


def json_line(text: str) -> Text:
    """One line of indented JSON, coloured; `text` must be clean."""
    match = _LINE.match(text)
    if match is None:
        return Text(text, no_wrap=True, end="")
    indent, key, colon, value, rest = (part or "" for part in match.groups())
    pieces = [(indent, ""), (key, "quiet"), (colon, "faint"), (value, _tone(value)), (rest, "faint")]
    return Text.assemble(*(piece for piece in pieces if piece[0]), no_wrap=True, end="")


class JsonLines:
    """Indented JSON: keys quiet, numbers distinct, punctuation faint. Line numbers are those shown."""

    def __init__(self, lines: Sequence[bytes], *, indented: bool = True) -> None:
        self._lines = lines
        self._indented = indented
        self._folds: dict[int, int] = {}
        self._longs: dict[int, LongLine] = {}
        self._hidden_from: list[int] = []
        self._hidden: list[int] = []

    def line_count(self) -> int:
        return len(self._lines) - (self._hidden[-1] if self._hidden else 0)

    def text(self, n: int) -> Text:
        line = self._line_of(n)
        long = self.long(n)
        text = json_line(long.text(0).plain if long else clean(self._lines[line], limit=4 * LONGEST))
        if line in self._folds:
            end = self._folds[line]
            text.append(f" … {_closing(self._lines[end])}", "faint").append(
                f"  {grouped(end - line - 1)} lines", "faint"
            )
        return text

    def long(self, n: int) -> LongLine | None:
        """Line `n` where it is long, in pieces."""
        line = self._line_of(n)
        if len(raw := self._lines[line]) < LONGEST:
            return None
        if line not in self._longs:
            if len(self._longs) >= LONG_KEPT:
                self._longs.clear()
            self._longs[line] = LongLine(
                len(raw), lambda first, last: self._lines[line][first:last], style="text", coloured=False
            )
        return self._longs[line]

    def number(self, n: int) -> int:
        """The number that shown line `n` has among all, the folded ones too."""
        return self._line_of(n)

    def place(self, number: int) -> int:
        """Where a line shows, or, if it is folded away, the next one that does."""
        hidden, last = 0, -1
        for line in sorted(self._folds):
            if line >= number:
                break
            if line > last:
                last = self._folds[line]
                hidden += min(last, number - 1) - line
        return number - hidden

    @property
    def whole(self) -> Sequence[bytes]:
        """All lines as they are, folded or not."""
        return self._lines

    def is_open(self, n: int) -> bool | None:
        """Whether the object or list that line `n` begins is unfolded; None where it begins none."""
        line = self._line_of(n)
        if not self._indented or self._lines[line][-1:] not in (b"{", b"["):
            return None
        return line not in self._folds

    def toggle(self, n: int) -> bool:
        """Fold or unfold what line `n` begins; gives whether it begins anything."""
        state = self.is_open(n)
        line = self._line_of(n)
        if state is None:
            return False
        if state:
            self._folds[line] = self._end_of(line)
        else:
            del self._folds[line]
        self._count_hidden()
        return True

    def fold_all(self) -> None:
        """Fold everything inside the outermost object or list."""
        line = 1
        while self._indented and line < len(self._lines) - 1:
            if self._lines[line][-1:] in (b"{", b"["):
                self._folds[line] = self._end_of(line)
            line = self._folds.get(line, line) + 1
        self._count_hidden()

    def unfold_all(self) -> None:
        """Unfold everything."""
        self._folds.clear()
        self._count_hidden()

    def path(self, n: int) -> str:
        """Where line `n` stands: `startUrls[0].url`; empty for the whole."""
        if not self._indented or not 0 <= n < self.line_count():
            return ""
        steps: list[str] = []
        line = self._line_of(n)
        while line > 0 and (indent := _indent(self._lines[line])):
            if self._lines[line][indent : indent + 1] not in (b"}", b"]"):
                steps.append(self._step(line))
            line = self._parent(line)
        return "".join(reversed(steps)).removeprefix(".")

    def value(self, n: int) -> str:
        """What line `n` holds: a string without its quotes, else JSON text; an object or list whole."""
        line = self._line_of(n)
        end = self._end_of(line) if self.is_open(n) is not None else line
        whole = b"\n".join(self._lines[line : end + 1])
        key = _KEY.match(whole)
        text = whole[key.end() :] if key and self._indented else whole.lstrip()
        text = text.rstrip().removesuffix(b",")
        found = decode(text)
        return found if type(found) is str else text.decode("utf-8", "replace")

    def _line_of(self, n: int) -> int:
        if not self._hidden:
            return n
        at = bisect_right(self._hidden_from, n) - 1
        return n if at < 0 else n + self._hidden[at]

    def _count_hidden(self) -> None:
        """For every fold on screen: from which shown line on how many lines are hidden."""
        self._hidden_from, self._hidden = [], []
        hidden, last = 0, -1
        for line in sorted(self._folds):
            if line <= last:
                continue
            last = self._folds[line]
            self._hidden_from.append(line - hidden + 1)
            hidden += last - line
            self._hidden.append(hidden)

    def _end_of(self, line: int) -> int:
        start = self._lines[line]
        sign = start[: _indent(start)] + (b"}" if start.endswith(b"{") else b"]")
        for end in range(line + 1, len(self._lines)):
            if self._lines[end].startswith(sign):
                return end
        return len(self._lines) - 1

    def _parent(self, line: int) -> int:
        indent = _indent(self._lines[line])
        for above in range(line - 1, max(line - FAR, -1), -1):
            if _indent(self._lines[above]) < indent:
                return above
        return 0

    def _step(self, line: int) -> str:
        """The line's name or place in what holds it."""
        key = _KEY.match(self._lines[line])
        if key:
            name = clean(decode(key[1]), limit=200)
            return f".{name}" if _PLAIN_NAME.fullmatch(name) else f'["{name}"]'
        indent, place = _indent(self._lines[line]), 0
        for above in range(line - 1, max(line - FAR, -1), -1):
            other = _indent(self._lines[above])
            if other < indent:
                return f"[{place}]"
            place += other == indent and self._lines[above][indent : indent + 1] not in (b"}", b"]")
        return "[…]"


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def _closing(line: bytes) -> str:
    return clean(line.strip(), limit=4)


def _tone(value: str) -> str:
    if value.startswith('"'):
        return "text"
    return "quiet" if value in {"true", "false", "null"} else "number"
