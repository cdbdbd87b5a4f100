"""What the run is doing: state, message, progress, facts, and everything measured over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.worker import get_current_worker

from runmon.insight.telling import Telling
from runmon.model.course import Course, Moment
from runmon.model.run import Run
from runmon.render import run_facts
from runmon.render.facts import Progress, Sign
from runmon.render.status_text import now_text, rows_text
from runmon.render.untrusted import clean
from runmon.ui.commands import BY_ID, bindings, written
from runmon.ui.palette import keymap_of
from runmon.ui.widgets.chart_wall import ChartWall
from runmon.ui.widgets.charts import CPU, MEMORY, rates_text, reading
from runmon.ui.widgets.pane import Pane, reason
from runmon.ui.widgets.time_chart import TimeChart
from runmon.ui.widgets.words import Words
from runmon.watch.events import Condition, RunSeen
from runmon.watch.events import Pane as Watched
from runmon.watch.history import History

if TYPE_CHECKING:
    from runmon.ui.widgets.log_view import LogView

KEEP_S = 15.0
"""What was measured is written to disk this often."""
STILL_S = 15.0
"""A total that does not grow is measured again after so long: less than makes a gap."""


class StatusPane(Pane):
    """State and facts in words above two charts; zoomed, every chart there is, large."""

    pane = Watched.RUN
    SCOPE: ClassVar[str] = "status"
    NUMBER: ClassVar[str] = "1"
    NAME: ClassVar[str] = "Status"
    BINDINGS = bindings("status")
    may_reopen = False
    """Whether the folder of a run that is gone can be opened again."""

    def __init__(self, history: History | None = None, *, api_url: str = "", folder: str = "") -> None:
        """`history` is where measurements are kept beyond this visit; None: nowhere.

        `api_url` and `folder` are where the run is found again, each empty where that is not there.
        """
        super().__init__(id="status")
        self._seen: RunSeen | None = None
        self._history, self._api_url, self._folder = history, api_url, folder
        self._unkept: list[Moment] = []
        self._totals: dict[str, tuple[float, float]] = {}
        self._log_read = 0
        self._unread: LogView | None = None
        self.progress: Progress | None = None
        self.course = Course()

    def compose(self) -> ComposeResult:
        with Horizontal(), VerticalScroll(id="status-words"):
            yield Words(id="now")
            yield Words(id="facts")
            yield TimeChart(MEMORY, self.course, id="memory")
            yield TimeChart(CPU, self.course, id="cpu")
            yield Words(id="rates")
            yield Words(id="origin")

    def on_mount(self) -> None:
        super().on_mount()
        column = self.query_one(VerticalScroll)
        self.watch(column, "show_vertical_scrollbar", self._write_after_layout, init=False)
        if self._history is not None:
            self.remember(self._history)
            self.set_interval(KEEP_S, self.keep)

    def on_unmount(self) -> None:
        """A few lines that a worker would come too late for."""
        if self._history is not None:
            self._history.add(self._unkept)

    @work(thread=True, group="history")
    def remember(self, history: History) -> None:
        """Read what was measured on earlier visits."""
        if kept := history.read():
            self.app.call_from_thread(self._remembered, kept)

    def _remembered(self, kept: Sequence[Moment]) -> None:
        self.course.remember(kept)
        self.write()

    @work(thread=True, group="history")
    def keep(self) -> None:
        """Write what was measured since the last time."""
        unkept, self._unkept = self._unkept, []
        if self._history is not None:
            self._history.add(unkept)

    def read_log(self, view: LogView) -> None:
        """Rebuild from the log what it tells of the time that nobody watched, once its errors are counted.

        To count them finds the same lines.
        """
        log = view.lines.telling
        self._unread = view if view.counting else None
        if self._unread is None and log.log.size != self._log_read:
            self._log_read = log.log.size
            self.rebuild(log)

    @work(thread=True, group="rebuild", exclusive=True)
    def rebuild(self, log: Telling) -> None:
        """Scan the whole log, in slices that end with the pane."""
        from runmon.insight.crawlee_lines import lines_at, moments_in
        from runmon.insight.error_totals import ErrorTotals

        worker, errors = get_current_worker(), ErrorTotals()

        def lines() -> Iterator[bytes]:
            for _, block, told in takewhile(lambda _: not worker.is_cancelled, log.blocks()):
                errors.take(block, told.errors_at)
                yield from lines_at(block, told.crawl_at)

        found = [*moments_in(lines()), *errors.moments()]
        if found and not worker.is_cancelled:
            self.app.call_from_thread(self._rebuilt, found)

    def _rebuilt(self, found: Sequence[Moment]) -> None:
        self.course.rebuild(found)
        self.write()

    def run_seen(self, event: RunSeen) -> None:
        """Take in a newer run object."""
        self._seen = event
        stats = event.run.view.stats
        totals = self._news(event.at, received=stats.net_rx_bytes, sent=stats.net_tx_bytes)
        self._take(event.at, memory=stats.mem_current_bytes, cpu=stats.cpu_current_usage, **totals)
        self.write()

    def counted(self, at: datetime, **totals: float | None) -> None:
        """Take in totals: items stored, requests done and failed, errors in the log. They only ever grow."""
        self._take(at, **self._news(at, **totals))

    def _news(self, at: datetime, **totals: float | None) -> dict[str, float]:
        """The totals that grew, or stood still for long: what grew is spread over the time it took."""
        news, now = {}, at.timestamp()
        for name, value in totals.items():
            before, then = self._totals.get(name, (-1.0, 0.0))
            if value is not None and (value > before or now - then >= STILL_S):
                news[name] = max(value, before)
                self._totals[name] = (news[name], now)
        return news

    def _take(self, at: datetime, **measured: float | None) -> None:
        """Keep what was measured while the run goes on."""
        told = {name: value for name, value in measured.items() if value is not None}
        if not told or self._seen is None or self._seen.run.view.phase.final:
            return
        moment = Moment(at.timestamp(), **told)
        self.course.take(moment)
        if self._history is not None:
            self._unkept.append(moment)

    def progressed(self, progress: Progress | None) -> None:
        """Show how many requests are done."""
        if progress != self.progress:
            self.progress = progress
            self.write()

    def tick(self) -> None:
        """Times go on while nothing is told."""
        super().tick()
        if self._unread is not None:
            self.read_log(self._unread)
        self._write_times()

    def on_resize(self) -> None:
        super().on_resize()
        self._write_after_layout()

    def _write_after_layout(self) -> None:
        """Only then is it known how wide the column is."""
        self.call_after_refresh(self.write)

    def watch_state(self) -> None:
        super().watch_state()
        if self.is_mounted and (self._seen is None or self.state.condition is Condition.GONE):
            self.write()

    def enlarge(self, large: bool) -> None:
        """Show every chart beside the words, or only the words with their two."""
        self.set_class(large, "-large")
        walls = self.query(ChartWall)
        if large and not walls:
            self.query_one(Horizontal).mount(ChartWall(self.course))
        self.call_after_refresh(self.write)

    def link_sign(self) -> Sign:
        """The state for the bottom line; of a run that is gone why it is, in one clause."""
        if self.state.condition is not Condition.GONE or not self.state.detail:
            return self.state_sign()
        clause = reason(self.state).partition(";")[0].rstrip(".")
        return Sign("✖", clause, "bad")

    def _loss(self) -> Text:
        if self.state.condition is not Condition.GONE or not self.state.detail:
            return Text()
        keys = keymap_of(self.screen).of(BY_ID["run.refresh"]).keys if self.may_reopen else ()
        way = f" {written(keys[0])} opens what is there now." if keys else ""
        return Text.assemble((f"{reason(self.state)}{way}\n", "warn"))

    def write(self) -> None:
        """Write everything anew from what was seen last."""
        if self._seen is None:
            why = clean(self.state.detail, limit=300) or "Asking the server for the run …"
            self.query_one("#now", Words).say(Text.assemble((why, "quiet")))
            return
        run, width = self._seen.run.view, self._width()
        self.query_one("#now", Words).say(self._loss() + now_text(run, self.progress, width))
        self._write_times()
        self._write_charts(run, width)
        rows = [*self._unwatched(run), *run_facts.upsets(run), *run_facts.origin(run)]
        rows += [*run_facts.console(run, self._api_url), *run_facts.oddities(self._seen.run)]
        self.query_one("#origin", Words).say(rows_text(rows, width))

    def _write_charts(self, run: Run, width: int) -> None:
        for kind in (MEMORY, CPU):
            chart = self.query_one(f"#{kind.measure}", TimeChart)
            told = self.course.tracks[kind.measure].told
            chart.display = (told or not run.phase.final) and not self.has_class("-large")
            chart.read(reading(kind, self.course, run))
        rates, text = self.query_one("#rates", Words), rates_text(self.course, width)
        rates.say(text)
        rates.display = bool(text.plain) and not self.has_class("-large")
        for wall in self.query(ChartWall) if self.has_class("-large") else ():
            wall.read(run)

    def _write_times(self) -> None:
        if self._seen is not None:
            run = self._seen.run.view
            rows = [*run_facts.state(run), *run_facts.times(run, self.moment()), *run_facts.outcome(run)]
            self.query_one("#facts", Words).say(rows_text(rows, self._width()))

    def _width(self) -> int:
        return max(self.query_one(VerticalScroll).scrollable_content_region.width, 20)

    def _unwatched(self, run: Run) -> list[tuple[str, str]]:
        """Memory and CPU in words, where nobody was there to measure them."""
        told = [
            kind for kind in (MEMORY, CPU) if run.phase.final and not self.course.tracks[kind.measure].told
        ]
        rows = [(kind.title, reading(kind, self.course, run)) for kind in told]
        return [
            (name, said.summary + (f" of {said.limit_words}" if said.limit_words and said.summary else ""))
            for name, said in rows
        ]

    def action_copy(self) -> None:
        """Copy by what the run is found again: its page or address, its path on this machine, else its id."""
        if self._seen is None:
            return
        if self._folder:
            text, what = str(Path(self._folder).absolute()), "the run's path"
        else:
            text, what = run_facts.where(self._seen.run.view, self._api_url)
        self.app.copy_to_clipboard(clean(text, limit=4096))
        self.notify(f"Copied {what}.", markup=False, timeout=2)

    def action_scroll_by(self, lines: int) -> None:
        """Move by some lines."""
        wall = self.query(ChartWall)
        place = wall.first() if self.has_class("-large") and wall else self.query_one(VerticalScroll)
        place.scroll_relative(y=lines, animate=False)
