"""Commands of tables and of the panes over a run's storages."""

from runmon.ui.command import Command

# fmt: off
TABLE = (
    Command("table.down", ("j", "down"), "move(1)", "down", "Go to the next row.", "table"),
    Command("table.up", ("k", "up"), "move(-1)", "up", "Go to the previous row.", "table"),
    Command("table.page_down", ("pagedown", "ctrl+f"), "page(2)", "page down", "Go down a page.", "table"),
    Command("table.page_up", ("pageup", "b", "ctrl+b"), "page(-2)", "page up", "Go up a page.", "table"),
    Command("table.half_down", ("ctrl+d",), "page(1)", "half down", "Go down half a page.", "table", 0, "^d"),
    Command("table.half_up", ("ctrl+u",), "page(-1)", "half up", "Go up half a page.", "table", 0, "^u"),
    Command("table.first", ("g", "home"), "first", "first", "Go to the first row.", "table"),
    Command("table.last", ("G", "end"), "last", "last", "Go to the last row.", "table"),
    Command("table.right", ("l", "right"), "column(1)", "right", "Go to the next column.", "table"),
    Command("table.left", ("h", "left"), "column(-1)", "left", "Go to the previous column.", "table"),
    Command("table.first_column", ("0",), "end_column(-1)", "first column",
            "Go to the first column.", "table"),
    Command("table.last_column", ("dollar_sign",), "end_column(1)", "last column",
            "Go to the last column.", "table"),
    Command("table.mark", ("space",), "mark", "mark",
            "Mark the row, or take its mark away, and go on.", "table"),
    Command("table.mark_range", ("M",), "mark_range", "mark range",
            "Mark every row from the one marked last to this one.", "table"),
    Command("table.next_mark", ("u",), "next_mark(1)", "next mark", "Go to the next marked row.", "table"),
    Command("table.previous_mark", ("U",), "next_mark(-1)", "previous mark",
            "Go to the marked row before.", "table"),
    Command("table.unmark", ("ctrl+backslash",), "unmark", "unmark all",
            "Take all marks away.", "table", 0, "^\\"),
    Command("table.choose", ("enter",), "choose", "open", "Open what is under the cursor.", "table", 1),
)
RECORDS = (
    Command("records.filter", ("ampersand", "slash"), "filter", "filter",
            "Show only some keys: words, or letters in order; ^start, !not.", "records", 2),
    Command("records.view", ("v",), "next_view", "view as",
            "Show the record another way: as a page, its source, its bytes.", "records", 3),
    Command("records.save", ("ctrl+s",), "save", "save",
            "Save the marked records, or the one under the cursor.", "records", 4, "^s"),
    Command("records.save_all", ("X",), "save_all", "save all", "Save every record.", "records"),
    Command("records.sort", ("s",), "sort", "sort", "Sort by name, or by size.", "records"),
    Command("records.film", ("i",), "film", "images", "Show the images side by side.", "records"),
    Command("records.pager", ("f3",), "hand('pager')", "pager",
            "Read the record in $PAGER.", "records", 0, "F3"),
    Command("records.editor", ("f4",), "hand('editor')", "editor",
            "Open a copy of the record in $EDITOR.", "records", 0, "F4"),
    Command("records.browser", ("o",), "hand('browser')", "browser",
            "Open a copy of the record in a browser.", "records"),
    Command("records.copy_url", ("y",), "copy_url", "copy address",
            "Copy the address of the record; of a folder, the path of its file.", "records"),
    Command("records.clear", ("escape",), "clear", "show all",
            "Forget the filter, then the marks.", "records", 0, "esc"),
)
QUEUE = (
    Command("queue.view", ("v",), "next_view", "next / all / failed",
            "Switch between the next requests, all requests, and those that failed.", "queue", 2),
    Command("queue.filter", ("ampersand", "slash"), "filter", "filter",
            "Show only some requests: words, !not, state:failed, label:…, error:….", "queue", 3),
    Command("queue.failed_first", ("F",), "failed_first", "failed first",
            "Put failed requests before all others.", "queue"),
    Command("queue.clear", ("escape",), "clear", "show all", "Forget the filter.", "queue", 0, "esc"),
    Command("queue.copy_url", ("y",), "copy_url", "copy url",
            "Copy the url of the request under the cursor.", "queue"),
)
# fmt: on
