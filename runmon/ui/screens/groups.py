"""The messages of the log, the same ones as one, failures first; Enter walks through those of one kind."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.worker import get_current_worker

from runmon.insight.entries import Level
from runmon.insight.groups import Group, Groups
from runmon.model.units import grouped
from runmon.render.log_lines import LogLines
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.group_rows import GroupRows
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words

LOOK_S = 0.3
"""Between two looks at whether the log has grown."""
SLICE = 256 * 1024
"""Bytes taken between two looks at whether to stop."""


class GroupsTable(Table):
    """A table whose rows are not opened, but walked through in the log."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key that opens to the screen."""
        return False if action == "choose" else super().check_action(action, parameters)


class GroupsFrame(Pane):
    """The frame around the table."""

    NAME: ClassVar[str] = "Messages"

    def compose(self) -> ComposeResult:
        yield GroupsTable(numbers=False, columns=False)
        yield Words(id="message")


class GroupsScreen(GivesOnce, Screen[Group | None], inherit_bindings=False):
    """Shows the groups of a log while they are counted. Gives the group that was chosen."""

    SCOPE: ClassVar[str] = "groups"
    BINDINGS = bindings("groups")

    def __init__(self, lines: LogLines, groups: Groups) -> None:
        """`groups` is what an earlier look has counted; it is counted on."""
        super().__init__()
        self._lines, self.groups = lines, groups
        self._generation = lines.buffer.generation
        self._rows = GroupRows(lines.clock)
        self._counting = False
        self._frame = GroupsFrame()

    def compose(self) -> ComposeResult:
        yield self._frame
        yield KeyFooter()

    def on_mount(self) -> None:
        self.table.show(self._rows)
        self.table.focus()
        self._show(self.groups.ordered())
        self.set_interval(LOOK_S, self._look)
        self._look()

    @property
    def table(self) -> Table:
        """The table."""
        return self._frame.query_one(Table)

    def _look(self) -> None:
        """Count on where there are lines that were not counted."""
        buffer = self._lines.buffer
        if self._generation != buffer.generation:
            self._generation, self.groups = buffer.generation, Groups()
        if not self._counting and self.groups.scanned < buffer.whole_lines:
            self._counting = True
            self.run_worker(partial(self._count, self.groups), thread=True, group="groups")

    def _count(self, groups: Groups) -> None:
        """In a thread: slice after slice, each shown."""
        worker, size = get_current_worker(), 0
        for first, block in self._lines.buffer.blocks(groups.scanned):
            if worker.is_cancelled or groups is not self.groups:
                break
            groups.take(first, block)
            size += len(block)
            if size >= SLICE:
                size = 0
                self.app.call_from_thread(self._show, groups.ordered())
        self.app.call_from_thread(self._rest, groups)

    def _rest(self, groups: Groups) -> None:
        self._counting = False
        if groups is self.groups:
            self._show(groups.ordered())

    def _show(self, ordered: list[Group]) -> None:
        """Show the groups; the cursor stays on its group, or on the first row where it never moved."""
        row = self.table.cursor
        chosen = self._rows.groups[row] if 0 < row < len(self._rows.groups) else None
        self._rows.groups = ordered
        self.table.rows_changed(cursor=self._rows.place_of(chosen) if chosen else None)
        self.table.empty = Text("No messages yet.", style="quiet")
        self._frame.counts = self._counts(ordered)

    def _counts(self, ordered: list[Group]) -> Text:
        kinds = {level: sum(group.level is level for group in ordered) for level in Level}
        parts = [Text.assemble((f"{grouped(len(ordered))} kinds", "quiet"))]
        if kinds[Level.ERROR]:
            parts.append(Text.assemble((f"E {grouped(kinds[Level.ERROR])}", "bad")))
        if kinds[Level.WARN]:
            parts.append(Text.assemble((f"W {grouped(kinds[Level.WARN])}", "warn")))
        there = self._lines.buffer.whole_lines
        if self.groups.scanned < there:
            parts.append(Text.assemble((f"read {self.groups.scanned * 100 // there} %", "accent")))
        return Text("  ").join(parts)

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        """Write the message under the cursor whole."""
        event.stop()
        there = 0 <= event.row < len(self._rows.groups)
        self._frame.query_one(Words).say(self._rows.in_full(event.row) if there else Text())

    @on(Table.Chosen)
    def _choose(self, event: Table.Chosen) -> None:
        event.stop()
        self.dismiss(self._rows.groups[event.row])

    def action_walk(self) -> None:
        """Walk through the messages of the kind under the cursor."""
        if 0 <= (row := self.table.cursor) < len(self._rows.groups):
            self.dismiss(self._rows.groups[row])

    def action_copy(self) -> None:
        """Copy the message under the cursor."""
        if 0 <= (row := self.table.cursor) < len(self._rows.groups):
            self.app.copy_to_clipboard(self._rows.groups[row].example)
            self.notify("Copied.", timeout=2, markup=False)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
