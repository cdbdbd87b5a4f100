"""What the run used and what that costs: total against its limit, units and USD by kind, charged events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from runmon.model.run import Run
from runmon.model.units import usd
from runmon.render.facts import elapsed_s
from runmon.render.untrusted import clean
from runmon.render.usage import UsageRow, charged_usd, event_rows, total_usd, usage_rows
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.words import Words
from runmon.watch.events import RunSeen

RATE_AFTER_S = 60.0
"""A rate per hour from less than this says nothing."""


class UsagePane(Pane):
    """Money and units."""

    NAME = "Usage"

    def __init__(self, *, has_token: bool) -> None:
        super().__init__(id="usage")
        self._has_token = has_token
        self._seen: RunSeen | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Words(id="bill")

    def run_seen(self, event: RunSeen) -> None:
        """Take in a newer run object."""
        self._seen = event
        final = event.run.view.phase.final
        self.counts = Text.assemble(("still settling", "quiet")) if final and not event.settled else Text()
        self.write()

    def on_resize(self) -> None:
        super().on_resize()
        self.write()

    def write(self) -> None:
        """Write everything anew from what was seen last."""
        if self._seen is None:
            return
        width = max(self.query_one(VerticalScroll).scrollable_content_region.width, 20)
        text = bill_text(self._seen.run.view, self.moment(), width, has_token=self._has_token)
        self.query_one("#bill", Words).say(text)


def bill_text(run: Run, now: datetime, width: int, *, has_token: bool) -> Text:
    """Total, limit and rate; then units and events, the dearest first."""
    rows = [*event_rows(run), *usage_rows(run)]
    lines = [
        *_total(run, now, width, has_token),
        *([Text()] if rows else []),
        *_rows(rows, width),
    ]
    return Text("\n").join(lines)


def _total(run: Run, now: datetime, width: int, has_token: bool) -> list[Text]:
    total = total_usd(run)
    if total is None:
        reason = "The server tells no cost for this run." if has_token else "Cost is hidden without a token."
        return [Text.assemble((reason, "quiet"))]
    limit = run.options.max_total_charge_usd or 0.0
    took = elapsed_s(run, now) or 0.0
    rate = f"  {usd(total / took * 3600)}/h" if took >= RATE_AFTER_S else ""
    of = f" of {usd(limit)}" if limit else ""
    first = Text.assemble((usd(total), "strong"), (of, "quiet"), (rate, "faint"))
    spent = charged_usd(run)
    return [first, _bar((total if spent is None else spent) / limit, width)] if limit else [first]


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
    costs = max((len(_cost(row.usd)) for row in rows), default=0) + 2
    room = max(width - amounts - costs, 6)
    return [
        Text.assemble(
            (f"{clean(row.name, limit=room):<{room}}", "quiet"),
            (f"{row.amount:>{amounts}}", "text"),
            (f"{_cost(row.usd):>{costs}}", "faint"),
        )
        for row in rows
    ]


def _cost(amount: float | None) -> str:
    """Dollars; nothing where it costs nothing or nobody told."""
    if not amount:
        return ""
    return usd(amount) if amount >= 0.00005 else "<$0.0001"
