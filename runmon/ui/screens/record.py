"""One record over the whole screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.screen import Screen

from runmon.errors import RunmonError
from runmon.insight.failures import Subject
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.handing import copy_url, hand
from runmon.ui.jumps import jump
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.record_view import RecordView, Shown

if TYPE_CHECKING:
    from runmon.api.client import Api

WHOLE = 10 * 1024 * 1024
"""Bytes read of any record."""


class RecordFrame(Pane):
    """The frame around a record."""

    def compose(self) -> ComposeResult:
        yield RecordView()


class RecordScreen(GivesOnce, Screen[str | None], inherit_bindings=False):
    """Shows a record; those before and behind it in the list are a key away. Gives the key it ended on."""

    SCOPE: ClassVar[str] = "record"
    BINDINGS = bindings("record")

    def __init__(
        self, api: Api, place: Place, keys: Sequence[str], row: int, *, shown: Shown | None = None
    ) -> None:
        """`shown` is what the list has read of the record already."""
        super().__init__()
        self._shown = shown if shown is not None and not shown.record.truncated else None
        self._api, self._place, self._keys = api, place, keys
        self.row = row
        self.frame = RecordFrame()

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    @property
    def view(self) -> RecordView:
        """What is shown."""
        return self.query_one(RecordView)

    @property
    def key(self) -> str:
        """The key of the record."""
        return self._keys[self.row]

    def on_mount(self) -> None:
        self.view.lines.focus()
        self.show_row(self.row)

    @work(group="record", exclusive=True)
    async def show_row(self, row: int) -> None:
        """Read a record and show it."""
        self.row = row
        key, view = self._keys[row], self.view
        self.frame.title_text = Text.assemble((clean(key, limit=300), "strong"))
        self.frame.counts = Text.assemble((f"{grouped(row + 1)} of {grouped(len(self._keys))}", "quiet"))
        shown, self._shown = self._shown, None
        if shown is not None and shown.record.key == key:
            view.put(shown)
            return
        try:
            await view.show(await self._api.record(self._place, key, max_bytes=WHOLE))
        except RunmonError as error:
            view.say(clean(str(error), limit=400), "bad")

    def action_step(self, rows: int) -> None:
        """Go to the next or previous record."""
        row = max(0, min(self.row + rows, len(self._keys) - 1))
        if row != self.row:
            self.show_row(row)

    def action_next_view(self) -> None:
        """Show the record another way."""
        self.view.next_view()

    def action_save(self) -> None:
        """Save the record."""
        from runmon.ui.screens.save_records import save_records

        save_records(self, self._api, self._place, [self.key], self.view.shown_now)

    def action_hand(self, to: str) -> None:
        """Give the record to a pager, an editor or a browser."""
        if self.view.shown_now is not None:
            hand(self, to, self.view.shown_now)

    def action_copy_url(self) -> None:
        """Copy the record's address."""
        copy_url(self, self._api, self._place, self.key)

    def action_film(self) -> None:
        """Show the images of the list side by side."""
        from runmon.ui.screens.film import FilmScreen, pictures

        if keys := pictures(self._keys):
            self.app.push_screen(FilmScreen(self._api, self._place, keys), self._go_to)

    def action_jump(self, where: str) -> None:
        """Go to the request, or its log, that a snapshot shows."""
        jump(self.app, where, Subject.of_record(self.key))

    def action_fold(self, folded: bool) -> None:
        """Fold or unfold everything."""
        self.view.lines.fold_all(folded)

    def action_back(self) -> None:
        """Close, and leave the list's cursor on this record."""
        self.dismiss(self.key)

    def _go_to(self, key: str | None) -> None:
        if key is not None and key in self._keys:
            self.show_row(list(self._keys).index(key))
