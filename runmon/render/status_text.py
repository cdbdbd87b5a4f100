"""Lines of the status pane: message, progress and rows of facts, cleaned and fitted to a width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.text import Text

from runmon.model.run import Phase, Run
from runmon.model.units import percent
from runmon.render.facts import Progress
from runmon.render.untrusted import cell, clean

LABEL = 10
"""Cells of the column of names."""
MESSAGE_LINES = 3


def now_text(run: Run, progress: Progress | None, width: int) -> Text:
    """Status message (at most three lines) and progress, for `width` cells."""
    parts = []
    if run.status_message:
        parts.append(message_text(run.status_message, width))
    if progress is not None:
        stopped = run.phase.final and run.phase is not Phase.SUCCEEDED
        parts.append(progress_text(progress, width, tone="quiet" if stopped else "ok"))
        if progress.failed:
            parts.append(Text.assemble((f"{progress.failed} failed", "bad")))
    nothing = "No status message." if run.phase.final else "No status message yet."
    return Text("\n").join(parts) if parts else Text.assemble((nothing, "quiet"))


def message_text(message: str, width: int) -> Text:
    """A server's message over at most three lines of `width` cells, cut with `…`."""
    whole = cell(message, limit=width * MESSAGE_LINES)
    whole.no_wrap = False
    return Text.assemble((whole.plain, "text"))


def progress_text(progress: Progress, width: int, *, tone: str = "ok") -> Text:
    """A bar and the figures: `━━━━━━────────  148/612  24 %`."""
    figures = f"{progress.done}/{progress.total}"
    share = f"{percent(progress.share * 100):>5}"
    room = max(width - len(figures) - len(share) - 3, 4)
    done = round(progress.share * room)
    bar = Text.assemble(("━" * done, tone), ("─" * (room - done), "faint"))
    return Text.assemble(bar, "  ", (figures, "text"), " ", (share, "quiet"))


def rows_text(rows: Sequence[tuple[str, str]], width: int) -> Text:
    """Names and values, long values over two lines; what the server did not tell is left out."""
    return Text("\n").join([_row(name, value, max(width - LABEL, 8)) for name, value in rows if value])


def _row(name: str, value: str, room: int) -> Text:
    lines = textwrap.wrap(clean(value), room, max_lines=2, placeholder=" …")
    return Text.assemble((f"{name:<{LABEL}}", "quiet"), (f"\n{'':<{LABEL}}".join(lines), "text"))
