"""One table of everything a person can do. Bindings, footer, palette, help and key map all read it.

A command's id is `scope.name`; it is what a key map in the settings names. `action` is a Textual action of
the widget or screen of that scope. A scope is declared by `SCOPE` on the widget or screen whose BINDINGS are
`bindings(scope)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from runmon.settings.keys import CHARACTERS
from runmon.ui.command import Command as Command
from runmon.ui.command_rows import data, details, everywhere, items, jumps, runs, text

if TYPE_CHECKING:
    from textual.binding import BindingType

SCOPES: dict[str, str] = {
    "app": "Everywhere",
    "runs": "List of runs",
    "run": "Run screen",
    "status": "Status",
    "lines": "Text",
    "log": "Log",
    "items": "Dataset",
    "table": "Tables",
    "records": "Records",
    "queue": "Queue",
    "survey": "Frequencies and descriptions",
    "columns": "Columns",
    "serving": "How the items are given",
    "export": "Saving",
    "item": "Item",
    "attachment": "What an item holds",
    "entry": "Log entry",
    "groups": "Messages",
    "record": "Record",
    "run_object": "Run object",
    "film": "Images",
    "request": "Request",
    "mentions": "Log of a request",
}
"""Every scope and its heading on the help screen."""

_AROUND: dict[str, tuple[str, ...]] = {
    "app": (),
    "run": ("app",),
    "runs": ("app",),
    "table": ("items", "records", "queue", "runs"),
    "lines": ("log", "records", "item", "entry", "record", "request"),
    **dict.fromkeys(("item", "entry", "record", "request"), ("app",)),
}
"""The scopes that a scope can lie in; those not named lie in the run screen."""

COMMANDS: tuple[Command, ...] = (
    *runs.TABS,
    *everywhere.APP,
    *runs.RUNS,
    *everywhere.RUN,
    *everywhere.STATUS,
    *text.LINES,
    *text.LOG,
    *items.ITEMS,
    *data.TABLE,
    *data.RECORDS,
    *data.QUEUE,
    *items.SURVEY,
    *items.COLUMNS,
    *items.SERVING,
    *items.EXPORT,
    *details.ITEM,
    *details.ATTACHMENT,
    *text.ENTRY,
    *text.GROUPS,
    *details.RECORD,
    *details.RUN_OBJECT,
    *details.FILM,
    *details.REQUEST,
    *jumps.JUMPS,
    *jumps.MENTIONS,
)
BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}


def commands(scope: str) -> Iterator[Command]:
    """The commands of one scope, in the order of the table."""
    return (command for command in COMMANDS if command.scope == scope)


def bindings(scope: str) -> list[BindingType]:
    """What a widget or screen of this scope sets as BINDINGS."""
    from textual.binding import Binding

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


def meeting(one: str, other: str) -> bool:
    """Whether both scopes can be in force at once, so that a key of both would mean two things."""
    return one == other or one in _outer(other) or other in _outer(one)


def _outer(scope: str) -> set[str]:
    around = set(_AROUND.get(scope, ("run",)))
    return around.union(*map(_outer, around))


def key_name(command: Command) -> str:
    """How the command's first key is written: `/`, `^p`, `esc`, `A`; empty where it has none."""
    return command.shown or (written(command.keys[0]) if command.keys else "")


_NAMES = {**CHARACTERS, "escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


def written(key: str) -> str:
    """A Textual key name as printed on a keyboard: `ctrl+p` → `^p`, `slash` → `/`."""
    if key.startswith("ctrl+"):
        return "^" + written(key.removeprefix("ctrl+"))
    if key.startswith("shift+"):
        return "shift " + written(key.removeprefix("shift+"))
    return _NAMES.get(key, key)
