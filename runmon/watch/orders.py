"""Orders carried out: sent once; where the answer is lost, the run itself is asked whether it obeyed."""

from __future__ import annotations

from runmon.api.client import Api
from runmon.errors import LinkError, RunmonError, Unreachable, Unsure
from runmon.model.document import Document
from runmon.model.order import Deed, Order, obeyed
from runmon.model.run import Run


async def carry_out(api: Api, order: Order, before: Run) -> Document[Run]:
    """The run as it answered. `before` is the run when the person decided.

    A resurrection or reboot whose answer is lost is never sent again: the run is looked at, and Unsure is
    raised where it shows nothing. Raises ApiError where the server refuses.
    """
    try:
        return await _send(api, order)
    except LinkError as lost:
        try:
            seen = await api.run(order.run_id)
        except RunmonError:
            if isinstance(lost, Unreachable) and order.deed is not Deed.ABORT:
                raise _unsent(lost) from lost
            raise _unsure("the run cannot be asked") from lost
        if obeyed(order, before, seen.view):
            return seen
        raise _unsure(f"the run does not show that it obeyed: it is {seen.view.status}") from lost


def _unsent(lost: Unreachable) -> Unreachable:
    """For what is sent once only: without a connection it was not sent at all."""
    return Unreachable(f"{lost} Nothing was sent.", hint="Repeat it when the server can be reached again.")


def _unsure(why: str) -> Unsure:
    hint = "Nothing was sent twice. Look again before you repeat it."
    return Unsure(f"The answer was lost, and {why}.", hint=hint)


async def _send(api: Api, order: Order) -> Document[Run]:
    match order.deed:
        case Deed.ABORT:
            return await api.abort(order.run_id, gracefully=order.gracefully)
        case Deed.REBOOT:
            return await api.reboot(order.run_id)
        case Deed.RESURRECT:
            return await api.resurrect(
                order.run_id,
                build=order.build,
                timeout_s=order.timeout_s,
                memory_mb=order.memory_mb,
                max_total_charge_usd=order.max_charge_usd,
            )
