"""Runs that are open beside the list: a mode of the application each, with screens of its own above it.

A mode keeps what a person had open in a run. It is closed with its screens, and they close what they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import work
from textual.app import App
from textual.screen import Screen

from runmon.ui.private_textual import forget_paint, painters, switch

MOST = 9
"""Runs open at once; one more closes the one that was looked at longest ago."""
LIST = "list"
"""The mode of the first screen."""


class OpensRuns(App[int]):
    """For the application: runs are opened, gone to and closed by their ids."""

    DEFAULT_MODE: ClassVar[str] = LIST

    def __init__(self) -> None:
        super().__init__()
        self.open_runs: list[str] = []
        """Ids of open runs, in the order of their tabs."""
        self._looked_at: list[str] = []

    @property
    def run_shown(self) -> str | None:
        """The id of the run whose tab is shown; None on the first screen."""
        return self.current_mode.removeprefix("run ") if self.current_mode != LIST else None

    def base_of(self, run_id: str) -> Screen[Any] | None:
        """The screen of an open run, under whatever is open above it."""
        stack = self._screen_stacks.get(f"run {run_id}")
        return stack[0] if stack else None

    async def open_run(self, run_id: str, make: Callable[[], Screen[Any]]) -> None:
        """Show a run, in the tab it has or in a new one."""
        if run_id not in self.open_runs:
            if len(self.open_runs) >= MOST:
                await self.close_run(next(one for one in self._looked_at if one != self.run_shown))
            self.add_mode(f"run {run_id}", make)
            self.open_runs.append(run_id)
        self.go_to_run(run_id)

    async def close_run(self, run_id: str) -> None:
        """Close a run's tab and everything it holds; the list shows where it was on the screen."""
        if run_id not in self.open_runs:
            return
        if run_id == self.run_shown:
            self.go_to_run(None)
        self.open_runs.remove(run_id)
        self._looked_at.remove(run_id)
        widgets = painters(self._screen_stacks.get(f"run {run_id}", ()))
        await self.remove_mode(f"run {run_id}")
        forget_paint(widgets)

    @work(group="replace")
    async def replace_run(self, before: Screen[Any], run_id: str, make: Callable[[], Screen[Any]]) -> None:
        """Show another run where `before` is shown: in the place of its tab, or as the first screen."""
        shown = self.run_shown
        if self.screen is not before:
            return
        if shown is None:
            await switch(self, make())
            return
        await self.close_run(shown)
        await self.open_run(run_id, make)

    def go_to_run(self, run_id: str | None) -> None:
        """Show an open run; None for the list."""
        if LIST not in self._modes:
            self.add_mode(LIST, self.get_default_screen)
        if run_id is not None:
            self._looked_at = [*(one for one in self._looked_at if one != run_id), run_id]
        self.switch_mode(LIST if run_id is None else f"run {run_id}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about tabs only where there are some, closing and going back only in one."""
        if action == "next_run":
            return bool(self.open_runs)
        if action in {"close_shown_run", "runs_list"}:
            return self.run_shown is not None
        if action == "leave":
            return self.run_shown is None
        return super().check_action(action, parameters)

    def action_next_run(self, step: int) -> None:
        """Go to the next or previous tab; the list is one of them."""
        order = [None, *self.open_runs]
        self.go_to_run(order[(order.index(self.run_shown) + step) % len(order)])

    def action_runs_list(self) -> None:
        """Go to the list; the run stays open."""
        self.go_to_run(None)

    async def action_close_shown_run(self) -> None:
        """Close the run on the screen."""
        if (shown := self.run_shown) is not None:
            await self.close_run(shown)
