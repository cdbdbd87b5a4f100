"""Lines of JSON that fold under the cursor, tell their path, and are copied by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.message import Message

from runmon.render.entry_lines import EntryLines
from runmon.render.json_lines import JsonLines
from runmon.render.untrusted import clean
from runmon.ui.widgets.clipboard import put_on_clipboard
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.lines import LineView

OPEN, FOLDED = "▾ ", "▸ "


class Unfolded:
    """Lines of JSON as a search reads them."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def line_count(self) -> int:
        """How many there are."""
        return len(self._lines)

    def text(self, n: int) -> Text:
        """Line `n`."""
        return Text(clean(self._lines[n]))

    def size_from(self, n: int) -> int:
        """Bytes of line `n` and all behind it."""
        return sum(map(len, self._lines[n:]))

    def blocks(self, first_line: int, skip: int = 0) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, bytes), some lines at a time."""
        for at in range(first_line, len(self._lines), 1000):
            yield at, b"\n".join(self._lines[at : at + 1000]) + b"\n"


class JsonView(LineView):
    """A line view; where its source is JSON, Enter folds and `y` copies the value of the current line."""

    MARGIN: ClassVar[int] = 2

    class PathChanged(Message):
        """The current line stands elsewhere; `path` is clean, and empty where there is none."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    @property
    def json(self) -> JsonLines | EntryLines | None:
        """The source, where it is JSON, or a log entry with some."""
        return self.source if isinstance(self.source, JsonLines | EntryLines) else None

    @property
    def searched(self) -> LineSource:
        """Every line, the folded ones too."""
        return Unfolded(self.json.whole) if self.json is not None else self.source

    def all_lines(self) -> int:
        return len(self.json.whole) if self.json is not None else super().all_lines()

    def number(self, n: int) -> int:
        inside = self.json is not None and 0 <= n < self.json.line_count()
        return self.json.number(n) if self.json is not None and inside else n

    def place(self, number: int) -> int:
        return self.json.place(number) if self.json is not None else number

    def margin(self, n: int) -> tuple[str, str]:
        """The folding mark."""
        state = self.json.is_open(n) if self.json is not None else None
        if state is None:
            return "  ", ""
        return (OPEN, "faint") if state else (FOLDED, "accent")

    def hang(self, n: int) -> int:
        """Folded rows of JSON and of stack traces stand two cells right of where the line begins."""
        if self.json is None:
            return 0
        plain = self.text_of(n).plain
        return len(plain) - len(plain.lstrip(" ")) + 2

    def watch_cursor(self, old: int, new: int) -> None:
        super().watch_cursor(old, new)
        path = self.json.path(new) if self.json is not None and new >= 0 else ""
        self.post_message(self.PathChanged(path))

    def action_choose(self) -> None:
        """Fold or unfold what the current line begins."""
        line = self.current()
        if self.json is None or line < 0 or self.json.is_open(line) is None:
            super().action_choose()
            return
        with self.holding():
            self.json.toggle(line)
        self.move_cursor(line)

    def fold_all(self, folded: bool) -> None:
        """Fold everything inside the outermost object, or unfold all."""
        if self.json is None:
            return
        with self.holding():
            if folded:
                self.json.fold_all()
            else:
                self.json.unfold_all()
        self.move_cursor(0)

    def action_copy(self) -> None:
        """Copy the selection, or the value of the current line."""
        line = self.current()
        if self.json is None or line < 0 or self.screen.get_selected_text():
            super().action_copy()
            return
        self.put_on_clipboard(self.json.value(line), "The value is copied.")

    def copy_path(self) -> None:
        """Copy where the current line stands."""
        line = self.current()
        if self.json is not None and line >= 0 and (path := self.json.path(line)):
            self.put_on_clipboard(path, "The path is copied.")

    def put_on_clipboard(self, text: str, said: str) -> None:
        """Copy at most 64 KiB and say so; control characters are left out."""
        put_on_clipboard(self, text, said)

    def value(self) -> str:
        """The value of the current line; empty where there is none."""
        line = self.current()
        return self.json.value(line) if self.json is not None and line >= 0 else ""
