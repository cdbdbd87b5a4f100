"""Opening a folder again, in the place of a run that it holds no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from runmon.errors import RunmonError
from runmon.render.untrusted import clean
from runmon.ui.open_runs import OpensRuns

if TYPE_CHECKING:
    from runmon.ui.screens.run import RunScreen


def reopenable(run_id: str, make: Callable[[str], RunScreen], find: Callable[[], str] | None) -> RunScreen:
    """The screen of a run, from which another that took its folder can be opened; see `Reopening`."""
    screen = make(run_id)
    if find is not None:
        screen.reopen_by(Reopening(find, lambda found: reopenable(found, make, find)))
    return screen


class Reopening:
    """How the run that a folder holds by now gets a screen."""

    def __init__(self, find: Callable[[], str], make: Callable[[str], Screen[Any]]) -> None:
        """`find` opens the folder and gives the run's id; it may block. `make` makes the screen of a run."""
        self._find, self._make = find, make

    async def take_over(self, before: Screen[Any]) -> None:
        """Show that run where `before` is shown; a sentence where the folder holds none."""
        try:
            run_id = await asyncio.to_thread(self._find)
        except RunmonError as error:
            before.notify(clean(str(error), limit=400), severity="warning", markup=False)
            return
        if isinstance(before.app, OpensRuns):
            before.app.replace_run(before, run_id, lambda: self._make(run_id))
