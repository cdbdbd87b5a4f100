"""Where the runs of the list come from: places, each with a feed that follows it until the screen closes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.message import Message

from runmon.model.run_filter import parse
from runmon.model.run_list import ListedRun, RunList
from runmon.model.state import Condition
from runmon.render.facts import Sign, state_sign
from runmon.settings import DEFAULTS, Settings
from runmon.ui.private_textual import HeldScreen
from runmon.ui.runs_asked import Shown
from runmon.ui.runs_words import NOT_ACCEPTED, empty_words, not_accepted
from runmon.ui.widgets.run_rows import RunRows
from runmon.ui.widgets.table import Table
from runmon.watch.clock import Clock
from runmon.watch.runs import RunsFeed, every

if TYPE_CHECKING:
    from runmon.api.client import Api

LOOK_S = 5.0
"""Between two looks for new folders of runs on this machine."""
MOST_SOUGHT = 1000
"""Runs that are read by themselves in search of those that are asked for."""


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
    reopen: Callable[[str], str] | None = None
    """Opens the folder of a run anew, where another may have taken it: its id. None where there are none."""
    absent: str = ""
    """What is said where there is no way, and what to do."""
    token_from: str = ""
    """Where its token was found, as a person knows it."""


class RunsTold(Message, bubble=False):
    """The list changed."""

    def can_replace(self, message: Message) -> bool:
        """One look at the list is enough for all changes."""
        return isinstance(message, RunsTold)


class FollowedRuns(HeldScreen, inherit_bindings=False):
    """A screen over the runs of some places. It hears `RunsTold`, and closes what it opened."""

    def __init__(self, places: Sequence[RunsPlace], *, words: str, read_only: bool) -> None:
        """`words` filter at first."""
        super().__init__()
        self._places, self._read_only = tuple(places), read_only
        self._clock = Clock()
        self.runs = RunList()
        self.shown = Shown(words, parsed=parse(words))
        self.rows = RunRows(self._want, lambda: self._clock.wall())
        self._table = Table(id="runs-table", numbers=False, columns=False)
        self._feeds: dict[str, RunsFeed] = {}
        self._absent: list[str] = []
        self._tried = 0
        self._names: dict[str, str] = {}

    def show_rows(self) -> None:
        """Show the list as it is and as it is narrowed now."""
        raise NotImplementedError

    def under(self) -> ListedRun | None:
        """The run under the cursor."""
        row = self._table.cursor
        return self.rows.runs[row] if 0 <= row < len(self.rows.runs) else None

    @property
    def narrowed(self) -> bool:
        """Whether not all runs are asked for."""
        return bool(self.shown.text() or self.shown.actor)

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

    def on_screen_suspend(self) -> None:
        """Ask nothing while a run is looked at; under a question or the help the list goes on."""
        if self not in self.app.screen_stack:
            for feed in self._feeds.values():
                feed.rest(True)

    def on_screen_resume(self) -> None:
        for feed in self._feeds.values():
            feed.rest(False)

    def action_refresh_all(self) -> None:
        """Ask all servers now."""
        for feed in self._feeds.values():
            feed.refresh()

    def _want(self, run_ids: Sequence[str]) -> None:
        for feed in self._feeds.values():
            feed.want(run_ids)
        if self.rows.runs and run_ids and run_ids[-1] == self.rows.runs[-1].id:
            for feed in self._feeds.values():
                feed.more()

    def _seek(self) -> None:
        """Read further back where what is asked for does not fill the screen."""
        if self.narrowed and len(self.rows.runs) < self._table.size.height and len(self.runs) < MOST_SOUGHT:
            for feed in self._feeds.values():
                feed.more()

    def _total(self) -> int | None:
        totals = [feed.total for feed in self._feeds.values() if feed.total is not None]
        return sum(totals) - self.runs.repeated if totals else None

    def _notes(self) -> list[str]:
        refused = [str(feed.refused) for feed in self._feeds.values() if feed.refused]
        return [said.partition("\n")[0] for said in (*self._absent, *refused)] if len(self.runs) else []

    def _empty(self) -> Text:
        refused = next((feed.refused for feed in self._feeds.values() if feed.refused), None)
        reading = self._tried < len(self._places) or any(
            feed.total is None and feed.refused is None for feed in self._feeds.values()
        )
        away = {Condition.RECONNECTING, Condition.STALE, Condition.TROUBLE}
        states = [feed.state for feed in self._feeds.values() if not feed.refused]
        trouble = next((state.detail for state in states if state.condition in away), "")
        source = next((place.token_from for place in self._places if place.token_from), "")
        return empty_words(
            self.shown.said(),
            len(self.runs),
            refused,
            self._absent,
            reading=reading,
            source=source,
            trouble=trouble,
        )

    def _state(self) -> Sign | None:
        """How far the list can be trusted: the worst there is to say of a place."""
        feeds = list(self._feeds.values())
        if not feeds:
            return Sign("◇", "needs a token", "warn") if self._absent else None
        now, monotonic = self._clock.local(self._clock.wall()), self._clock.monotonic()
        states = [
            NOT_ACCEPTED if not_accepted(feed.refused) else state_sign(feed.state, now, monotonic)
            for feed in feeds
            if not feed.refused or len(feeds) == 1
        ]
        return max(states, key=lambda sign: (sign.tone != "ok", sign.tone == "bad"), default=None)
