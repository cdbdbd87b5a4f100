"""What an order costs, as far as the run so far can tell."""

from __future__ import annotations

from datetime import datetime

from runmon.model.order import Deed, possible
from runmon.model.run import Run, RunShort
from runmon.model.units import usd
from runmon.render.facts import elapsed_s, phase_sign, whole_span
from runmon.render.untrusted import clean
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


def why_not(deed: Deed | None, run: Run | RunShort | None, *, read_only: bool) -> str:
    """Why a run takes no such order now, and what it takes instead; empty where it takes it.

    None is the order to requeue, which a run in any state takes.
    """
    if run is None:
        return "Nothing is known of the run yet."
    if read_only:
        return "The run was opened for reading only: it takes no orders."
    if deed is None or possible(deed, run):
        return ""
    state = phase_sign(run.phase, clean(run.status, limit=24))
    said = f"The run is {state.sign} {state.word}"
    if deed is Deed.RESURRECT:
        return f"{said}: only a run that has ended can be resurrected."
    return f"{said}: it has ended, and can only be resurrected."
