"""A record as one sees it: a line of facts, then its text, its image, or its bytes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from runmon.model.storages import Record
from runmon.model.units import byte_size
from runmon.render.preview import Preview, preview
from runmon.render.raster import BadPicture, Raster, raster
from runmon.render.untrusted import clean
from runmon.ui.theme import palette
from runmon.ui.widgets.json_view import JsonView
from runmon.ui.widgets.lines import TextLines
from runmon.ui.widgets.picture import Picture

SMALL = 64 * 1024
"""Bytes that are made ready at once; larger records are made ready in a thread."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record with what was made of it."""

    record: Record
    made: Preview


class RecordView(Vertical):
    """Facts above, content below. Call `show` with a record, or `say` with a sentence."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown_now: Shown | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="record-facts")
        yield JsonView()
        yield Picture()

    def on_mount(self) -> None:
        self.query_one(Picture).display = False

    @property
    def lines(self) -> JsonView:
        """The text, or the bytes."""
        return self.query_one(JsonView)

    def say(self, sentence: str, tone: str = "quiet") -> None:
        """Show a clean sentence instead of a record."""
        self.shown_now = None
        self.query_one("#record-facts", Static).update(Text.assemble((sentence, tone)))
        self._show_lines(Preview("", TextLines()))

    async def show(self, record: Record) -> None:
        """Show a record; one that is the same as the one on screen is left alone."""
        if self.shown_now is not None and self.shown_now.record == record:
            return
        same_key = self.shown_now is not None and self.shown_now.record.key == record.key
        make = self._make if len(record.body) <= SMALL else self._make_in_thread
        made = await make(record)
        at = self.lines.scroll_offset.y if same_key else 0
        self.shown_now = Shown(record, made)
        self._write_facts(())
        if made.picture:
            self.draw()
            return
        self._show_lines(made)
        if at:
            self.lines.scroll_to(y=at, animate=False)

    async def _make(self, record: Record) -> Preview:
        return preview(record.body, record.content_type, cut=record.truncated)

    async def _make_in_thread(self, record: Record) -> Preview:
        return await asyncio.to_thread(preview, record.body, record.content_type, cut=record.truncated)

    def _show_lines(self, made: Preview) -> None:
        self.query_one(Picture).display = False
        self.lines.display = True
        self.lines.source = made.lines

    @work(group="picture", exclusive=True)
    async def draw(self) -> None:
        """Decode the image for the room there is, or say why it cannot be shown and show its bytes."""
        shown = self.shown_now
        if shown is None or not shown.made.picture:
            return
        width, height = self.size.width, max(self.size.height - 1, 1)
        ground = palette(self.app).ground
        try:
            drawn = await asyncio.to_thread(raster, shown.record.body, width, height * 2, ground=ground)
        except BadPicture as error:
            said = "the image is cut off" if shown.record.truncated else str(error)
            self._write_facts((said,))
            self._show_lines(shown.made)
            return
        self._show_picture(drawn)

    def _show_picture(self, drawn: Raster) -> None:
        self._write_facts((), f"{drawn.true_width} × {drawn.true_height}")
        self.lines.display = False
        picture = self.query_one(Picture)
        picture.display = True
        picture.show(drawn)

    def on_resize(self, _event: events.Resize) -> None:
        if self.shown_now is not None and self.shown_now.made.picture:
            self.draw()

    def _write_facts(self, extra: tuple[str, ...], size: str = "") -> None:
        assert self.shown_now is not None
        record, made = self.shown_now.record, self.shown_now.made
        held = len(record.body)
        words = [made.kind, size, byte_size(record.size if record.size is not None else held)]
        facts = Text("  ").join([Text.assemble((word, "quiet")) for word in words if word])
        facts.append(f"  {clean(record.content_type, limit=80)}", "faint")
        notes = [*made.notes, *extra]
        if record.truncated:
            notes.append(f"the first {byte_size(held)} are shown")
        for note in notes:
            facts.append("  ! ", "warn").append(note, "warn")
        self.query_one("#record-facts", Static).update(facts)
