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
    "entry": "Log entry",
    "record": "Record",
    "request": "Request",
}
"""Every scope and its heading on the help screen."""

# fmt: off
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
)
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
)
_STATUS = (
    Command("status.down", ("j", "down"), "scroll_by(1)", "down", "Scroll down.", "status"),
    Command("status.up", ("k", "up"), "scroll_by(-1)", "up", "Scroll up.", "status"),
)
_LINES = (
    Command("lines.search", ("slash",), "search", "search",
            "Look for a text; lower case finds every case.", "lines", 2),
    Command("lines.next_match", ("n",), "next_match(1)", "next match",
            "Go to the next match.", "lines"),
    Command("lines.previous_match", ("N",), "next_match(-1)", "previous match",
            "Go to the match before.", "lines"),
    Command("lines.end_search", ("escape",), "end_search", "end search",
            "Forget what was looked for.", "lines", 0, "esc"),
    Command("lines.down", ("j", "down"), "cursor(1)", "down", "Go to the next line.", "lines"),
    Command("lines.up", ("k", "up"), "cursor(-1)", "up", "Go to the previous line.", "lines"),
    Command("lines.page_down", ("pagedown", "space"), "page(1)", "page down", "Go down a page.", "lines"),
    Command("lines.page_up", ("pageup", "b"), "page(-1)", "page up", "Go up a page.", "lines"),
    Command("lines.half_down", ("ctrl+d",), "page(0.5)", "half down",
            "Go down half a page.", "lines", 0, "^d"),
    Command("lines.half_up", ("ctrl+u",), "page(-0.5)", "half up", "Go up half a page.", "lines", 0, "^u"),
    Command("lines.top", ("g", "home"), "top", "top", "Go to the first line.", "lines"),
    Command("lines.bottom", ("G", "end"), "bottom", "bottom",
            "Go to the end, and follow it where lines arrive.", "lines"),
    Command("lines.right", ("l",), "sideways(1)", "right", "Go right by half a page.", "lines"),
    Command("lines.left", ("h",), "sideways(-1)", "left", "Go left by half a page.", "lines"),
    Command("lines.bit_right", ("right",), "sideways(8)", "a bit right", "Go right by eight cells.", "lines"),
    Command("lines.bit_left", ("left",), "sideways(-8)", "a bit left", "Go left by eight cells.", "lines"),
    Command("lines.line_start", ("0",), "line_start", "line start", "Go to the first column.", "lines"),
    Command("lines.line_end", ("dollar_sign",), "line_end", "line end",
            "Go to the end of the longest line on the screen.", "lines", 0, "$"),
    Command("lines.wrap", ("z",), "wrap", "wrap", "Fold long lines, or let them run on.", "lines", 4),
    Command("lines.numbers", ("ctrl+l",), "numbers", "line numbers",
            "Show or hide line numbers.", "lines", 0, "^l"),
    Command("lines.go_to", ("ctrl+g",), "go_to", "go to line",
            "Go to a line by its number, or to a place such as 50%.", "lines", 0, "^g"),
    Command("lines.copy", ("c", "y"), "copy", "copy",
            "Copy what is selected, or the current line.", "lines"),
    Command("lines.choose", ("enter",), "choose", "open", "Open the current line.", "lines"),
)
_LOG = (
    Command("log.follow", ("s",), "follow", "follow",
            "Follow the end of the log, or stop where it is.", "log", 1),
    Command("log.next_error", ("e",), "next_error(1)", "next error", "Go to the next error.", "log", 3),
    Command("log.previous_error", ("E",), "next_error(-1)", "previous error",
            "Go to the error before.", "log"),
    Command("log.next_warning", ("w",), "next_warning(1)", "next warning",
            "Go to the next warning.", "log"),
    Command("log.previous_warning", ("W",), "next_warning(-1)", "previous warning",
            "Go to the warning before.", "log"),
    Command("log.stamps", ("t",), "stamps", "stamps",
            "Show stamps as UTC, local time, since the start, since the line before, or not at all.", "log"),
)
_ITEMS = (
    Command("items.follow", ("s",), "follow", "follow",
            "Keep the newest item in sight as items arrive; moving up ends it.", "items", 1),
    Command("items.debug", ("number_sign",), "toggle_debug", "# fields",
            "Show or hide fields whose names start with #.", "items", 3, "#"),
    Command("items.expand", ("left_parenthesis",), "expand", "expand",
            "Show the fields of the objects in this column as columns.", "items"),
    Command("items.contract", ("right_parenthesis",), "contract", "contract",
            "Fold this column and its neighbours back into their object.", "items"),
)
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
)
_RECORDS: tuple[Command, ...] = ()
_QUEUE = (
    Command("queue.view", ("v",), "next_view", "head / all / failed",
            "Switch between the next requests, all requests, and those that failed.", "queue", 2),
)
_ITEM = (
    Command("item.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "item", 1, "esc"),
    Command("item.next", ("right_square_bracket",), "step(1)", "next", "Show the next item.", "item", 2, "]"),
    Command("item.previous", ("left_square_bracket",), "step(-1)", "previous", "Show the previous item.",
            "item", 3, "["),
    Command("item.copy", ("Y",), "copy_item", "copy item", "Copy the item as it was sent.", "item", 4),
    Command("item.copy_path", ("p",), "copy_path", "copy path",
            "Copy the path of the current line (y copies its value).", "item"),
    Command("item.fold", ("minus",), "fold(True)", "fold all", "Fold everything inside the item.", "item"),
    Command("item.unfold", ("plus",), "fold(False)", "unfold all", "Unfold everything.", "item"),
    Command("item.open_url", ("o",), "open_url", "open address",
            "Open the address under the cursor in a browser.", "item"),
)
_ENTRY = (
    Command("entry.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back to the log.", "entry", 1, "esc"),
    Command("entry.next", ("right_square_bracket",), "step(1)", "next",
            "Show the next entry.", "entry", 2, "]"),
    Command("entry.previous", ("left_square_bracket",), "step(-1)", "previous",
            "Show the entry before.", "entry", 3, "["),
    Command("entry.copy", ("Y",), "copy_entry", "copy entry", "Copy the whole entry.", "entry", 4),
    Command("entry.copy_json", ("J",), "copy_payload", "copy JSON",
            "Copy the JSON at the end of the entry.", "entry"),
)
_RECORD = (
    Command("record.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "record", 1, "esc"),
    Command("record.next", ("right_square_bracket",), "step(1)", "next", "Show the next record.",
            "record", 2, "]"),
    Command("record.previous", ("left_square_bracket",), "step(-1)", "previous", "Show the previous record.",
            "record", 3, "["),
)
_REQUEST = (
    Command("request.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "request", 1, "esc"),
)

COMMANDS: tuple[Command, ...] = (
    *_APP, *_RUN, *_STATUS, *_LINES, *_LOG, *_ITEMS, *_TABLE, *_RECORDS, *_QUEUE, *_ITEM, *_ENTRY,
    *_RECORD, *_REQUEST,
)
# fmt: on
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
