"""A record as one sees it: a line of facts, then its text, its image, or its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from runmon.model.storages import Record
from runmon.model.units import byte_size, grouped
from runmon.render.json_lines import JsonLines
from runmon.render.preview import HexLines, Lines, Preview, SourceLines, preview
from runmon.render.raster import BadPicture, Detail, Raster, detailed, raster
from runmon.render.split_lines import SplitLines
from runmon.render.untrusted import clean
from runmon.ui.theme import palette
from runmon.ui.widgets.json_view import JsonView
from runmon.ui.widgets.lines import TextLines
from runmon.ui.widgets.picture import OFF, Picture, drawing
from runmon.ui.widgets.words import Words

_NO_RECORD = Record("", "", b"", 0, False)
SMALL = 64 * 1024
"""Bytes that are made ready at once; larger records are made ready in a thread."""


class Shown(msgspec.Struct, frozen=True):
    """A record with what was made of it."""

    record: Record
    made: Preview
    view: int = 0
    """Which way it is read: 0, or one more than the place among `made.others`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The ways in which it can be read."""
        first = "picture" if self.made.picture else "page" if self.made.kind == "HTML" else "text"
        return (first, *(view.name for view in self.made.others))

    def lines(self) -> Lines:
        """The lines of the way in which it is read."""
        return self.made.lines if not self.view else self.made.others[self.view - 1].lines()

    def as_text(self, most: int) -> bytes:
        """The lines as text, nothing folded away; `outside.page` makes its control characters harmless.

        Lines that are drawn one by one are at most so many, and a last one tells of the rest. Takes time.
        """
        lines = self.lines()
        if isinstance(lines, HexLines):
            return "".join(f"{row}\n" for row in lines.rows()).encode()
        if isinstance(lines, JsonLines | SourceLines):
            return _utf8(_joined(lines.whole) + b"\n")
        count = lines.line_count()
        shown = "".join(f"{lines.text(n).plain}\n" for n in range(min(count, most)))
        rest = f"… {grouped(count - most)} more lines are left out\n" if count > most else ""
        return (shown + rest).encode("utf-8", "replace")


def _joined(lines: Sequence[bytes]) -> bytes:
    return lines.joined if isinstance(lines, SplitLines) else b"\n".join(lines)


def _utf8(text: bytes) -> bytes:
    """The text, U+FFFD for what is none."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("utf-8", "replace").encode()
    return text


def _drawn(
    body: bytes, columns: int, rows: int, cell: tuple[int, int] | None, ground: str
) -> tuple[Raster, Detail | None]:
    if cell is None:
        return raster(body, columns, rows * 2, ground=ground), None
    return detailed(body, columns, rows, cell, ground=ground)


