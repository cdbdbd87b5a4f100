"""Marks on lines: places that a person wants to come back to."""

from __future__ import annotations

from runmon.model.search import Hits
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.line_search import LineSearch


class LineMarks(LineSearch):
    """A searchable view whose lines can be marked; marks keep to their lines where others are hidden."""

    def __init__(
        self, source: LineSource | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(source, id=id, classes=classes)
        self.marks = Hits()
        """Numbers of the marked lines."""

    def marked(self, n: int) -> bool:
        """Whether the line at place `n` is marked."""
        return bool(len(self.marks)) and self.number(n) in self.marks

    def action_mark(self) -> None:
        """Mark the current line, or take its mark away."""
        if (line := self.current()) >= 0:
            self.marks.toggle(self.number(line))
            self.paint_again(line)
            self.refresh(self.rows_region)

    def action_next_mark(self, step: int) -> None:
        """Go to the next marked line, or the one before; round at the end."""
        line = self.current()
        if line < 0 or not len(self.marks):
            self.notify("No line is marked: m marks one.", timeout=2, markup=False)
            return
        number = self.next_shown(self.marks, self.number(line), step)
        if number is None:
            number = self.next_shown(self.marks, -1 if step > 0 else self.all_lines(), step)
        if number is not None:
            self.following = False
            self.cursor = self.place(number)
            self.reveal(self.cursor)
