"""When a run that is watched ends: the bell, a notification of the desktop, a command of the person's."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from textual.app import App

from runmon.model.run import Run
from runmon.render.ending import end_words, hook_environment
from runmon.render.signals import BELL, notification
from runmon.render.untrusted import clean
from runmon.settings import DEFAULTS, Hooks
from runmon.ui.widgets.header import Glance
from runmon.watch.hook import run_hook


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
        work: Any = partial(call_hook, app, hooks, run, name)
        app.run_worker(work, group="hook", exit_on_error=False)


async def call_hook(app: App[Any], hooks: Hooks, run: Run, name: str) -> None:
    """Run the command; say so where it cannot be started or fails."""
    if wrong := await run_hook(hooks.command, hook_environment(run, name, os.environ)):
        app.notify(clean(wrong), severity="warning", markup=False)
