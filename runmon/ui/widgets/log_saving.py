"""Getting the log out: into a file, or in front of a pager."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import chain

from runmon.errors import LocalFault
from runmon.model.kept import Stretch
from runmon.model.search import SGR
from runmon.render.untrusted import clean
from runmon.ui.widgets.log_view import LogView
from runmon.ui.widgets.pane import Pane

PAGED = 64 << 20
"""Bytes at the end of a log that a pager gets."""


class LogSaving(Pane):
    """What a pane around a log view hands on."""

    view: LogView
    run_id = ""
    """What the file is named after."""

    def action_save(self) -> None:
        """Ask where to save the log, or what shows of it."""
        from runmon.export.log_file import log_bytes
        from runmon.export.names import safe_name
        from runmon.ui.screens.save_log import SaveLog

        stretches = self._stretches()

        def pieces(everything: bool, cleaned: bool) -> Iterator[bytes]:
            cleaner = without_codes if cleaned else bytes
            return log_bytes(self.view.lines.buffer, None if everything else stretches, cleaner)

        def ended(said: str | None) -> None:
            if said:
                self.notify(said, timeout=5, markup=False)

        name = safe_name(f"{self.run_id or 'run'}.log")
        self.app.push_screen(SaveLog(name, pieces, hidden=stretches is not None), ended)

    def _stretches(self) -> list[Stretch] | None:
        """The lines that show, where some are hidden."""
        return self.view.stretches() if self.view.sieve else None

    def action_page(self) -> None:
        """Show the log, or what shows of it, in a pager."""
        self.run_worker(self._page(), group="page", exclusive=True)

    async def _page(self) -> None:
        from runmon.ui.outside import page

        try:
            text = await asyncio.to_thread(self._text, self._stretches())
            await page(self.app, "log.txt", text)
        except LocalFault as error:
            self.notify(clean(str(error), limit=400), severity="warning", markup=False)

    def _text(self, stretches: list[Stretch] | None) -> bytes:
        from runmon.export.log_file import log_bytes

        buffer = self.view.lines.buffer
        if stretches is None and buffer.size > PAGED:
            first = buffer.line_before(buffer.lines, PAGED)
            pieces = chain([b"...\n"], (block for _, block in buffer.blocks(first)))
        else:
            pieces = chain(log_bytes(buffer, stretches))
        text = SGR.sub(b"", b"".join(pieces))
        if not buffer.intact:
            raise LocalFault("The log was rewritten meanwhile. Try again.")
        return text


def without_codes(lines: bytes) -> bytes:
    """Whole lines without colour codes, other control characters as their pictures."""
    from runmon.ui.outside import harmless

    ended = lines.endswith(b"\n")
    shown = harmless(SGR.sub(b"", lines) if b"\x1b" in lines else lines)
    return shown if ended else shown.removesuffix(b"\n")
