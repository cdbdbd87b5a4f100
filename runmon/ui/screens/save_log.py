"""Where to save the log, and what of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.text import Text
from textual.app import ComposeResult

from runmon.errors import LocalFault
from runmon.export.log_file import save_log
from runmon.model.units import byte_size
from runmon.render.untrusted import clean
from runmon.ui.screens.saving import SavingScreen
from runmon.ui.widgets.choice import Choice

Pieces = Callable[[bool, bool], Iterator[bytes]]
"""The log's bytes: of everything or of what shows, clean or as they came."""
LINES = (("shown", "only what shows"), ("all", "everything"))
FORMS = (("clean", "clean: no codes"), ("raw", "raw: as it came"))


class SaveLog(SavingScreen):
    """Saves the log."""

    def __init__(self, name: str, pieces: Pieces, *, hidden: bool) -> None:
        """`name` is offered, in the folder we are in; `hidden` tells that a filter hides something."""
        here = clean(str(Path.cwd()), limit=60)
        super().__init__(Text.assemble(("Save the log", "strong"), (f"   in {here}", "quiet")), "Save", name)
        self._pieces, self._hidden = pieces, hidden

    def choices(self) -> ComposeResult:
        if self._hidden:
            yield Choice("lines", LINES, id="lines")
        yield Choice("form", FORMS, id="form")

    def on_mount(self) -> None:
        self.query_one("#file").focus()

    async def save(self, path: Path, *, replace: bool) -> str:
        """Write in a thread, which is told when to stop."""
        stopped, loop = threading.Event(), asyncio.get_running_loop()

        def told(pieces: Iterator[bytes]) -> Iterator[bytes]:
            written = 0
            for piece in pieces:
                if stopped.is_set():
                    raise LocalFault("Stopped.")
                yield piece
                written += len(piece)
                loop.call_soon_threadsafe(self.tell, byte_size(written))

        everything = not self._hidden or self.query_one("#lines", Choice).value == "all"
        pieces = self._pieces(everything, self.query_one("#form", Choice).value == "clean")
        try:
            size = await asyncio.to_thread(save_log, path, told(pieces), replace=replace)
        finally:
            stopped.set()
        return f"Saved {byte_size(size)} to {path}."
