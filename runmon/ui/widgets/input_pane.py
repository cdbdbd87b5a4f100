"""What the run was given: its INPUT record, or after a metamorph the one that took its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work

from runmon.errors import NotFound, RunmonError
from runmon.model.run import Run
from runmon.render.untrusted import clean
from runmon.ui.widgets.pane import Pane
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.record_view import RecordView
    from runmon.watch.watch import Watch

MOST = 10 * 1024 * 1024
"""Bytes read of an input."""
KEY = "INPUT"


class InputPane(Pane):
    """Reads the input when it is first shown, and again when the run turned into another."""

    SCOPE: ClassVar[str] = "input"
    NUMBER: ClassVar[str] = "6"
    NAME: ClassVar[str] = "Input"

    def __init__(self, api: Api, watch: Watch) -> None:
        super().__init__(id="input")
        self._api, self._watch = api, watch
        self._key = KEY
        self._read: str | None = None
        self._awaits_focus = False
        self._made: RecordView | None = None

    def run_seen(self, run: Run) -> None:
        """Take in which record is the input now."""
        self._key = input_key(run)
        self.read_again()

    def shown(self, visible: bool) -> None:
        """Read it where that was not done yet."""
        self.told = visible
        self.read_again()

    def focus_inner(self) -> None:
        """Focus the input, as soon as there is something to focus."""
        self._awaits_focus = self._made is None
        super().focus_inner()

    def read_again(self) -> None:
        """Read the input if it is on the screen and not read yet."""
        if self.told and self._read != self._key and self.is_mounted:
            self._read = self._key
            self.load(self._key)

    def on_mount(self) -> None:
        super().on_mount()
        self.read_again()

    @work(group="input", exclusive=True)
    async def load(self, key: str) -> None:
        """Read one record and show it, or say why there is none."""
        view = await self._view()
        self.counts = Text.assemble((clean(key, limit=60), "quiet")) if key != KEY else Text()
        try:
            record = await self._api.record(self._watch.place(Watched.RECORDS), key, max_bytes=MOST)
        except NotFound:
            view.say("The run was started without an input.")
        except RunmonError as error:
            self._read = None
            view.say(clean(str(error), limit=400), "bad")
        else:
            await view.show(record)

    async def _view(self) -> RecordView:
        """The view, made when it is first needed: most people never look here."""
        from runmon.ui.widgets.record_view import RecordView

        if self._made is None:
            self._made = RecordView()
            await self.mount(self._made)
            if self._awaits_focus:
                self.focus_inner()
        return self._made


def input_key(run: Run) -> str:
    """The key of the record that is the run's input now."""
    keys = [one.get("inputKey") for one in run.metamorphs or []]
    last = keys[-1] if keys else None
    return last if isinstance(last, str) and last else KEY
