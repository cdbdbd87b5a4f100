"""The rows of the list of runs: state, Actor, age, time taken, items, cost, and why it failed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

from runmon.insight.reason import reason
from runmon.model.run_list import ListedRun
from runmon.model.units import ago, grouped, usd
from runmon.render.cells import Cell
from runmon.render.facts import exit_words, phase_sign, shortened
from runmon.render.untrusted import clean
from runmon.ui.widgets.table_source import Head, Row

STATUS, AGE, TOOK, ITEMS, COST, PLACE = 10, 6, 8, 8, 8, 6
TINY, NARROW, WIDE = 72, 96, 150
"""Cells below which the time taken gives way; items and cost too; from which the Actor has more room."""
ACTOR = {0: 16, NARROW: 24, WIDE: 34}
"""Cells of the Actor's name, from so many cells on."""
REASON = "message, or why it failed"


class RunRows:
    """A `TableSource` over the runs that are shown."""

    def __init__(self, seen: Callable[[Sequence[str]], None], now: Callable[[], datetime]) -> None:
        """`seen` hears which runs are on screen."""
        self.runs: Sequence[ListedRun] = ()
        self.places = False
        """Whether it is said where each run is."""
        self._seen, self._now = seen, now
        self._names: list[str] = []
        self._actor_room = ACTOR[0]

    def place_of(self, run_id: str) -> int | None:
        """The row of a run; None where it is not shown."""
        return next((row for row, run in enumerate(self.runs) if run.id == run_id), None)

    def row_count(self) -> int:
        return len(self.runs)

    def heads(self, room: int) -> Sequence[Head]:
        self._actor_room = max(width for least, width in ACTOR.items() if room >= least)
        heads = [Head("status", STATUS), Head("Actor", self._actor_room), Head("age", AGE, right=True)]
        heads += [Head("took", TOOK, right=True)] if room >= TINY else []
        if room >= NARROW:
            heads += [Head("items", ITEMS, right=True), Head("cost", COST, right=True)]
            heads += [Head("where", PLACE)] if self.places else []
        left = room - sum(head.width + 2 for head in heads)
        self._names = [head.name for head in heads]
        return [*heads, Head(REASON if left >= len(REASON) else "reason", max(left, 16))]

    def row(self, number: int, first: int, last: int) -> Row | None:
        run = self.runs[number]
        sign = phase_sign(run.phase, clean(run.short.status, limit=STATUS))
        cells = [self._cell(name, run) for name in self._names]
        cells.append(Cell(why(run)[:240], "text" if run.failed else "quiet"))
        return Row(cells[first:last], Cell(sign.sign, sign.tone))

    def identity(self, number: int) -> Hashable:
        return self.runs[number].id

    def prepare(self, first: int, last: int) -> bool:
        self._seen([run.id for run in self.runs[first : last + 1]])
        return False

    def _cell(self, name: str, run: ListedRun) -> Cell:
        match name:
            case "status":
                sign = phase_sign(run.phase, clean(run.short.status, limit=STATUS))
                return Cell(sign.word, sign.tone)
            case "Actor":
                return Cell(actor_name(run, self._actor_room))
            case "age":
                return Cell(self._age(run), "quiet", True)
            case "took":
                took = run.took_s(self._now())
                return Cell("" if took is None else short_clock(took), "quiet", True)
            case "items":
                return Cell("" if run.items is None else grouped(run.items), "text", True)
            case "cost":
                return Cell(usd(run.cost) if run.cost else "", "quiet", True)
            case _:
                return Cell(clean(run.place, limit=PLACE), "faint")

    def _age(self, run: ListedRun) -> str:
        started = run.short.started_at
        return (
            ""
            if started is None
            else ago(started, self._now()).removesuffix(" ago").replace("just now", "now")
        )


def actor_name(run: ListedRun, room: int) -> str:
    """The Actor's name, clean, cut in its middle."""
    return shortened(clean(run.name or run.id, limit=120), room)


def why(run: ListedRun) -> str:
    """Why it failed; of others, what it says of itself. Clean, in one line."""
    whole = run.run
    words = exit_words(whole.exit_code, whole.phase) if whole and whole.exit_code else ""
    if run.failed:
        return clean(reason(run.run, run.error or "", words), limit=600)
    return clean((run.run.status_message or "") if run.run else "", limit=300)


def short_clock(seconds: float) -> str:
    """A duration in few cells: `0:04`, `12:44`, `1:02:44`, `3 d 04 h`."""
    whole = max(0, int(seconds))
    if whole >= 86_400:
        return f"{whole // 86_400} d {whole // 3600 % 24:02} h"
    hours, rest = divmod(whole, 3600)
    minutes = f"{rest // 60:02}" if hours else str(rest // 60)
    return f"{f'{hours}:' if hours else ''}{minutes}:{rest % 60:02}"
