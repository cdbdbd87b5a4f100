"""What the run used and what that costs: total against its limit, units and USD by kind, charged events."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from runmon.model.run import Run
from runmon.model.units import usd
from runmon.render.facts import Progress
from runmon.render.money import money_rows, rate_per_hour, spent_usd
from runmon.render.status_text import rows_text
from runmon.render.untrusted import clean
from runmon.render.usage import UsageRow, event_rows, pricing_words, total_usd, usage_rows
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.words import Words
from runmon.watch.events import RunSeen

LABEL = 13
"""Cells of the column of names."""


class UsagePane(Pane):
    """Money and units."""

    NAME = "Usage"

    def __init__(self, *, has_token: bool) -> None:
        super().__init__(id="usage")
        self._has_token = has_token
        self._seen: RunSeen | None = None
        self._items: int | None = None
        self._paid: float | None = None
        self._progress: Progress | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words(id="bill")

    @property
    def costs(self) -> bool:
        """Whether the run is known to have cost something."""
        return self._seen is not None and bool(total_usd(self._seen.run.view))

    def run_seen(self, event: RunSeen) -> None:
        """Take in a newer run object."""
        self._seen = event
        final = event.run.view.phase.final
        self.counts = Text.assemble(("still settling", "quiet")) if final and not event.settled else Text()
        self.write()

    def counted(self, items: int | None) -> None:
        """Take in how many items there are, for what is paid by now."""
        paid = total_usd(self._seen.run.view) if self._seen is not None else None
        if (items, paid) != (self._items, self._paid):
            self._items, self._paid = items, paid
            self.write()

    def counting(self, counting: bool) -> None:
        """Forget the items as soon as nobody counts them any more."""
        if not counting:
            self.counted(None)

    def progressed(self, progress: Progress | None) -> None:
        """Take in how many requests are done."""
        if progress != self._progress:
            self._progress = progress
            self.write()

    def on_resize(self) -> None:
        super().on_resize()
        self.write()

    def write(self) -> None:
        """Write everything anew from what was seen last."""
        if self._seen is None:
            return
        width = max(self.query_one(VerticalScroll).scrollable_content_region.width, 20)
        run, now = self._seen.run.view, self.moment()
        lines = bill_text(run, now, width, has_token=self._has_token, settled=self._seen.settled)
        rows = money_rows(run, now, items=self._items, paid=self._paid, progress=self._progress)
        self.query_one("#bill", Words).say(with_rows(lines, rows, pricing_words(run), width))


def bill_text(run: Run, now: datetime, width: int, *, has_token: bool, settled: bool = True) -> Text:
    """Total, limit and rate; then units and events, the dearest first."""
    rows = [*event_rows(run), *usage_rows(run)]
    lines = [
        *_total(run, now, width, has_token),
        *([] if settled or not run.phase.final else _settling(width)),
        *([Text()] if rows else []),
        *_rows(rows, width),
    ]
    return Text("\n").join(lines)


def with_rows(bill: Text, rows: Sequence[tuple[str, str]], model: str, width: int) -> Text:
    """The bill, and below it what it comes to and how the Actor is paid for."""
    named = [*rows, *([("price", model)] if model else [])]
    return Text("\n").join([bill, Text(), rows_text(named, width, label=LABEL)]) if named else bill


def _settling(width: int) -> list[Text]:
    words = "Still settling: the server goes on counting for some seconds."
    return [Text.assemble((line, "quiet")) for line in textwrap.wrap(words, width)]


def _total(run: Run, now: datetime, width: int, has_token: bool) -> list[Text]:
    total = total_usd(run)
    if total is None:
        reason = "The server tells no cost for this run." if has_token else "Cost is hidden without a token."
        return [Text.assemble((reason, "quiet"))]
    limit, per_hour = run.options.max_total_charge_usd or 0.0, rate_per_hour(run, now)
    rate = f"  {usd(per_hour)}/h" if per_hour is not None else ""
    of = f" of {usd(limit)}" if limit else ""
    first = Text.assemble((usd(total), "strong"), (of, "quiet"), (rate, "faint"))
    if first.cell_len > width:
        first = Text.assemble((usd(total), "strong"), (of, "quiet"), "\n", (rate.strip(), "faint"))
    return [first, _bar((spent_usd(run) or 0.0) / limit, width)] if limit else [first]


def _bar(share: float, width: int) -> Text:
    room = max(width - 6, 4)
    done = min(max(round(share * room), 1 if share > 0 else 0), room)
    tone = "number" if share < 0.8 else "warn" if share < 0.95 else "bad"
    return Text.assemble(
        ("━" * done, tone), ("─" * (room - done), "faint"), (f"{share * 100:>4.0f} %", "quiet")
    )


def _rows(rows: Sequence[UsageRow], width: int) -> list[Text]:
    """Names left, amounts and costs right-aligned in columns as wide as they must be."""
    amounts = max((len(row.amount) for row in rows), default=0) + 1
    costs = max((len(_cost(row.usd)) + 2 for row in rows if _cost(row.usd)), default=0)
    return [line for row in rows for line in _row(row, amounts, costs, width)]


def _row(row: UsageRow, amounts: int, costs: int, width: int) -> list[Text]:
    """A name that is too long takes what its amount leaves free, then lines above it."""
    room = max(width - amounts - costs, 0)
    figures = Text.assemble((f"{row.amount:>{amounts}}", "text"), (f"{_cost(row.usd):>{costs}}", "faint"))
    *above, last = textwrap.wrap(clean(row.name), max(room + amounts - len(row.amount) - 1, 6)) or [""]
    name = Text.assemble((f"{last:<{room}}", "quiet"))
    return [
        *(Text.assemble((line, "quiet")) for line in above),
        name.append_text(figures[len(name) - width :]),
    ]


def _cost(amount: float | None) -> str:
    """Dollars; nothing where it costs nothing or nobody told."""
    if not amount:
        return ""
    return usd(amount) if amount >= 0.00005 else "<$0.0001"
