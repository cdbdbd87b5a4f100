"""Commands of every view of lines, of the log and of one log entry."""

from runmon.ui.command import Command

# fmt: off
LINES = (
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
LOG = (
    Command("log.follow", ("s",), "follow", "follow",
            "Follow the end of the log, or stop where it is.", "log", 1),
    Command("log.next_error", ("e",), "next_error(1)", "next error", "Go to the next error.", "log", 3),
    Command("log.previous_error", ("E",), "next_error(-1)", "previous error",
            "Go to the error before.", "log"),
    Command("log.next_warning", ("w",), "next_warning(1)", "next warning",
            "Go to the next warning.", "log"),
    Command("log.previous_warning", ("W",), "next_warning(-1)", "previous warning",
            "Go to the warning before.", "log"),
    Command("log.groups", ("F",), "groups", "messages",
            "Count the messages, the same ones as one, failures first; Enter walks through one kind.",
            "log", 4),
    Command("log.stamps", ("t",), "stamps", "stamps",
            "Show stamps as UTC, local time, since the start, since the line before, or not at all.", "log"),
)
GROUPS = (
    Command("groups.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back to the log.", "groups", 1, "esc"),
    Command("groups.copy", ("c", "y"), "copy", "copy", "Copy the message.", "groups", 2),
)
ENTRY = (
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
# fmt: on
