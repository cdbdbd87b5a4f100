"""What the log says of one request: the entries that name it, without all that stands between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen

from runmon.insight.entries import Level
from runmon.model.units import grouped
from runmon.render.log_lines import LogLines
from runmon.render.long_line import LongLine
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.lines import LineView
from runmon.ui.widgets.log_view import TONES
from runmon.ui.widgets.pane import Pane


class Excerpt:
    """Some lines of a log as a source of lines."""

    def __init__(self, lines: LogLines, numbers: Sequence[int]) -> None:
        self.lines, self.numbers = lines, numbers

    def line_count(self) -> int:
        return len(self.numbers)

    def text(self, n: int) -> Text:
        return self.lines.text(self.numbers[n])

    def long(self, n: int) -> LongLine | None:
        return self.lines.long(self.numbers[n])


class ExcerptView(LineView):
    """Shows an excerpt with gutter and ground by level."""

    MARGIN: ClassVar[int] = 1

    def __init__(self, excerpt: Excerpt) -> None:
        super().__init__(excerpt)
        self.excerpt = excerpt

    def margin(self, n: int) -> tuple[str, str]:
        """A bar in the colour of the entry's level."""
        tone = TONES.get(self._level(n))
        return ("▎", tone) if tone is not None else (" ", "")

    def ground(self, n: int) -> str:
        """Errors stand on a tinted ground."""
        return "error_ground" if self._level(n) is Level.ERROR else ""

    def _level(self, n: int) -> Level:
        return self.excerpt.lines.level(self.excerpt.numbers[n])


class MentionsFrame(Pane):
    """The frame around the excerpt."""

    NAME: ClassVar[str] = ""

    def __init__(self, view: ExcerptView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        yield self._view


class MentionsScreen(GivesOnce, Screen[None], inherit_bindings=False):
    """Shows lines of log entries by their numbers. Enter opens an entry."""

    SCOPE: ClassVar[str] = "mentions"
    BINDINGS = bindings("mentions")

    def __init__(self, lines: LogLines, numbers: Sequence[int], entries: int, about: str) -> None:
        """`numbers` are lines of so many entries; `about` is clean."""
        super().__init__()
        self._about, self._entries = about, entries
        self.view = ExcerptView(Excerpt(LogLines(lines.buffer, lines.clock), numbers))
        self.frame = MentionsFrame(self.view)

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    def on_mount(self) -> None:
        count = self._entries
        self.frame.title_text = Text.assemble(("Log of ", "quiet"), (self._about, "strong"))
        self.frame.counts = Text.assemble((f"{grouped(count)} entries" if count != 1 else "1 entry", "quiet"))
        self.view.focus()
        self.view.move_cursor(len(self.view.excerpt.numbers) - 1)

    @property
    def number(self) -> int:
        """The log's number of the current line."""
        return self.view.excerpt.numbers[max(self.view.current(), 0)]

    @on(LineView.Chosen)
    def open_entry(self, event: LineView.Chosen) -> None:
        """Show the whole entry."""
        from runmon.ui.screens.entry import EntryScreen

        event.stop()
        self.app.push_screen(EntryScreen(self.view.excerpt.lines, self.view.excerpt.numbers[event.line]))

    def action_in_log(self) -> None:
        """Show the current line in the log, among its neighbours."""
        from runmon.ui.jumps import to_line

        to_line(self.app, self.number)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
