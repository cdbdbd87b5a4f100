"""From the run object to the top line."""

from __future__ import annotations

from datetime import datetime

from runmon.model.run import Run
from runmon.model.state import Condition
from runmon.render.facts import Progress, condition_sign, elapsed_s, phase_sign, short_id
from runmon.render.untrusted import clean
from runmon.render.usage import total_usd
from runmon.ui.widgets.header import Glance

LOST = frozenset({Condition.NEEDS_TOKEN, Condition.FORBIDDEN, Condition.GONE, Condition.TROUBLE})
"""What a run can be to us without ever having been seen."""


def glance_at(
    run: Run | None, name: str, progress: Progress | None, now: datetime, condition: Condition
) -> Glance:
    """What the top line says of `run` at the moment `now`; `name` is clean and goes before the id.

    Of a run not seen yet, `condition` tells why.
    """
    if run is None:
        return Glance(name=name, state=condition_sign(condition)) if condition in LOST else Glance(name=name)
    took = elapsed_s(run, now)
    return Glance(
        name=name or clean(run.act_id or "", limit=60),
        run=clean(short_id(run.id), limit=24),
        state=phase_sign(run.phase, clean(run.status, limit=24)),
        progress=progress,
        message=clean(run.status_message or "", limit=300),
        elapsed_s=None if took is None else int(took),
        limit_s=run.options.timeout_secs or 0.0,
        cost=total_usd(run) or None,
    )
