"""One table of everything a person can do. Bindings, footer, palette, help and key map all read it.

A command's id is `scope.name`; it is what a key map in the settings names. `action` is a Textual action of
the widget or screen of that scope. A scope is declared by `SCOPE` on the widget or screen whose BINDINGS are
`bindings(scope)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do."""

    id: str
    keys: tuple[str, ...]
    """Textual key names, the one shown in the footer first."""
    action: str
    label: str
    """One or two words, for the footer and the palette."""
    help: str
    """A sentence, for the help screen."""
    scope: str
    footer: int = 0
    """Place in the footer among the commands of the scope, from 1; 0: not in the footer."""
    shown: str = ""
    """How the key is written where Textual's name for it is not what is printed on it."""
    priority: bool = False
    """Whether the key works even where a widget would take it as text."""


SCOPES: dict[str, str] = {
    "app": "Everywhere",
    "run": "Run screen",
    "status": "Status",
    "lines": "Text",
    "log": "Log",
    "items": "Dataset",
    "table": "Tables",
    "records": "Records",
    "queue": "Queue",
    "item": "Item",
    "record": "Record",
    "request": "Request",
}
"""Every scope and its heading on the help screen."""

_APP = (
    Command("app.help", ("question_mark", "f1"), "app.help", "help",
            "Show the keys of what is focused.", "app", 1, "?"),
    Command("app.palette", ("ctrl+p", "colon"), "app.command_palette", "commands",
            "Find any command by its name.", "app", 2, "^p"),
    Command("app.quit", ("q", "ctrl+q"), "app.leave", "quit", "Leave. The run goes on.", "app", 3),
    Command("app.interrupt", ("ctrl+c",), "app.interrupt", "interrupt",
            "Copy the selection; with nothing selected, leave. Never aborts the run.", "app", 0, "^c", True),
    Command("app.theme", ("ctrl+t",), "app.toggle_theme", "dark / light",
            "Switch between the dark and the light theme.", "app", 0, "^t"),
)  # fmt: skip
_RUN = (
    Command("run.zoom", ("f",), "zoom", "zoom",
            "Give the focused pane the whole screen, or give it back.", "run", 1),
    Command("run.abort", ("A",), "abort", "abort", "Ask, then abort the run.", "run", 2),
    Command("run.next_pane", ("tab",), "next_pane", "next pane",
            "Go to the next pane.", "run"),
    Command("run.previous_pane", ("shift+tab",), "previous_pane", "previous pane",
            "Go to the previous pane.", "run"),
    Command("run.status", ("1",), "pane('status')", "status", "Go to status and usage.", "run"),
    Command("run.log", ("2",), "pane('log')", "log", "Go to the log.", "run"),
    Command("run.items", ("3",), "pane('items')", "dataset", "Go to the dataset.", "run"),
    Command("run.records", ("4",), "pane('records')", "records", "Go to the key-value store.", "run"),
    Command("run.queue", ("5",), "pane('queue')", "queue", "Go to the request queue.", "run"),
    Command("run.refresh", ("ctrl+r",), "refresh_all", "refresh", "Ask the server now.", "run", 0, "^r"),
    Command("run.back", ("escape",), "back", "back", "Leave the zoom.", "run", 0, "esc"),
)  # fmt: skip
_STATUS = (
    Command("status.down", ("j", "down"), "scroll_by(1)", "down", "Scroll down.", "status"),
    Command("status.up", ("k", "up"), "scroll_by(-1)", "up", "Scroll up.", "status"),
)
_LINES: tuple[Command, ...] = ()
_LOG: tuple[Command, ...] = ()
_ITEMS = (
    Command("items.follow", ("s",), "follow", "follow",
            "Keep the newest item in sight as items arrive; moving up ends it.", "items", 1),
    Command("items.debug", ("number_sign",), "toggle_debug", "# fields",
            "Show or hide fields whose names start with #.", "items", 3, "#"),
    Command("items.expand", ("left_parenthesis",), "expand", "expand",
            "Show the fields of the objects in this column as columns.", "items"),
    Command("items.contract", ("right_parenthesis",), "contract", "contract",
            "Fold this column and its neighbours back into their object.", "items"),
)  # fmt: skip
_TABLE = (
    Command("table.down", ("j", "down"), "move(1)", "down", "Go to the next row.", "table"),
    Command("table.up", ("k", "up"), "move(-1)", "up", "Go to the previous row.", "table"),
    Command("table.page_down", ("pagedown", "space"), "page(2)", "page down", "Go down a page.", "table"),
    Command("table.page_up", ("pageup", "b"), "page(-2)", "page up", "Go up a page.", "table"),
    Command("table.half_down", ("ctrl+d",), "page(1)", "half down", "Go down half a page.", "table", 0, "^d"),
    Command("table.half_up", ("ctrl+u",), "page(-1)", "half up", "Go up half a page.", "table", 0, "^u"),
    Command("table.first", ("g", "home"), "first", "first", "Go to the first row.", "table"),
    Command("table.last", ("G", "end"), "last", "last", "Go to the last row.", "table"),
    Command("table.right", ("l", "right"), "column(1)", "right", "Go to the next column.", "table"),
    Command("table.left", ("h", "left"), "column(-1)", "left", "Go to the previous column.", "table"),
    Command("table.choose", ("enter",), "choose", "open", "Open what is under the cursor.", "table", 1),
)  # fmt: skip
_RECORDS: tuple[Command, ...] = ()
_QUEUE: tuple[Command, ...] = ()
_ITEM: tuple[Command, ...] = ()
_RECORD: tuple[Command, ...] = ()
_REQUEST: tuple[Command, ...] = ()

COMMANDS: tuple[Command, ...] = (
    *_APP, *_RUN, *_STATUS, *_LINES, *_LOG, *_ITEMS, *_TABLE, *_RECORDS, *_QUEUE, *_ITEM, *_RECORD, *_REQUEST,
)  # fmt: skip
BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}


def commands(scope: str) -> Iterator[Command]:
    """The commands of one scope, in the order of the table."""
    return (command for command in COMMANDS if command.scope == scope)


def bindings(scope: str) -> list[BindingType]:
    """What a widget or screen of this scope sets as BINDINGS."""
    return [
        Binding(
            ",".join(command.keys),
            command.action,
            command.label,
            show=command.footer > 0,
            key_display=command.shown or None,
            priority=command.priority,
            tooltip=command.help,
            id=command.id,
        )
        for command in commands(scope)
    ]


def key_name(command: Command) -> str:
    """How the command's first key is written: `/`, `^p`, `esc`, `A`."""
    return command.shown or written(command.keys[0])


_NAMES = {
    "question_mark": "?", "slash": "/", "ampersand": "&", "colon": ":", "left_square_bracket": "[",
    "right_square_bracket": "]", "escape": "esc", "enter": "enter", "space": "space", "pageup": "pgup",
    "pagedown": "pgdn", "plus": "+", "minus": "-", "full_stop": ".", "comma": ",", "asterisk": "*",
    "left_parenthesis": "(", "right_parenthesis": ")", "greater_than_sign": ">", "less_than_sign": "<",
}  # fmt: skip


def written(key: str) -> str:
    """A Textual key name as printed on a keyboard: `ctrl+p` → `^p`, `slash` → `/`."""
    if key.startswith("ctrl+"):
        return "^" + written(key.removeprefix("ctrl+"))
    if key.startswith("shift+"):
        return "shift " + written(key.removeprefix("shift+"))
    return _NAMES.get(key, key)
