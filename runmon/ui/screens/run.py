"""The run screen: every pane over one watch, arranged by the room there is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, assert_never

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from runmon.errors import RunmonError
from runmon.render.facts import Progress, Sign, progress_in, progress_of
from runmon.render.untrusted import clean
from runmon.ui import layout
from runmon.ui.commands import bindings
from runmon.ui.ending import name_window, tell_end
from runmon.ui.glance import glance_at
from runmon.ui.leaving import Leaves
from runmon.ui.messages import WatchTold
from runmon.ui.open_runs import OpensRuns
from runmon.ui.screens.acting import DEEDS, ActingScreen
from runmon.ui.screens.arranged import ArrangedScreen
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.header import RunHeader
from runmon.ui.widgets.input_pane import InputPane
from runmon.ui.widgets.items_pane import ItemsPane
from runmon.ui.widgets.link_bar import LinkBar
from runmon.ui.widgets.log_pane import LogPane
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.queue_pane import QueuePane
from runmon.ui.widgets.records_pane import RecordsPane
from runmon.ui.widgets.run_tabs import RunTabs
from runmon.ui.widgets.status_pane import StatusPane
from runmon.ui.widgets.tab_bar import TabBar
from runmon.ui.widgets.usage_pane import UsagePane
from runmon.watch.clock import Pulse
from runmon.watch.events import (
    Condition,
    Event,
    ItemsCounted,
    LinkMeasured,
    LogGrew,
    PaneChanged,
    QueueCounted,
    RecordsCounted,
    RunSeen,
)
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.jumps import Jumps
    from runmon.ui.reopening import Reopening
    from runmon.ui.screens.run_object import RunObjectScreen
    from runmon.watch.history import History
    from runmon.watch.watch import Watch


FIRST_S = 0.25
"""How long the first painting may wait for the log, which a server nearby sends sooner."""


HIDDEN_S = 1.0
"""A tab that is not shown takes in at most one growth of its log in so long."""


class RunScreen(ActingScreen, ArrangedScreen, inherit_bindings=False):
    """Shows one run live. Closing it closes its watch and its connections."""

    SCOPE: ClassVar[str] = "run"
    BINDINGS = bindings("run")
    AUTO_FOCUS = ""
    _reopening: Reopening | None = None
    HORIZONTAL_BREAKPOINTS = [
        (0, "-tiny"),
        (80, "-narrow"),
        (layout.NORMAL, "-normal"),
        (layout.WIDE, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-medium"), (layout.TALL, "-tall")]

    def __init__(
        self,
        watch: Watch,
        api: Api,
        *,
        read_only: bool = False,
        title: str = "",
        history: History | None = None,
    ) -> None:
        """`title` is what a person calls the run, where that is known better than by the server.

        `history` keeps what was measured beyond this visit; None: nothing is kept.
        """
        super().__init__()
        self._watch, self._api = watch, api
        self._read_only, self._called = read_only, clean(title, limit=80)
        self._seen: RunSeen | None = None
        self._counted: QueueCounted | None = None
        self._told: Progress | None = None
        self._object: RunObjectScreen | None = None
        self._hidden, self._shown = False, Pulse()
        self._status = StatusPane(history, api_url=api.lasting_url, folder=api.address.name)
        self._usage = UsagePane(has_token=api.token is not None)
        self._log = LogPane(watch.log, run_id=watch.run_id)
        self._items = ItemsPane(api, watch)
        self._records = RecordsPane(api, watch)
        self._queue = QueuePane(api, watch)
        self._input = InputPane(api, watch)
        self._panes: dict[str, Pane] = {
            "status": self._status, "usage": self._usage, "log": self._log,
            "items": self._items, "records": self._records, "queue": self._queue, "input": self._input,
        }  # fmt: skip
        self._side, self._main, self._stores = (
            Vertical(id="side"),
            Vertical(id="main"),
            Horizontal(id="stores"),
        )
        self._header, self._link = RunHeader(), LinkBar()
        self._run_tabs = RunTabs()
        self._tabs = TabBar([self._panes[name] for name in layout.ORDER])

    def compose(self) -> ComposeResult:
        self._expect(self.app.size)
        yield self._header
        if isinstance(self.app, OpensRuns) and self.app.open_runs:
            yield self._run_tabs
        yield self._tabs
        with Horizontal(id="body"):
            with self._side:
                yield self._status
                yield self._usage
            with self._main:
                yield self._log
                with self._stores:
                    yield self._items
                    yield self._records
                    yield self._queue
                    yield self._input
        with Horizontal(id="bottom"):
            yield KeyFooter()
            yield self._link

    @property
    def jumps(self) -> Jumps:
        """The ways between the parts of the run."""
        from runmon.ui.jumps import Jumps

        lines, rows = self._log.view.lines, self._items.rows
        return Jumps(self, self._api, self._watch, lines=lines, rows=rows, show_line=self._to_line)

    async def on_mount(self) -> None:
        self.held = True
        self.set_timer(FIRST_S, self.let_go)
        await self._watch.__aenter__()
        self.follow()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._focus_current)

    async def on_unmount(self) -> None:
        self.workers.cancel_node(self)
        await self._watch.__aexit__(None, None, None)
        await self._api.aclose()

    @work(group="watch", exclusive=True)
    async def follow(self) -> None:
        """Post what the watch tells, until the screen closes."""
        async for event in self._watch.events():
            self.post_message(WatchTold(event))
            if self._hidden and isinstance(event, LogGrew):
                await self._watch.clock.wait(self._shown.next, seconds=HIDDEN_S)

    def on_watch_told(self, message: WatchTold) -> None:
        if self._status.is_mounted and not self.closing:
            self._take(message.event)

    def _take(self, event: Event) -> None:
        match event:
            case RunSeen():
                self._run_seen(event)
            case LogGrew():
                self._log.log_grew(event)
                self.let_go()
            case ItemsCounted():
                self._items.counted(event)
                self._status.counted(event.at, items=event.dataset.view.item_count)
                self._usage.counted(event.dataset.view.item_count)
            case RecordsCounted():
                self._records.counted(event)
            case QueueCounted():
                self._queue_counted(event)
            case PaneChanged():
                self._pane_changed(event)
            case LinkMeasured():
                self._link.measured(event)
            case _:
                assert_never(event)

    def _run_seen(self, event: RunSeen) -> None:
        if self._seen is not None and event.at < self._seen.at:
            return
        before, self._seen = self._seen, event
        self._status.run_seen(event)
        if self._object is not None and self._object.is_current:
            self._object.show_run(event.run)
        self._usage.run_seen(event)
        self._input.run_seen(event.run.view)
        self._progressed()
        if before is None or before.run.view.phase is not event.run.view.phase:
            self.refresh_bindings()
        self._count()
        if before is None and not self._called and event.run.view.act_id:
            self._learn_name(event.run.view.act_id)
        if before is not None and event.run.view.phase.final and not before.run.view.phase.final:
            tell_end(self.app, event.run.view, self.run_name())
            if isinstance(self.app, Leaves):
                self.app.nothing_to_lose()

    @work(group="name")
    async def _learn_name(self, act_id: str) -> None:
        """Call the run by its Actor's name, as the list does; where that is not told, the id stays."""
        with suppress(RunmonError):
            actor = (await self._api.without_retries().actor(act_id)).view
            self._called = clean(actor.name, limit=80)
            self._write_header()

    def _queue_counted(self, event: QueueCounted) -> None:
        self._counted = event
        self._queue.counted(event)
        self._status.counted(event.at, done=event.queue.view.handled_request_count)
        self._progressed()

    def _progressed(self) -> None:
        message = self._seen.run.view.status_message or "" if self._seen else ""
        before, told = self._told, progress_in(message) or self._told
        self._told = told
        if self._seen and told:
            self._status.counted(self._seen.at, done=told.done, failed=told.failed)
        counted = progress_of(self._counted.queue.view) if self._counted else None
        known = [progress for progress in (told, counted) if progress is not None]
        furthest = max(known, key=lambda progress: progress.done, default=None)
        self._status.progressed(furthest)
        self._usage.progressed(furthest)
        self._write_header()
        if told and not before:
            self._count()

    def _pane_changed(self, event: PaneChanged) -> None:
        for pane in self._panes.values():
            if pane.pane is event.pane:
                pane.state = event.state
        if event.pane is Watched.RUN:
            self._link.say(self._status.link_sign())
            self._write_header()
        if event.pane is Watched.LOG and event.state.condition in {Condition.LIVE, Condition.COMPLETE}:
            self._status.read_log(self._log.view)

    def _write_header(self) -> None:
        run = self._seen.run.view if self._seen else None
        status = self._status
        glance = glance_at(run, self._called, status.progress, status.moment(), status.state.condition)
        self._header.show(glance)
        if run is not None and self in self.app.screen_stack:
            name_window(self.app, glance)

    @property
    def over(self) -> bool:
        """Whether the run is known to have ended."""
        return self._seen is not None and self._seen.run.view.phase.final

    @property
    def tab(self) -> tuple[str, Sign]:
        """What a tab says of the run: its name, clean, and its state."""
        glance = self._header.glance
        return glance.name or self._called or clean(self._watch.run_id, limit=40), glance.state

    def on_screen_suspend(self) -> None:
        self._count()

    def on_screen_resume(self) -> None:
        self._count()

    def _tick(self) -> None:
        if self not in self.app.screen_stack:
            return
        if self._run_tabs.is_mounted:
            self._run_tabs.refresh()
        self._status.counted(self._watch.clock.wall(), errors=self._log.errors_so_far())
        self._write_header()
        self._link.say(self._status.link_sign())
        for pane in self._panes.values():
            if pane.display:
                pane.tick()

    def let_go(self) -> None:
        """Paint, and count: the log came first, the storages are asked behind it."""
        if self.held:
            super().let_go()
            self._count()

    def _count(self) -> None:
        """Let the watch count what shows, items beside a cost, the queue without progress and at the end."""
        if self.held:
            return
        self._hidden = self not in self.app.screen_stack
        self._watch.rest(self._hidden)
        panes = {pane.pane for name, pane in self._panes.items() if name in self._showing and pane.pane}
        if self._seen is not None and (not self._told or self._seen.run.view.phase.final):
            panes.add(Watched.QUEUE)
        if "usage" in self._showing and self._usage.costs:
            panes.add(Watched.ITEMS)
        self._tabs.renewed = counted = frozenset(() if self._hidden else panes)
        self._usage.counting(Watched.ITEMS in counted)
        self._watch.show(counted)
        if not self._hidden:
            self._shown.beat()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Orders only where the run can obey them; back only out of a zoom."""
        if action in DEEDS:
            return self.may(DEEDS[action])
        if action == "requeue":
            return self._seen is not None and not self._read_only
        return self._zoomed if action == "back" else True

    def _to_line(self, number: int) -> None:
        self._log.view.go_to_number(number)
        self.action_pane("log")

    def run_name(self) -> str:
        """What the header calls the run."""
        return self._header.glance.name

    def action_run_object(self) -> None:
        """Show the run object whole."""
        from runmon.ui.screens.run_object import RunObjectScreen

        if self._seen is not None:
            self._object = RunObjectScreen(self._seen.run)
            self.app.push_screen(self._object)

    @work(group="reopen", exclusive=True)
    async def action_refresh_all(self) -> None:
        """Ask the server now; where the folder of the run holds another by now, show that."""
        self._watch.refresh()
        if self._reopening is not None and self._status.state.condition is Condition.GONE:
            await self._reopening.take_over(self)

    def reopen_by(self, reopening: Reopening) -> None:
        """Take the way to the run that the same folder holds by now."""
        self._reopening, self._status.may_reopen = reopening, True
