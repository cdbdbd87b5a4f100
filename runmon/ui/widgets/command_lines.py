"""How to say by command what a dialog is about to do: one line for each tool, copied by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Static

from runmon.render.equivalents import Equivalent
from runmon.render.untrusted import clean
from runmon.ui.outside import copy

MOST = 3


class CommandLines(Static):
    """`1  runmon abort …`; the numbers copy. Its screen binds KEYS and has `action_copy_command`."""

    KEYS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"copy_command({number - 1})", "copy the command", show=False)
        for number in range(1, MOST + 1)
    ]
    DEFAULT_CSS = "CommandLines { height: auto; display: none; margin: 0 0 1 0; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.lines: tuple[Equivalent, ...] = ()

    def show(self, lines: Sequence[Equivalent]) -> None:
        """Show these; nothing where there are none."""
        self.lines = tuple(lines[:MOST])
        self.display = bool(self.lines)
        self._write()

    def _write(self) -> None:
        rows = [_row(number, one) for number, one in enumerate(self.lines, 1)]
        text = Text("\n").join([Text("the same by command · a number copies it", "faint"), *rows])
        self.update(text)

    def copy(self, place: int) -> None:
        """Copy a line, and say so."""
        if place < len(self.lines):
            copy(self.app, self.lines[place].line, f"the {self.lines[place].tool} command")

    def on_click(self, event: events.Click) -> None:
        """A click on a line copies it."""
        self.copy(event.style.meta.get("command", MOST))


def _row(number: int, one: Equivalent) -> Text:
    tool = "" if one.line.startswith(one.tool) else f"{one.tool}: "
    text = Text.assemble((f"{number} ", "accent"), (tool, "faint"), (clean(one.line, limit=400), "quiet"))
    text.stylize(Style(meta={"command": number - 1}))
    return text
