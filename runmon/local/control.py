"""What can be done to a run, whoever asks: the API, the screen that started it, or the platform's own end."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from runmon.local.faults import ApiFault, invalid
from runmon.local.identity import actor_id, now_text
from runmon.local.registry import Registry
from runmon.local.runs import RunState

if TYPE_CHECKING:
    from runmon.local.runner import Runner

MOST_EVENTS = 1_000_000_000
"""What one charge may count, so that sums and costs stay numbers."""

RESTARTS = 3
"""How often a process that fails is started again when `restartOnError` asks for it."""


class Resurrection(msgspec.Struct, frozen=True):
    """What a resurrected run changes: seconds, megabytes, limits; None keeps what it had."""

    timeout_s: float | None = None
    memory_mb: int | None = None
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    restart_on_error: bool = False


async def abort_run(registry: Registry, state: RunState, *, gracefully: bool) -> None:
    """Begin to end a run. One without a process is ABORTED at once, a finished one stays as it is."""
    if state.final:
        return
    runner = registry.runners.get(state.id)
    if runner is not None:
        await runner.abort(gracefully)
    else:
        state.update(status="ABORTED")


def live_runner(registry: Registry, state: RunState) -> Runner:
    """The process behind a run under way. ApiFault 403 when the run is over, 400 without a process."""
    if state.final:
        raise ApiFault(403, "job-finished", "The run has finished already")
    runner = registry.runners.get(state.id)
    if runner is None or runner.process is None or state.data["status"] != "RUNNING":
        raise ApiFault(400, "operation-not-allowed", "The run has no process that could be replaced")
    return runner


def reboot_run(registry: Registry, state: RunState) -> None:
    """End the process and start it again in the same run. ApiFault 400, 403."""
    runner = live_runner(registry, state)
    state.update(stats={"rebootCount": state.count("rebootCount") + 1})
    runner.replace(runner.spec, "The run is being rebooted.")


async def resurrect_run(registry: Registry, state: RunState, wish: Resurrection) -> None:
    """Start a finished run again, storages and log kept. ApiFault 400 before its end or without a command."""
    runner = registry.runner(state) if state.final else None
    if runner is None:
        raise ApiFault(
            400, "operation-not-allowed", "Only a finished run of a known command can be resurrected"
        )
    spec = replace(runner.spec, input=None)
    if wish.timeout_s is not None:
        spec = replace(spec, timeout_s=wish.timeout_s)
    if wish.memory_mb is not None:
        spec = replace(spec, memory_mb=wish.memory_mb)
    options = {"timeoutSecs": round(spec.timeout_s), "memoryMbytes": spec.memory_mb, **wish.options}
    state.update(options=options, stats={"resurrectCount": state.count("resurrectCount") + 1})
    runner.restarts_left = RESTARTS if wish.restart_on_error else 0
    await runner.resume(spec)


def metamorph_run(
    registry: Registry, state: RunState, target: str, payload: bytes, content_type: str
) -> None:
    """Go on in the same run with another registered command and input. ApiFault 400, 403, 404."""
    name, command = registry.actor(target)
    runner = live_runner(registry, state)
    number = state.count("metamorph") + 1
    runner.input_key = f"INPUT-METAMORPH-{number}"
    if payload:
        state.records.put(runner.input_key, content_type, payload)
    step = {"createdAt": now_text(), "actorId": actor_id(name), "buildId": state.data["buildId"]}
    steps = [*(state.data.get("metamorphs") or []), {**step, "inputKey": runner.input_key}]
    state.actor_name = name
    state.update(actId=actor_id(name), metamorphs=steps, stats={"metamorph": number})
    runner.replace(
        replace(runner.spec, command=command, actor_name=name), f"The run becomes the Actor {name}."
    )


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
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_EVENTS:
        raise invalid("count", f"must be a whole number from 0 to {MOST_EVENTS}")
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
