"""How the screen is left. A run that ends with it is asked about first, where something would be lost."""

from __future__ import annotations

import signal
from enum import Enum
from typing import TYPE_CHECKING

from textual import work

from runmon.ui.open_runs import OpensRuns

if TYPE_CHECKING:
    from runmon.ui.screens.confirm import ConfirmScreen


class Tie(Enum):
    """What leaving does to the run."""

    NONE = "it goes on"
    ENDS = "it ends, and nothing is lost"
    ASKS = "it ends, so we ask first"


_STOPPED = {
    "app.suspend": "Give the terminal to the shell; fg comes back. The Actor goes on, but waits for its API.",
}
"""We serve that API, so what it asks is answered once we go on."""
HELP: dict[Tie, dict[str, str]] = {
    Tie.NONE: {},
    Tie.ENDS: {
        **_STOPPED,
        "app.quit": "Leave. The run ends with runmon.",
        "app.interrupt": "Copy the selection; with nothing selected, leave. The run ends with runmon.",
    },
    Tie.ASKS: {
        **_STOPPED,
        "app.quit": "Leave. The run ends with runmon; while it runs, you are asked.",
        "app.interrupt": "Copy the selection; with nothing selected, ask, then leave; again: at once.",
    },
}
"""What keys do where leaving ends the run, by command id."""


class Leaves(OpensRuns):
    """For the application: leaving it by keys."""

    tie = Tie.NONE
    _question: ConfirmScreen | None = None

    def leave(self, code: int = 0) -> None:
        """Give the terminal back and end with this exit code, unasked."""
        self.exit(code, return_code=code)

    def part(self, code: int = 0) -> None:
        """Leave, but ask before a run is lost; asked already, leave."""
        if self._asking or not self._would_lose():
            self.leave(code)
        else:
            self._ask(code)

    @property
    def _asking(self) -> bool:
        return self._question is not None and self._question in self.screen_stack

    def nothing_to_lose(self) -> None:
        """The run has ended by itself: a question about it is over."""
        if self._question is not None and not self._would_lose():
            self._question.dismiss("no")

    def _would_lose(self) -> bool:
        return self.tie is Tie.ASKS and not getattr(self.screen_stack[0], "over", False)

    @work(group="leave")
    async def _ask(self, code: int) -> None:
        from runmon.ui.screens.confirm import about_leaving

        self._question = about_leaving()
        if await self.push_screen_wait(self._question) == "leave":
            self.leave(code)

    def action_leave(self) -> None:
        """Leave."""
        self.part()

    async def action_quit(self) -> None:
        """Leave."""
        self.part()

    def action_interrupt(self) -> None:
        """Copy what is selected; with nothing selected, leave as Ctrl+C does."""
        selected = self.screen.get_selected_text()
        if not selected:
            self.part(128 + signal.SIGINT)
            return
        self.copy_to_clipboard(selected)
        self.notify("Copied.", markup=False, timeout=2)
