"""When a run that is watched ends: the bell, a notification of the desktop, a command of the person's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from textual.app import App

from runmon.model.run import Run
from runmon.model.units import span
from runmon.render.facts import elapsed_s, exit_words, phase_sign
from runmon.render.signals import BELL, notification
from runmon.render.untrusted import clean
from runmon.render.usage import total_usd
from runmon.settings import DEFAULTS, Hooks
from runmon.ui.widgets.header import Glance

SECRETS = ("APIFY_TOKEN",)
"""Variables that a command of the person's does not get from us."""


def name_window(app: App[Any], glance: Glance) -> None:
    """Let the title of the terminal say what the top line says first: state and name."""
    namer = getattr(app, "name_terminal", None)
    if namer is not None:
        namer(f"{glance.state.sign} {glance.state.word} {glance.name or glance.run}")


def tell_end(app: App[Any], run: Run, name: str) -> None:
    """Do all that the settings want done when a run ends; `name` is clean."""
    settings, tell = getattr(app, "settings", DEFAULTS), getattr(app, "tell_terminal", None)
    hooks: Hooks = settings.hooks
    if hooks.bell and tell is not None:
        tell(BELL)
    if hooks.desktop and tell is not None:
        tell(notification(name or run.id, end_words(run), os.environ))
    if hooks.command:
        work: Any = partial(run_hook, app, hooks, run, name)
        app.run_worker(work, group="hook", exit_on_error=False)


def end_words(run: Run) -> str:
    """`✖ FAILED after 12 min 44 s · exit code 137, killed; often out of memory`."""
    sign = phase_sign(run.phase, clean(run.status, limit=24))
    took = elapsed_s(run, run.finished_at) if run.finished_at else None
    after = f" after {span(took)}" if took is not None else ""
    words = exit_words(run.exit_code, run.phase) if run.exit_code else ""
    code = f" · exit code {run.exit_code}{f', {words}' if words else ''}" if run.exit_code else ""
    return f"{sign.sign} {sign.word}{after}{code}"


async def run_hook(app: App[Any], hooks: Hooks, run: Run, name: str) -> None:
    """Run the command without a shell, on its own; say so where it cannot be started or fails."""
    silent = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *hooks.command,
            env=hook_environment(run, name, os.environ),
            stdin=silent,
            stdout=silent,
            stderr=silent,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be started"
        app.notify(
            clean(f"The hook {hooks.command[0]} was not run: {why}."), severity="warning", markup=False
        )
        return
    if code := await process.wait():
        said = clean(f"The hook {hooks.command[0]} ended with code {code}.")
        app.notify(said, severity="warning", markup=False)


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
