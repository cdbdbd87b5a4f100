"""One entry of the log over the whole screen; the entries before and behind it are a key away."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on

from runmon.insight.entries import MAX_LINES, Entry
from runmon.insight.failures import Subject
from runmon.model.units import grouped
from runmon.render.entry_lines import EntryLines
from runmon.render.log_lines import LogLines
from runmon.ui.commands import bindings
from runmon.ui.jumps import jump, to_line
from runmon.ui.screens.detail import DetailScreen
from runmon.ui.widgets.lines import LineView
from runmon.ui.widgets.visiting import visit_link

LONGEST = f"An entry ends after {grouped(MAX_LINES)} lines; what goes on is the next one."


class EntryScreen(DetailScreen):
    """Shows the entry that a line belongs to. Gives the line one ended on."""

    SCOPE: ClassVar[str] = "entry"
    BINDINGS = bindings("entry")

    def __init__(self, lines: LogLines, line: int) -> None:
        super().__init__()
        self._lines = lines
        self.entry: Entry = lines.entry(line)

    def on_mount(self) -> None:
        self.frame.view.wrap = True
        self._show(self.entry)

    def _show(self, entry: Entry) -> None:
        self.entry = entry
        self.counts = Text.assemble(
            (f"line {grouped(entry.first + 1)} of {grouped(self._lines.line_count())}", "quiet")
        )
        self.frame.title_text = Text.assemble(("Log entry", "strong"))
        self.frame.counts = self.counts
        self.frame.view.source = EntryLines(entry)
        self.frame.note((LONGEST,) if entry.lines >= MAX_LINES else ())

    def action_step(self, entries: int) -> None:
        """Go to the next or the previous entry."""
        line = self.entry.first - 1 if entries < 0 else self.entry.first + self.entry.lines
        if 0 <= line < self._lines.line_count():
            self._show(self._lines.entry(line))

    def action_jump(self, where: str) -> None:
        """Go to the request, snapshot or items that the entry is about."""
        jump(self.app, where, Subject.of_entry(self.entry))

    def action_in_log(self) -> None:
        """Show the entry in the log, among its neighbours."""
        to_line(self.app, self.entry.first)

    def action_copy_entry(self) -> None:
        """Copy the entry as text."""
        entry = self.entry
        parts = (entry.stamp, entry.word, entry.logger, entry.message, entry.payload)
        self.frame.view.put_on_clipboard(" ".join(part for part in parts if part), "Copied the entry.")

    def action_copy_payload(self) -> None:
        """Copy the JSON at the end of the entry."""
        if self.entry.payload:
            self.frame.view.put_on_clipboard(self.entry.payload, "Copied the JSON.")
        else:
            self.notify("This entry has no JSON.", timeout=2, markup=False)

    @on(LineView.Chosen)
    def _chosen(self, event: LineView.Chosen) -> None:
        """Open the address of a line that does not fold."""
        event.stop()
        self.action_open_url()

    def action_open_url(self) -> None:
        """Open the address on the current line, or the first of the entry, in a browser."""
        view = self.frame.view
        line = view.text_of(view.cursor).plain if view.cursor >= 0 else ""
        whole = f"{self.entry.message} {self.entry.payload}"
        self.run_worker(visit_link(self, line, whole), group="browser")

    def action_back(self) -> None:
        """Close, and leave the log's current line on this entry."""
        self.dismiss(self.entry.first)
