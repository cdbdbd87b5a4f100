"""The frame of every question: named, with its answers, and the same by command where there is one."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

from runmon.ui.screens.once import GivesOnce
from runmon.ui.toasts import KeepsToastsFew
from runmon.ui.widgets.command_lines import CommandLines

Result = TypeVar("Result")


class Dialog(GivesOnce, ModalScreen[Result], inherit_bindings=False):
    """Compose a `#dialog` with a `#question`, a `#consequence`, `CommandLines` and `#answers`."""

    SCOPE: ClassVar[str] = "confirm"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (72, "-usual")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def on_mount(self) -> None:
        """What was told before it was asked for must not stand over it."""
        if isinstance(self.app, KeepsToastsFew):
            self.app.inform_no_more()

    def action_copy_command(self, place: int) -> None:
        """Copy one of the command lines."""
        self.query_one(CommandLines).copy(place)
