"""What storage panes share: one reading at a time, repeated while that may help, trouble in a sentence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.widgets import Static

from runmon.errors import LocalFault, NoAccess, NotFound, RunmonError
from runmon.model.storages import Place
from runmon.render.untrusted import clean
from runmon.ui.widgets.pane import Pane, barred
from runmon.ui.widgets.table import Table
from runmon.watch.asking import ORDER

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.watch.watch import Watch

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before a reading that the server refused is tried again; the last one repeats."""
HOPELESS = (NotFound, NoAccess, LocalFault)
"""Failures that do not pass by waiting; news from the watch tries again."""


class Notice(Static):
    """One line below the data that says what is wrong; gone where nothing is."""

    def say(self, error: RunmonError | None) -> None:
        """Show the error's sentence, or nothing."""
        self.display = error is not None
        if error is not None:
            self.update(Text.assemble(("✖ ", "bad"), (clean(str(error), limit=400), "quiet")))


class DataPane(Pane):
    """A pane that reads pages of a storage by itself. Compose a `Table`, and a `Notice` below the data."""

    SCOPE: ClassVar[str] = ""
    HOLDS: ClassVar[str] = "The data"
    """What it shows, as the subject of a sentence."""

    def __init__(self, api: Api, watch: Watch, *, id: str) -> None:
        super().__init__(id=id)
        self.api = api.without_retries()
        self._watch = watch
        self.visible_now = False
        """Whether the pane is on the screen; nothing is read otherwise."""

    @property
    def table(self) -> Table:
        """Its rows."""
        return self.query_one(Table)

    @property
    def place(self) -> Place:
        """Where the storage is reached now."""
        assert self.pane is not None
        return self._watch.place(self.pane)

    def shown(self, visible: bool) -> None:
        """Start or end reading."""
        self.visible_now = visible
        if visible:
            self.read_again()

    def watch_state(self) -> None:
        """Where the server gives nothing away, say so instead of what was being waited for."""
        super().watch_state()
        if self.is_mounted and (why := barred(self.state, self.HOLDS)):
            self.table.empty = Text(why)

    def read_again(self) -> None:
        """Read what is missing or has changed."""

    def read(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run a reading; one of the same name that is under way is cancelled."""
        work: Any = partial(self._keep_trying, job)
        self.run_worker(work, group=f"{self.id}-{name}", exclusive=True)

    async def _keep_trying(self, job: Callable[[], Awaitable[None]]) -> None:
        """In an outage the link says when, so that all panes together probe the server once."""
        assert self.pane is not None
        for attempt in range(10_000):
            try:
                async with self._watch.link.turn(ORDER.index(self.pane), lambda _retry_at: None):
                    await job()
                self._say(None)
                return
            except RunmonError as error:
                self._say(error)
                if isinstance(error, HOPELESS):
                    return
            if not self._watch.link.down:
                await self._watch.clock.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])

    def _say(self, error: RunmonError | None) -> None:
        if self.is_mounted:
            self.query_one(Notice).say(error)
