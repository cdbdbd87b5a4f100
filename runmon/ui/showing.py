"""Screens are put on the terminal: a run, or the list of runs, until the person leaves."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from runmon.settings import DEFAULTS, Settings
from runmon.ui.app import RunmonApp
from runmon.ui.leaving import Tie
from runmon.ui.pixels import asked
from runmon.ui.remembered import Remembered
from runmon.ui.reopening import reopenable
from runmon.watch.clock import Clock

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.api.credentials import Token
    from runmon.model.run_list import ListedRun
    from runmon.ui.screens.run import RunScreen
    from runmon.ui.screens.runs_followed import RunsPlace

YOUNG = 20_000
"""New objects between two collections of garbage while a screen shows: a collection must not be felt."""


def run_screen(
    connect: Callable[[], Api],
    run_id: str,
    *,
    token: Token | None,
    read_only: bool = False,
    title: str = "",
    settings: Settings = DEFAULTS,
    tie: Tie = Tie.NONE,
    reopen: Callable[[], str] | None = None,
    remember: bool = True,
) -> int:
    """Show a run until the person leaves; the exit code. The run must exist: the command line looks first.

    `connect` makes the client, which the screen closes; `token` is what no message may show; `tie` is what
    leaving does to the run. `reopen` gives the id of the run that the same folder holds by now.
    `remember` keeps its charts for later.
    """

    def make(run_id: str) -> RunScreen:
        return screen_of(connect(), run_id, settings, read_only=read_only, title=title, remember=remember)

    return _shown(lambda: reopenable(run_id, make, reopen), settings, token, tie)


def runs_screen(
    places: Sequence[RunsPlace],
    *,
    token: Token | None,
    title: str = "",
    words: str = "",
    settings: Settings = DEFAULTS,
) -> int:
    """Show the list of runs of some places until the person leaves; the exit code."""

    def open_screen() -> Screen[Any]:
        from runmon.ui.screens.runs import RunsScreen

        return RunsScreen(places, open_run=open_run, title=title, words=words, read_only=settings.read_only)

    reopens = {place.name: place.reopen for place in places}

    def open_run(run: ListedRun, api: Api) -> RunScreen:
        def make(run_id: str) -> RunScreen:
            read_only, title = run.read_only, run.actor
            return screen_of(api.again(), run_id, settings, read_only=read_only, title=title, remember=True)

        reopen = reopens[run.place]
        return reopenable(run.id, make, partial(reopen, run.id) if reopen else None)

    return _shown(open_screen, settings, token)


def screen_of(
    api: Api,
    run_id: str,
    settings: Settings,
    *,
    read_only: bool = False,
    title: str = "",
    remember: bool = False,
) -> RunScreen:
    """The screen of a run, which closes the connection with itself; `remember` keeps its charts for later."""
    from runmon.ui.screens.run import RunScreen
    from runmon.watch.history import History, state_folder
    from runmon.watch.pace import every
    from runmon.watch.watch import Watch

    watch = Watch(api, run_id, pace=every(settings.pace), clock=Clock(settings.zone))
    history = History(state_folder() / "history", run_id) if remember else None
    read_only = read_only or settings.read_only
    return RunScreen(watch, api, read_only=read_only, title=title, history=history)


def _shown(
    open_screen: Callable[[], Screen[Any]], settings: Settings, token: Token | None, tie: Tie = Tie.NONE
) -> int:
    from runmon.api.credentials import redacted
    from runmon.watch.history import state_folder

    def opened() -> Screen[Any]:
        screen = open_screen()
        gc.freeze()  # modules and the first screen stay: no collection need walk over them again
        gc.set_threshold(YOUNG)
        return screen

    kept = Remembered(state_folder() / "screen.json")
    with asked(settings.images, os.environ) as wait:
        redact = partial(redacted, token=token)
        app = RunmonApp(opened, settings=settings, redact=redact, remembered=kept, tie=tie)
        wait(app)
    app.run()
    return app.return_code or 0
