"""The list of runs: of an account across its Actors, and of this machine, with the reason of failure."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from runmon.errors import BadInput, RunmonError
from runmon.model.order import Deed
from runmon.model.run_filter import parse
from runmon.model.run_list import ListedRun, RunList
from runmon.render.facts import Sign, state_sign
from runmon.render.order_words import why_not
from runmon.render.untrusted import clean
from runmon.settings import DEFAULTS, Settings
from runmon.ui.commands import BY_ID, bindings
from runmon.ui.open_runs import OpensRuns
from runmon.ui.palette import keymap_of
from runmon.ui.private_textual import HeldScreen
from runmon.ui.runs_asked import STATUSES, TIMES, Shown
from runmon.ui.runs_words import (
    NOT_ACCEPTED,
    count_line,
    detail_lines,
    empty_words,
    header_line,
    not_accepted,
)
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.link_bar import LinkBar
from runmon.ui.widgets.prompt import Prompt, TypesAhead
from runmon.ui.widgets.run_rows import RunRows, actor_name, why
from runmon.ui.widgets.run_tabs import RunTabs
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.words import Words
from runmon.watch.clock import Clock
from runmon.watch.runs import RunsFeed, every

if TYPE_CHECKING:
    from runmon.api.client import Api

FIRST_S = 0.25
"""How long the first painting may wait for the first page, which a server nearby sends sooner."""
LOOK_S = 5.0
"""Between two looks for new folders of runs on this machine."""


@dataclass(frozen=True, slots=True)
class RunsPlace:
    """Somewhere runs are: the account on a server, or the folders of this machine."""

    name: str
    """One short word."""
    connect: Callable[[], Awaitable[Api | None]]
    """Gives the way there, or None where there is nothing."""
    read_only: bool = False
    look: Callable[[], Mapping[str, str]] | None = None
    """Looks for new runs, in a thread; gives names by run id."""
    absent: str = ""
    """What is said where there is no way, and what to do."""
    token_from: str = ""
    """Where its token was found, as a person knows it."""


class RunsTold(Message, bubble=False):
    """The list changed."""

    def can_replace(self, message: Message) -> bool:
        """One look at the list is enough for all changes."""
        return isinstance(message, RunsTold)


class RunsScreen(HeldScreen, inherit_bindings=False):
    """Every run at a glance. Closing it closes its connections."""

    SCOPE: ClassVar[str] = "runs"
    BINDINGS = bindings("runs")

    def __init__(
        self,
        places: Sequence[RunsPlace],
        *,
        open_run: Callable[[ListedRun, Api], HeldScreen],
        title: str = "",
        words: str = "",
        read_only: bool = False,
    ) -> None:
        """`open_run` makes the screen of a run over a connection of its own; `words` filter at first."""
        super().__init__()
        self._places, self._open_run = tuple(places), open_run
        self._read_only, self._called = read_only, clean(title, limit=60)
        self._clock = Clock()
        self.runs = RunList()
        self.shown = Shown(words, parsed=parse(words))
        self._feeds: dict[str, RunsFeed] = {}
        self._absent: list[str] = []
        self._tried = 0
        self._names: dict[str, str] = {}
        self.rows = RunRows(self._want, self._now)
        self._table = Table(id="runs-table", numbers=False, columns=False)
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

    async def on_unmount(self) -> None:
        self.workers.cancel_node(self)

    @work(group="places")
    async def follow(self, place: RunsPlace) -> None:
        """Follow a place until the screen closes."""
        api = await place.connect()
        self._tried += 1
        if api is None:
            self._absent += [place.absent] if place.absent else []
            self.post_message(RunsTold())
            return
        settings: Settings = getattr(self.app, "settings", DEFAULTS)
        feed = RunsFeed(
            api,
            self.runs,
            place=place.name,
            told=self._told,
            read_only=place.read_only,
            clock=self._clock,
            pace=every(settings.pace),
        )
        async with feed:
            self._feeds[place.name] = feed
            feed.narrow(self.shown.parsed)
            while True:
                if place.look is not None:
                    self._names.update(await asyncio.to_thread(place.look))
                    feed.refresh_list()
                await asyncio.sleep(LOOK_S)

    def _told(self) -> None:
        self.post_message(RunsTold())

    def on_runs_told(self) -> None:
        """Show the list as it is now, the cursor on its run."""
        self.let_go()
        self._show_rows()

    def on_screen_suspend(self) -> None:
        for feed in self._feeds.values():
            feed.rest(True)

    def on_screen_resume(self) -> None:
        for feed in self._feeds.values():
            feed.rest(False)
        self._write()

    def _now(self) -> datetime:
        return self._clock.wall()

    def _want(self, run_ids: Sequence[str]) -> None:
        for feed in self._feeds.values():
            feed.want(run_ids)
        if self.rows.runs and run_ids and run_ids[-1] == self.rows.runs[-1].id:
            for feed in self._feeds.values():
                feed.more()

    def _show_rows(self) -> None:
        under, now = self._under(), self._now()
        self.rows.places = len({run.place for run in self.runs}) > 1
        self.rows.runs = [run for run in map(self._named, self.runs) if self._passes(run, now)]
        kept = None if under is None else self.rows.place_of(under.id)
        self._table.empty = self._empty()
        self._table.marks.keep({run.id for run in self.runs})
        self._table.rows_changed(cursor=kept)
        self._write()

    def _named(self, run: ListedRun) -> ListedRun:
        return replace(run, actor=self._names[run.id]) if not run.actor and run.id in self._names else run

    def _passes(self, run: ListedRun, now: datetime) -> bool:
        if self.shown.actor and run.short.act_id != self.shown.actor:
            return False
        return not self.shown.parsed or self.shown.parsed.shows(run, why(run), now)

    def _under(self) -> ListedRun | None:
        row = self._table.cursor
        return self.rows.runs[row] if 0 <= row < len(self.rows.runs) else None

    def _empty(self) -> Text:
        refused = next((feed.refused for feed in self._feeds.values() if feed.refused), None)
        reading = self._tried < len(self._places) or any(
            feed.total is None and feed.refused is None for feed in self._feeds.values()
        )
        source = next((place.token_from for place in self._places if place.token_from), "")
        return empty_words(
            self.shown.said(), len(self.runs), refused, self._absent, reading=reading, source=source
        )

    def _tick(self) -> None:
        if self.is_current:
            self._table.repaint()
            self._write()

    def _write(self) -> None:
        """Everything around the table."""
        width = self.size.width
        self._head.say(header_line(self._called, list(self.runs), len(self._table.marks), width))
        self._line.say(
            count_line(len(self.rows.runs), len(self.runs), self._total(), self.shown.said(), self._notes())
        )
        self._detail.say(detail_lines(self._under(), width, self._clock))
        self._tabs.display = isinstance(self.app, OpensRuns) and bool(self.app.open_runs)
        self._tabs.refresh()
        self._say_state()

    def _total(self) -> int | None:
        totals = [feed.total for feed in self._feeds.values() if feed.total is not None]
        return sum(totals) - self.runs.repeated if totals else None

    def _notes(self) -> list[str]:
        refused = [str(feed.refused) for feed in self._feeds.values() if feed.refused]
        return [said.partition("\n")[0] for said in (*self._absent, *refused)] if len(self.runs) else []

    def _say_state(self) -> None:
        feeds = list(self._feeds.values())
        if not feeds and self._absent:
            self._link.say(Sign("◇", "needs a token", "warn"))
        if feeds:
            now, monotonic = self._clock.local(self._now()), self._clock.monotonic()
            states = [
                NOT_ACCEPTED if not_accepted(feed.refused) else state_sign(feed.state, now, monotonic)
                for feed in feeds
                if not feed.refused or len(feeds) == 1
            ]
            worst = max(states, key=lambda sign: (sign.tone != "ok", sign.tone == "bad"), default=None)
            if worst is not None:
                self._link.say(worst)

    @on(Table.Moved)
    def _moved(self, message: Table.Moved) -> None:
        message.stop()
        self._detail.say(detail_lines(self._under(), self.size.width, self._clock))
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
            await self.app.open_run(run.id, lambda: self._open_run(run, feed.api.again()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Abort only what can be aborted; back only from a filter or marks."""
        if action == "abort":
            return bool(self._abortable())
        if action == "back":
            return bool(self.shown.text() or self.shown.actor or len(self._table.marks))
        return True

    def on_key(self, event: events.Key) -> None:
        """Say why the key of abort does nothing now."""
        if not self._abortable() and event.key in keymap_of(self).of(BY_ID["runs.abort"]).keys:
            self.notify(self._why_none(), severity="warning", markup=False)

    def _why_none(self) -> str:
        """Why none of the chosen runs can be aborted."""
        if len(self._table.marks):
            return "None of the marked runs can be aborted: they have ended, or are only read."
        if (under := self._under()) is None:
            return "There is no run to abort."
        return why_not(Deed.ABORT, under.short, read_only=self._read_only or under.read_only)

    def _abortable(self) -> list[ListedRun]:
        """The marked runs, or the one under the cursor, as far as they live and may be changed."""
        marked = [run for run in self.runs if run.id in self._table.marks]
        under = self._under()
        chosen = marked or ([under] if under else [])
        if self._read_only:
            return []
        return [run for run in chosen if not run.phase.final and not run.read_only]

    def action_filter(self) -> None:
        """Ask which runs to show; the list follows what is typed."""
        prompt = Prompt("show", typed=self._filter_typed, done=self._filter_done, value=self.shown.typed,
                        hint="words, status:failed, actor:shop, since:2h, !word")  # fmt: skip
        self._prompt = prompt
        if isinstance(self.app, TypesAhead):
            self.app.asked = prompt
        self.mount(prompt)

    def _filter_typed(self, text: str) -> None:
        try:
            parse(text)
        except BadInput as error:
            self._prompt.say(Text(clean(str(error), limit=120), "warn"))
            return
        self._prompt.say(Text())
        self._narrow(typed=text)

    def _filter_done(self, text: str | None) -> None:
        if text is None:
            self._narrow(typed="")
        else:
            self._filter_typed(text)
        self._table.focus()

    def _narrow(self, **changes: str) -> None:
        for name, value in changes.items():
            setattr(self.shown, name, value)
        try:
            self.shown.parsed = parse(self.shown.text())
        except BadInput:
            return
        for feed in self._feeds.values():
            feed.narrow(self.shown.parsed)
        self._show_rows()
        self.refresh_bindings()

    def action_next_statuses(self) -> None:
        """All, failed, active."""
        self._narrow(status=STATUSES[(STATUSES.index(self.shown.status) + 1) % len(STATUSES)])

    def action_next_time(self) -> None:
        """Any time, the last hour, day, week."""
        self._narrow(time=TIMES[(TIMES.index(self.shown.time) + 1) % len(TIMES)])

    def action_same_actor(self) -> None:
        """Runs of the Actor under the cursor, or all again."""
        under = self._under()
        self._narrow(actor="" if self.shown.actor or under is None else under.short.act_id or "")

    def action_back(self) -> None:
        """Show all again; then take the marks away."""
        if self.shown.text() or self.shown.actor:
            self._narrow(typed="", status="", time="", actor="")
        else:
            self._table.action_unmark()
        self.refresh_bindings()

    def action_copy(self) -> None:
        """Copy the id of the run under the cursor."""
        if (under := self._under()) is not None:
            self.app.copy_to_clipboard(clean(under.id))
            self.notify("Copied the run's id.", markup=False, timeout=2)

    def action_refresh_all(self) -> None:
        """Ask all servers now."""
        for feed in self._feeds.values():
            feed.refresh()

    @work(group="abort", exclusive=True)
    async def action_abort(self) -> None:
        """Ask, naming them; on yes abort each. What the servers answer is shown, nothing else."""
        from runmon.ui.screens.confirm import about_aborts

        runs = self._abortable()
        if not runs:
            return
        named = [(actor_name(run, 40), clean(run.id, limit=40)) for run in runs]
        answer = await self.app.push_screen_wait(about_aborts(named))
        if answer != "no":
            await self._abort({run.id for run in runs}, gracefully=answer == "gracefully")

    async def _abort(self, run_ids: Collection[str], *, gracefully: bool) -> None:
        for run_id in run_ids:
            run = self.runs.get(run_id)
            feed = self._feeds.get(run.place) if run else None
            if feed is None:
                continue
            try:
                await feed.abort(run_id, gracefully=gracefully)
            except RunmonError as error:
                sentence = clean(f"The run {run_id} was not aborted. {error}", limit=400)
                self.notify(sentence, severity="error", markup=False)
