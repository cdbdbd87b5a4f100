"""What can be done to a run, whoever asks: the API, the screen that started it, or the platform's own end."""

from __future__ import annotations

import contextlib
from typing import Any

from runmon.local.faults import ApiFault, invalid
from runmon.local.registry import Registry
from runmon.local.runs import RunState


async def abort_run(registry: Registry, state: RunState, *, gracefully: bool) -> None:
    """Begin to end a run. One without a process is ABORTED at once, a finished one stays as it is."""
    if state.final:
        return
    runner = registry.runners.get(state.id)
    if runner is not None:
        await runner.abort(gracefully)
    else:
        state.update(status="ABORTED")


def delete_run(registry: Registry, state: RunState) -> None:
    """Forget a finished run, run.json and log.txt; its storages stay on disk. ApiFault 400 before its end."""
    if not state.final:
        raise ApiFault(400, "cannot-remove-running-run", "A running run cannot be removed; abort it first")
    registry.remove(state)
    state.close()
    for path in (state.folder.run_file, state.folder.log_file):
        with contextlib.suppress(OSError):
            path.unlink()


def charge_run(state: RunState, wish: dict[str, Any], key: str) -> None:
    """Count events of a run and, where prices are known, their cost. ApiFault 400 for a malformed charge."""
    name, count = wish.get("eventName"), wish.get("count", 1)
    if not isinstance(name, str) or not name:
        raise invalid("eventName", "must be a string")
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise invalid("count", "must be a whole number of at least 0")
    if key and key in state.charged_keys:
        return
    state.charged_keys.add(key)
    counts = dict(state.data.get("chargedEventCounts") or {})
    counts[name] = counts.get(name, 0) + count
    state.update(chargedEventCounts=counts, usageTotalUsd=cost(state.data.get("pricingInfo"), counts))


def cost(pricing: Any, counts: dict[str, int]) -> float:
    """What events cost in dollars by a run's `pricingInfo`; 0 where it names no price."""
    table = pricing if isinstance(pricing, dict) else {}
    events = (table.get("pricingPerEvent") or {}).get("actorChargeEvents") or {}
    prices = {
        name: event.get("eventPriceUsd") or 0 for name, event in events.items() if isinstance(event, dict)
    }
    return round(sum(prices.get(name, 0) * count for name, count in counts.items()), 9)
