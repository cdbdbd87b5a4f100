"""The images of a store side by side; only those on the screen are read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.screen import Screen
from textual.widgets import Static

from runmon.errors import RunmonError
from runmon.insight.snapshots import named
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.render.cells import middle_cut
from runmon.render.raster import BadPicture, raster
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.theme import palette
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.picture import OFF, Picture, drawing

if TYPE_CHECKING:
    from runmon.api.client import Api

ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
WHOLE = 10 * 1024 * 1024
WIDE, HIGH = 38, 13
"""Cells that an image gets at least, its name included."""


def pictures(keys: Sequence[str]) -> list[str]:
    """The keys that end as an image's does."""
    return [key for key in keys if key.lower().endswith(ENDINGS)]


class Frame(Vertical):
    """One image with its name."""

    def __init__(self) -> None:
        super().__init__(classes="film-frame")
        self.key = ""

    def compose(self) -> ComposeResult:
        yield Picture()
        yield Static(classes="film-name")

    def say(self, note: str = "", tone: str = "quiet") -> None:
        """Write the name, and what is to be known of the image."""
        parts = named(self.key)
        name = clean(f"{parts.message}{parts.ending}" if parts else self.key, limit=200)
        room = max(self.size.width - len(note) - 3, 8)
        words = Text.assemble((middle_cut(name, room), "text"), (f"  {note}" if note else "", tone))
        self.query_one(Static).update(words)


class FilmFrame(Pane):
    """The frame around the images."""

    def compose(self) -> ComposeResult:
        yield Grid(id="film")


class FilmScreen(GivesOnce, Screen[str | None], inherit_bindings=False):
    """Shows images a page at a time. Gives the key that was chosen."""

    SCOPE: ClassVar[str] = "film"
    BINDINGS = bindings("film")

    def __init__(self, api: Api, place: Place, keys: Sequence[str]) -> None:
        super().__init__()
        self._api, self._place, self._keys = api, place, keys
        self._at = 0
        self._across = self._down = 0
        self.frame = FilmFrame()

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    @property
    def _page(self) -> int:
        return max(self._across * self._down, 1)

    async def on_resize(self, event: events.Resize) -> None:
        across = max(1, min(event.size.width // WIDE, len(self._keys)))
        down = max(1, min((event.size.height - 3) // HIGH, -(-len(self._keys) // across)))
        if (across, down) != (self._across, self._down):
            self._across, self._down = across, down
            self.workers.cancel_group(self, "film")
            grid = self.query_one(Grid)
            grid.styles.grid_size_columns, grid.styles.grid_size_rows = across, down
            await grid.remove_children()
            await grid.mount(*(Frame() for _ in range(across * down)))
        self.call_after_refresh(self._show_page)

    def _show_page(self) -> None:
        first = self._at // self._page * self._page
        wanted = self._keys[first : first + self._page]
        frames = list(self.query(Frame))
        for number, frame in enumerate(frames):
            key = wanted[number] if number < len(wanted) else ""
            frame.visible = bool(key)
            if frame.key != key:
                frame.key = key
                frame.query_one(Picture).show(None)
                frame.say("…" if drawing(self.app) else OFF)
        self._mark()
        self.read_page([(frame, frame.key) for frame in frames if frame.key])

    def _mark(self) -> None:
        for number, frame in enumerate(self.query(Frame)):
            frame.set_class(number == self._at % self._page, "-current")
        self.frame.title_text = Text.assemble(("Images", "strong"))
        self.frame.counts = Text.assemble((f"{grouped(self._at + 1)} of {grouped(len(self._keys))}", "quiet"))

    @work(group="film", exclusive=True)
    async def read_page(self, wanted: Sequence[tuple[Frame, str]]) -> None:
        """Read and draw the images that show, one after the other."""
        for frame, key in wanted if drawing(self.app) else ():
            try:
                record = await self._api.record(self._place, key, max_bytes=WHOLE)
                room = frame.query_one(Picture).size
                drawn = await asyncio.to_thread(
                    raster, record.body, room.width, room.height * 2, ground=palette(self.app).ground
                )
            except (BadPicture, RunmonError) as error:
                frame.say(clean(str(error), limit=60), "warn")
                continue
            frame.query_one(Picture).show(drawn)
            frame.say(f"{drawn.true_width} × {drawn.true_height}")

    def action_move(self, across: int, down: int) -> None:
        """Go to another image."""
        at = max(0, min(self._at + across + down * self._across, len(self._keys) - 1))
        before, self._at = self._at, at
        if before // self._page != at // self._page:
            self._show_page()
        else:
            self._mark()

    def action_choose(self) -> None:
        """Show the image on the whole screen."""
        from runmon.ui.screens.record import RecordScreen

        self.app.push_screen(RecordScreen(self._api, self._place, self._keys, self._at), self._came_back)

    def _came_back(self, key: str | None) -> None:
        if key is not None and key in self._keys:
            self._at = list(self._keys).index(key)
            self._show_page()

    def action_back(self) -> None:
        """Close, and leave the list's cursor on this image."""
        self.dismiss(self._keys[self._at])
