"""Commands of the dataset pane and of what it opens: frequencies, descriptions, the list of columns."""

from runmon.ui.command import Command

# fmt: off
ITEMS = (
    Command("items.follow", ("s",), "follow", "follow",
            "Keep the newest item in sight as items arrive; moving up ends it.", "items", 1),
    Command("items.filter", ("ampersand",), "filter", "filter",
            "Keep items that hold a text, or: title ~ kettle & price > 5, sku is missing.",
            "items", 2, "&"),
    Command("items.ascending", ("left_square_bracket",), "sort(False)", "sort up",
            "Order the items by this column; once more: as they are stored.", "items", 0, "["),
    Command("items.descending", ("right_square_bracket",), "sort(True)", "sort down",
            "Order the items by this column, the greatest first; once more: as they are stored.",
            "items", 0, "]"),
    Command("items.scan", ("a",), "scan", "scan all",
            "Filter and order all items of the dataset, not only the loaded ones; once more: stop.", "items"),
    Command("items.end_filter", ("escape",), "end_filter", "show all",
            "Stop a scan; else show all items as they are stored.", "items", 0, "esc"),
    Command("items.frequency", ("F",), "frequency", "frequency",
            "Count the values of this column.", "items", 3),
    Command("items.describe", ("I",), "describe", "describe",
            "Tell of every field how often it is filled, its types and bounds.", "items", 4),
    Command("items.export", ("ctrl+s",), "export", "export",
            "Save all, the shown or the marked items to a file.", "items", 5, "^s"),
    Command("items.serve", ("V",), "serve", "newest first, view…",
            "Show the items newest first, in part, unwound or by a view, as the server can give them; "
            "once more: as they are stored.", "items"),
    Command("items.search", ("slash",), "search", "search",
            "Go to the next loaded item that holds a text; what can be filtered can be searched.", "items"),
    Command("items.next_match", ("n",), "next_match(1)", "next match", "Go to the next match.", "items"),
    Command("items.previous_match", ("N",), "next_match(-1)", "previous match",
            "Go to the match before.", "items"),
    Command("items.debug", ("number_sign",), "toggle_debug", "# fields",
            "Show or hide fields whose names start with #.", "items", 6, "#"),
    Command("items.expand", ("left_parenthesis",), "expand", "expand",
            "Show the fields of the objects in this column as columns.", "items"),
    Command("items.contract", ("right_parenthesis",), "contract", "contract",
            "Fold this column and its neighbours back into their object.", "items"),
    Command("items.columns", ("C",), "columns", "columns",
            "List all columns, to show, hide, freeze and move them.", "items"),
    Command("items.hide", ("minus",), "hide", "hide column", "Take this column away.", "items"),
    Command("items.freeze", ("exclamation_mark",), "freeze", "freeze column",
            "Keep this column at the left, or let it go.", "items", 0, "!"),
    Command("items.move_left", ("H",), "move_column(-1)", "column left", "Move this column left.", "items"),
    Command("items.move_right", ("L",), "move_column(1)", "column right", "Move this column right.", "items"),
    Command("items.stretch", ("underscore",), "stretch", "full width",
            "Show this column as wide as its longest value, or as before.", "items", 0, "_"),
    Command("items.narrower", ("less_than_sign",), "widen(-4)", "narrower",
            "Give this column less room.", "items"),
    Command("items.wider", ("greater_than_sign",), "widen(4)", "wider", "Give this column more room.",
            "items"),
    Command("items.copy", ("y",), "copy", "copy value", "Copy the value under the cursor.", "items"),
    Command("items.copy_item", ("Y",), "copy_item", "copy item", "Copy the item as it was sent.", "items"),
)
SURVEY = (
    Command("survey.back", ("escape", "q", "backspace"), "back", "back", "Close and go back.",
            "survey", 1, "esc"),
    Command("survey.scan", ("a",), "scan", "scan all / stop",
            "Look at all items of the dataset, not only the loaded ones; once more: stop.", "survey", 3),
)
SERVING = (
    Command("serving.back", ("escape",), "back", "back", "Close without a change.", "serving", 1, "esc"),
    Command("serving.go", ("enter",), "go", "show", "Show the items so.", "serving", 2),
)
EXPORT = (
    Command("export.back", ("escape",), "back", "back", "Stop saving; else close.", "export", 1, "esc"),
    Command("export.go", ("ctrl+s",), "go", "save", "Save.", "export", 2, "^s", True),
)
COLUMNS = (
    Command("columns.back", ("escape", "q", "C", "backspace"), "back", "back",
            "Close and go back.", "columns", 1, "esc"),
    Command("columns.toggle", ("space",), "show_or_hide", "show / hide",
            "Show or hide the column.", "columns", 2, "", True),
    Command("columns.freeze", ("exclamation_mark",), "freeze", "freeze",
            "Keep the column at the left, or let it go.", "columns", 3, "!"),
    Command("columns.up", ("K", "H"), "shift(-1)", "move up", "Move the column towards the left.",
            "columns", 4),
    Command("columns.down", ("J", "L"), "shift(1)", "move down", "Move the column towards the right.",
            "columns", 5),
)
# fmt: on
