"""How a run ended, in a line, and as variables for a command of the person's."""

from __future__ import annotations

from collections.abc import Mapping

from runmon.model.run import Run
from runmon.model.units import span
from runmon.render.facts import elapsed_s, exit_words, phase_sign
from runmon.render.untrusted import clean
from runmon.render.usage import total_usd

SECRETS = ("APIFY_TOKEN",)
"""Variables that a command of the person's does not get from us."""


def end_words(run: Run) -> str:
    """`✖ FAILED after 12 min 44 s · exit code 137, killed; often out of memory`."""
    sign = phase_sign(run.phase, clean(run.status, limit=24))
    took = elapsed_s(run, run.finished_at) if run.finished_at else None
    after = f" after {span(took)}" if took is not None else ""
    words = exit_words(run.exit_code, run.phase) if run.exit_code else ""
    code = f" · exit code {run.exit_code}{f', {words}' if words else ''}" if run.exit_code else ""
    return f"{sign.sign} {sign.word}{after}{code}"


def hook_environment(run: Run, name: str, ours: Mapping[str, str]) -> dict[str, str]:
    """Our environment without secrets, and the run's facts as RUNMON_… variables."""
    facts = {
        "ID": run.id,
        "NAME": name,
        "STATUS": run.status,
        "MESSAGE": run.status_message,
        "EXIT_CODE": run.exit_code,
        "ACTOR_ID": run.act_id,
        "STARTED_AT": run.started_at.isoformat() if run.started_at else None,
        "FINISHED_AT": run.finished_at.isoformat() if run.finished_at else None,
        "COST_USD": total_usd(run),
        "DATASET_ID": run.default_dataset_id,
        "SUMMARY": end_words(run),
    }
    told = {
        f"RUNMON_RUN_{key}": str(value).replace("\0", "") for key, value in facts.items() if value is not None
    }
    return {key: value for key, value in ours.items() if key not in SECRETS} | told
