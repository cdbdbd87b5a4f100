"""What an item holds or leads to, shown as a record is: an image as an image."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from runmon.errors import RunmonError
from runmon.model.storages import Record
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.record_view import RecordView


class AttachmentFrame(Pane):
    """The frame around it."""

    def compose(self) -> ComposeResult:
        yield RecordView()


class AttachmentScreen(GivesOnce, Screen[None], inherit_bindings=False):
    """Reads and shows one thing."""

    SCOPE: ClassVar[str] = "attachment"
    BINDINGS = bindings("attachment")

    def __init__(self, name: str, read: Callable[[], Awaitable[Record]]) -> None:
        super().__init__()
        self._called, self._read = name, read
        self.frame = AttachmentFrame()

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    def on_mount(self) -> None:
        self.frame.title_text = Text.assemble((clean(self._called, limit=200), "strong"))
        self.query_one(RecordView).lines.focus()
        self.show_it()

    @work(group="attachment", exclusive=True)
    async def show_it(self) -> None:
        """Read it and show it, or say why not."""
        view = self.query_one(RecordView)
        view.say("reading…")
        try:
            await view.show(await self._read())
        except RunmonError as error:
            view.say(clean(str(error), limit=400), "bad")

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
