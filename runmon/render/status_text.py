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
MESSAGE_LINES, LAST_LINES = 3, 8
"""Lines of a message while the run goes on, where others follow; and of its last one, which may say why."""
VALUE_LINES = 4


def now_text(run: Run, progress: Progress | None, width: int) -> Text:
    """Status message and progress, for `width` cells."""
    parts = []
    if run.status_message:
        parts.append(
            message_text(run.status_message, width, LAST_LINES if run.phase.final else MESSAGE_LINES)
        )
    if progress is not None:
        stopped = run.phase.final and run.phase is not Phase.SUCCEEDED
        parts.append(progress_text(progress, width, tone="quiet" if stopped else "ok"))
        if progress.failed:
            parts.append(Text.assemble((f"{progress.failed} failed", "bad")))
    nothing = "No status message." if run.phase.final else "No status message yet."
    return Text("\n").join(parts) if parts else Text.assemble((nothing, "quiet"))


def message_text(message: str, width: int, lines: int) -> Text:
    """A server's message over at most so many lines of `width` cells, cut with `…`."""
    whole = cell(message, limit=width * lines)
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


def rows_text(rows: Sequence[tuple[str, str]], width: int, *, label: int = LABEL) -> Text:
    """Names in `label` cells, and values, long ones over several lines; what was not told is left out."""
    return Text("\n").join([_row(name, value, label, max(width - label, 8)) for name, value in rows if value])


def _row(name: str, value: str, label: int, room: int) -> Text:
    lines = textwrap.wrap(clean(value), room, max_lines=VALUE_LINES, placeholder=" …")
    return Text.assemble((f"{name:<{label}}", "quiet"), (f"\n{'':<{label}}".join(lines), "text"))
