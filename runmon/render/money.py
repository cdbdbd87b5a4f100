"""What a run costs by the hour and by the item, and where that leads, in rows of a name and a value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from runmon.model.run import Run
from runmon.model.units import span, usd
from runmon.render.facts import Progress, elapsed_s
from runmon.render.usage import charged_usd, total_usd

RATE_AFTER_S = 60.0
"""A rate per hour from less than this says nothing."""
FORETELL_AFTER = 0.02
"""From this share of the requests on, the end can be told from what is done."""
Row = tuple[str, str]


def rate_per_hour(run: Run, now: datetime) -> float | None:
    """USD an hour so far; None before there is one to tell."""
    total, took = total_usd(run), elapsed_s(run, now) or 0.0
    return total / took * 3600 if total is not None and took >= RATE_AFTER_S else None


def spent_usd(run: Run) -> float | None:
    """What counts against `maxTotalChargeUsd`: the charged events, else all that it cost."""
    charged = charged_usd(run)
    return total_usd(run) if charged is None else charged


def money_rows(
    run: Run, now: datetime, *, items: int | None, paid: float | None = None, progress: Progress | None
) -> list[Row]:
    """Cost of 1,000 items, and while the run goes on what it will have cost, and when its limit is met.

    `paid` is the total when the items were counted: what came later paid for others. After the end it is all.
    """
    total = total_usd(run)
    if not total:
        return []
    for_items = total if run.phase.final else paid or total
    per_items = [("1 000 items", usd(for_items / items * 1000))] if items else []
    return [*per_items, *([] if run.phase.final else _foretold(run, now, total, progress))]


def _foretold(run: Run, now: datetime, total: float, progress: Progress | None) -> Iterator[Row]:
    rate = rate_per_hour(run, now)
    if progress is not None and FORETELL_AFTER <= progress.share < 1:
        yield "at the end", f"≈ {usd(total / progress.share)}, as requests go"
    timeout, took = run.options.timeout_secs or 0.0, elapsed_s(run, now) or 0.0
    if rate and timeout > took:
        yield "at timeout", f"≤ {usd(total + rate * (timeout - took) / 3600)} at this rate"
    limit, spent = run.options.max_total_charge_usd or 0.0, spent_usd(run)
    if limit and spent is not None and took >= RATE_AFTER_S:
        yield "limit", _until(limit, spent, took)


def _until(limit: float, spent: float, took: float) -> str:
    if spent >= limit:
        return "reached"
    return f"in {span((limit - spent) / spent * took)} at this rate" if spent > 0 else "not touched yet"