class RecordView(Vertical):
    """Facts above, content below. Call `show` with a record, or `say` with a sentence."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown_now: Shown | None = None
        self._wanted: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="record-facts")
        yield Words(id="record-above")
        yield JsonView()
        yield Picture()

    def on_mount(self) -> None:
        self.query_one(Picture).display = False
        self.query_one("#record-above").display = False

    @property
    def lines(self) -> JsonView:
        """The text, or the bytes."""
        return self.query_one(JsonView)

    def say(self, sentence: str, tone: str = "quiet") -> None:
        """Show a clean sentence instead of a record."""
        self.shown_now = None
        self.query_one("#record-facts", Static).update(Text.assemble((sentence, tone)))
        self._show_lines(TextLines())
        self._show_above(())

    async def show(self, record: Record) -> None:
        """Show a record; one that is the same as the one on screen is left alone."""
        if self.shown_now is not None and self.shown_now.record == record:
            return
        same_key = self.shown_now is not None and self.shown_now.record.key == record.key
        make = self._make if len(record.body) <= SMALL else self._make_in_thread
        made = await make(record)
        at = self.lines.scroll_offset.y if same_key else 0
        view = self.shown_now.view if same_key and self.shown_now is not None else self._as_before(made)
        self.shown_now = Shown(record, made, min(view, len(made.others)))
        self._show_shown()
        if at and not made.picture:
            self.lines.scroll_to(y=at, animate=False)

    def put(self, shown: Shown) -> None:
        """Show what another view has made ready."""
        self.shown_now = shown
        self._show_shown()

    def next_view(self) -> None:
        """Show the record the next way: as a page, its source, its bytes."""
        if (shown := self.shown_now) is not None and shown.made.others:
            view = (shown.view + 1) % (len(shown.made.others) + 1)
            self._wanted[shown.made.kind] = shown.names[view]
            self.shown_now = replace(shown, view=view)
            self._show_shown()

    def _as_before(self, made: Preview) -> int:
        """The way in which a record of this kind was read last."""
        names, wanted = Shown(_NO_RECORD, made).names, self._wanted.get(made.kind, "")
        return names.index(wanted) if wanted in names else 0

    def _show_shown(self) -> None:
        shown = self.shown_now
        assert shown is not None
        drawn = shown.made.picture and not shown.view
        off = drawn and not drawing(self.app)
        self._write_facts((OFF,) if off else ())
        self._show_above(shown.made.facts)
        if drawn and not off:
            self.draw()
        else:
            self._show_lines(shown.lines())

    async def _make(self, record: Record) -> Preview:
        return preview(record.body, record.content_type, cut=record.truncated, key=record.key)

    async def _make_in_thread(self, record: Record) -> Preview:
        return await asyncio.to_thread(
            preview, record.body, record.content_type, cut=record.truncated, key=record.key
        )

    def _show_above(self, facts: Sequence[Text]) -> None:
        """Facts between the header and the lines, as many as leave room for these."""
        above = self.query_one("#record-above", Words)
        above.display = bool(facts)
        above.say(Text("\n").join(facts[: max(self.size.height // 2 - 1, 1)]))

    def _show_lines(self, lines: Lines) -> None:
        picture = self.query_one(Picture)
        picture.display = False
        picture.show(None)
        self.lines.display = True
        self.lines.source = lines

    @work(group="picture", exclusive=True)
    async def draw(self) -> None:
        """Decode the image for the room there is, or say why it cannot be shown and show its bytes."""
        shown = self.shown_now
        if shown is None or not shown.made.picture or not drawing(self.app):
            return
        columns, rows = self.size.width, max(self.size.height - 1, 1)
        pixels = self.query_one(Picture).pixels
        cell = pixels.cell if pixels else None
        ground = palette(self.app).ground
        try:
            drawn, detail = await asyncio.to_thread(_drawn, shown.record.body, columns, rows, cell, ground)
        except BadPicture as error:
            if shown is self.shown_now:
                said = "the image is cut off" if shown.record.truncated else str(error)
                self._write_facts((said,))
                self._show_lines(shown.made.lines)
            return
        if shown is self.shown_now:
            self._show_picture(drawn, detail)

    def _show_picture(self, drawn: Raster, detail: Detail | None) -> None:
        self._write_facts((), f"{drawn.true_width} × {drawn.true_height}")
        self.lines.display = False
        picture = self.query_one(Picture)
        picture.display = True
        picture.show(drawn, detail)

    def on_resize(self, _event: events.Resize) -> None:
        shown = self.shown_now
        if shown is not None:
            self._write_facts(())
        if shown is not None and shown.made.picture and not shown.view:
            self.draw()

    def _write_facts(self, extra: tuple[str, ...], size: str = "") -> None:
        assert self.shown_now is not None
        record, made = self.shown_now.record, self.shown_now.made
        held = len(record.body)
        words = [made.kind, size or made.size, byte_size(record.size if record.size is not None else held)]
        known = Text("  ").join([Text.assemble((word, "quiet")) for word in words if word])
        told = Text()
        if self.shown_now.view:
            told.append(f"  as {self.shown_now.names[self.shown_now.view]}", "accent")
        notes = [*made.notes, *extra]
        if record.truncated:
            notes.append(f"the first {byte_size(held)} are shown")
        for note in notes:
            told.append("  ! ", "warn").append(note, "warn")
        type_ = Text.assemble((f"  {clean(record.content_type, limit=80)}", "faint"))
        line = self.query_one("#record-facts", Static)
        room = line.content_size.width
        fits = not notes or not room or known.cell_len + type_.cell_len + told.cell_len <= room
        line.update(Text.assemble(known, type_ if fits else "", told))
