"""The list of runs: of an account across its Actors, and of this machine, with the reason of failure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal

from runmon.model.run_list import ListedRun
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.open_runs import OpensRuns
from runmon.ui.private_textual import HeldScreen
from runmon.ui.runs_words import count_line, detail_lines, header_line
from runmon.ui.screens.runs_aborted import AbortedRuns
from runmon.ui.screens.runs_followed import RunsPlace
from runmon.ui.screens.runs_narrowed import NarrowedRuns
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.link_bar import LinkBar
from runmon.ui.widgets.run_rows import why
from runmon.ui.widgets.run_tabs import RunTabs
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words
from runmon.watch.clock import Clock

if TYPE_CHECKING:
    from runmon.api.client import Api

FIRST_S = 0.25
"""How long the first painting may wait for the first page, which a server nearby sends sooner."""


class RunsScreen(NarrowedRuns, AbortedRuns, inherit_bindings=False):
    """Every run at a glance. Closing it closes its connections."""

    SCOPE: ClassVar[str] = "runs"
    BINDINGS = bindings("runs")
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]

    def __init__(
        self,
        places: Sequence[RunsPlace],
        *,
        open_run: Callable[[ListedRun, Api], HeldScreen],
        title: str = "",
        words: str = "",
        read_only: bool = False,
    ) -> None:
        """`open_run` makes the screen of a run, with a connection of its own; `words` filter at first."""
        super().__init__(places, words=words, read_only=read_only)
        self._open_run, self._called = open_run, clean(title, limit=60)
        self._head, self._line, self._detail = (
            Words(id="runs-head"),
            Words(id="runs-line"),
            Words(id="runs-detail"),
        )
        self._link = LinkBar()
        self._tabs = RunTabs()

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tabs
        yield self._line
        yield self._table
        yield self._detail
        with Horizontal(id="bottom"):
            yield KeyFooter()
            yield self._link

    def on_mount(self) -> None:
        clock = getattr(self.app, "clock", None)
        self._clock = clock if isinstance(clock, Clock) else self._clock
        self.held = True
        self.set_timer(FIRST_S, self.let_go)
        self._table.empty = Text("Reading the runs…")
        self._table.show(self.rows)
        self._table.focus()
        for place in self._places:
            self.follow(place)
        self.set_interval(1.0, self._tick)
        self._write()

    def on_resize(self) -> None:
        """What stands around the table is written for the width there is."""
        self._write()

    def on_screen_resume(self) -> None:
        self._write()

    def on_runs_told(self) -> None:
        """Show the list as it is now, the cursor on its run."""
        self.let_go()
        self.show_rows()

    def show_rows(self) -> None:
        under, now = self.under(), self._clock.wall()
        self.rows.places = len({run.place for run in self.runs}) > 1
        self.rows.runs = [run for run in map(self._named, self.runs) if self._passes(run, now)]
        kept = None if under is None else self.rows.place_of(under.id)
        self._table.empty = self._empty()
        self._table.marks.keep({run.id for run in self.runs})
        self._table.rows_changed(cursor=kept)
        self._seek()
        self._write()

    def _named(self, run: ListedRun) -> ListedRun:
        return replace(run, actor=self._names[run.id]) if not run.actor and run.id in self._names else run

    def _passes(self, run: ListedRun, now: datetime) -> bool:
        if self.shown.actor and run.short.act_id != self.shown.actor:
            return False
        return not self.shown.parsed or self.shown.parsed.shows(run, why(run), now)

    def _tick(self) -> None:
        if self.is_current:
            self._table.empty = self._empty()
            self._table.repaint()
            self._write()

    def _write(self) -> None:
        """Everything around the table."""
        width = self.size.width
        self._head.say(header_line(self._called, list(self.runs), len(self._table.marks), width))
        self._line.say(
            count_line(len(self.rows.runs), len(self.runs), self._total(), self.shown.said(), self._notes())
        )
        self._tell_of_run()
        self._tabs.display = isinstance(self.app, OpensRuns) and bool(self.app.open_runs)
        self._tabs.refresh()
        if (state := self._state()) is not None:
            self._link.say(state)

    def _tell_of_run(self) -> None:
        lines = self._detail.size.height or 3
        self._detail.say(detail_lines(self.under(), self.size.width, self._clock, lines=lines))

    @on(Table.Moved)
    def _moved(self, message: Table.Moved) -> None:
        message.stop()
        self._tell_of_run()
        self.refresh_bindings()

    @on(Table.MarksChanged)
    def _marked(self, message: Table.MarksChanged) -> None:
        message.stop()
        self._write()
        self.refresh_bindings()

    @on(Table.Chosen)
    async def open_chosen(self, message: Table.Chosen) -> None:
        """Open the run under the cursor."""
        message.stop()
        run = self.rows.runs[message.row]
        feed = self._feeds.get(run.place)
        if feed is not None and isinstance(self.app, OpensRuns):
            await self.app.open_run(run.id, lambda: self._open_run(run, feed.api))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Abort only what can be aborted; back only from a filter or marks."""
        if action == "abort":
            return bool(self.abortable())
        if action == "back":
            return self.narrowed or len(self._table.marks) > 0
        return True

    def action_copy(self) -> None:
        """Copy the id of the run under the cursor; of one in a folder its path, which finds it again."""
        if (under := self.under()) is None:
            return
        folder = self._names.get(under.id, "")
        self.app.copy_to_clipboard(clean(str(Path(folder).absolute()) if folder else under.id, limit=4096))
        what = "the path of the run's folder" if folder else "the run's id"
        self.notify(f"Copied {what}.", markup=False, timeout=2)
