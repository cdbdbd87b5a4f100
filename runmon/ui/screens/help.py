"""Every key that works now, those of the focused pane first, read from the command table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from runmon.ui.commands import SCOPES, Command, written
from runmon.ui.screens.once import GivesOnce

KEYS = 14
"""Cells of the column of keys."""
_BEHIND = {"lines": 1, "table": 1, "run": 2, "app": 3}
"""Scopes that stand behind the own keys of what is focused, in this order."""


NOTES: dict[str, tuple[tuple[str, str], ...]] = {
    "status": (
        ("requests", "Requests the crawler is done with, failed ones too, a minute."),
        ("failed", "Requests it gave up, a minute, as Crawlee counts them."),
        ("errors", "Entries of level ERROR in the log, a minute, whoever wrote them."),
        ("at once", "Requests in work at the same time."),
        ("from the log", "Rebuilt from what the log says of the time nobody watched."),
    )
}
"""By scope, words on the screen and what they mean."""


class HelpScreen(GivesOnce, ModalScreen[None]):
    """A list of keys with a sentence each."""

    SCOPE: ClassVar[str] = "help"
    BINDINGS = [
        Binding("escape,q,question_mark,f1", "dismiss(None)", "close"),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("space,pagedown", "scroll(10)", show=False),
        Binding("b,pageup", "scroll(-10)", show=False),
        Binding("g,home", "top", show=False),
        Binding("G,end", "bottom", show=False),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = sorted(commands, key=lambda command: _BEHIND.get(command.scope, 0))

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(can_focus=True):
                yield Static(help_text(self._commands))
            yield Static(Text.assemble(("esc", "strong"), (" close    ", "quiet"), ("^p", "strong"),
                                       (" find a command", "quiet")), id="hint")  # fmt: skip

    def on_mount(self) -> None:
        self.query_one("#dialog").border_title = Text.assemble((" Keys ", "strong"))
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, lines: int) -> None:
        """Move the list by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_top(self) -> None:
        """Go to the first key."""
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_bottom(self) -> None:
        """Go to the last key."""
        self.query_one(VerticalScroll).scroll_end(animate=False)


def help_text(commands: Sequence[Command]) -> Text:
    """A heading per scope, a line per command: its keys, then its sentence; then what words mean there."""
    text = Text()
    for scope, some in groupby(commands, key=lambda command: command.scope):
        text.append("\n" if text.plain else "").append(f"{SCOPES.get(scope, scope)}\n", "accent")
        for command in some:
            keys = "  ".join(dict.fromkeys(written(key) for key in command.keys)) or "no key"
            text.append(f"{keys:<{KEYS}}", "strong").append(f" {command.help}\n", "quiet")
        for word, meaning in NOTES.get(scope, ()):
            text.append(f"{word:<{KEYS}}", "text").append(f" {meaning}\n", "quiet")
    text.rstrip()
    return text
