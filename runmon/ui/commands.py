"""One table of everything a person can do. Bindings, footer, palette, help and key map all read it.

A command's id is `scope.name`; it is what a key map in the settings names. `action` is a Textual action of
the widget or screen of that scope. A scope is declared by `SCOPE` on the widget or screen whose BINDINGS are
`bindings(scope)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding, BindingType

from runmon.ui.command import Command as Command
from runmon.ui.command_rows import data, details, everywhere, text

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
    "entry": "Log entry",
    "record": "Record",
    "request": "Request",
}
"""Every scope and its heading on the help screen."""

COMMANDS: tuple[Command, ...] = (
    *everywhere.APP,
    *everywhere.RUN,
    *everywhere.STATUS,
    *text.LINES,
    *text.LOG,
    *data.ITEMS,
    *data.TABLE,
    *data.RECORDS,
    *data.QUEUE,
    *details.ITEM,
    *text.ENTRY,
    *details.RECORD,
    *details.REQUEST,
)
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
