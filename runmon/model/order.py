"""What a person may order of a run: to end, to start its container anew, to live again."""

from __future__ import annotations

from enum import Enum

import msgspec

from runmon.model.run import Run, RunShort


class Deed(Enum):
    """The name of an order, as the API and the command line have it."""

    ABORT = "abort"
    REBOOT = "reboot"
    RESURRECT = "resurrect"


class Order(msgspec.Struct, frozen=True):
    """One order, bound to one run. What is None stays as the run had it."""

    deed: Deed
    run_id: str
    gracefully: bool = False
    """Abort only: the Actor is told and has 30 seconds."""
    build: str | None = None
    """This and what follows: resurrect only."""
    memory_mb: int | None = None
    timeout_s: int | None = None
    max_charge_usd: float | None = None

    @property
    def query(self) -> dict[str, object]:
        """The parameters of its request, as the API spells them."""
        named = {
            "gracefully": self.gracefully or None,
            "build": self.build,
            "memory": self.memory_mb,
            "timeout": self.timeout_s,
            "maxTotalChargeUsd": self.max_charge_usd,
        }
        return {name: value for name, value in named.items() if value is not None}


def possible(deed: Deed, run: Run | RunShort) -> bool:
    """Whether a run in this state can be given such an order; of a state nobody knows, all may be tried."""
    return run.phase.final if deed is Deed.RESURRECT else not run.phase.final


def obeyed(order: Order, before: Run, after: Run) -> bool:
    """Whether the run shows that an order reached it, where its answer was lost."""
    if order.deed is Deed.ABORT:
        return after.status != before.status
    if order.deed is Deed.REBOOT:
        return (after.stats.reboot_count or 0) > (before.stats.reboot_count or 0)
    again = (after.stats.resurrect_count or 0) > (before.stats.resurrect_count or 0)
    return again or not after.phase.final or after.finished_at != before.finished_at
