"""What an order costs, as far as the run so far can tell."""

from __future__ import annotations

from datetime import datetime

from runmon.model.run import Run
from runmon.model.units import usd
from runmon.render.facts import elapsed_s, whole_span
from runmon.render.usage import total_usd


def price_of_more(run: Run, now: datetime) -> str:
    """What an hour of this run costs, and what may come at most: for somebody about to let it live again."""
    total, took = total_usd(run), elapsed_s(run, now) or 0.0
    limit, timeout = run.options.max_total_charge_usd, run.options.timeout_secs
    rate = f", {usd(total / took * 3600)} an hour" if total is not None and took >= 60 else ""
    cost = f"So far it cost {usd(total)}{rate}." if total is not None else "What it cost so far is not told."
    ends = [f"{whole_span(timeout)} more"] if timeout else ["without a time limit"]
    ends += [f"up to {usd(limit)} of charges"] if limit else []
    return f"{cost} It goes on at your cost: {', '.join(ends)}."
