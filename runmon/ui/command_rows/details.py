"""Commands of the screens that show one thing in full: an item, a record, a request."""

from runmon.ui.command import Command

# fmt: off
ITEM = (
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
    Command("item.attachment", ("i",), "attachment", "image",
            "Show the image or the record that the current line holds or names.", "item"),
)
ATTACHMENT = (
    Command("attachment.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "attachment", 1, "esc"),
)
RUN_OBJECT = (
    Command("run_object.back", ("escape", "q", "backspace", "J"), "back", "back",
            "Close and go back.", "run_object", 1, "esc"),
    Command("run_object.copy", ("Y",), "copy_object", "copy object",
            "Copy the run object as it was sent.", "run_object", 2),
    Command("run_object.copy_path", ("p",), "copy_path", "copy path",
            "Copy the path of the current line (y copies its value).", "run_object", 3),
    Command("run_object.fold", ("minus",), "fold(True)", "fold all", "Fold everything inside.", "run_object"),
    Command("run_object.unfold", ("plus",), "fold(False)", "unfold all", "Unfold everything.", "run_object"),
    Command("run_object.open_url", ("o",), "open_url", "open address",
            "Open the address under the cursor in a browser.", "run_object"),
)
RECORD = (
    Command("record.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "record", 1, "esc"),
    Command("record.next", ("right_square_bracket",), "step(1)", "next", "Show the next record.",
            "record", 2, "]"),
    Command("record.previous", ("left_square_bracket",), "step(-1)", "previous", "Show the previous record.",
            "record", 3, "["),
    Command("record.view", ("v",), "next_view", "view as",
            "Show the record another way: as a page, its source, its bytes.", "record", 4),
    Command("record.save", ("ctrl+s",), "save", "save", "Save the record.", "record", 5, "^s"),
    Command("record.film", ("i",), "film", "images", "Show the images side by side.", "record"),
    Command("record.pager", ("f3",), "hand('pager')", "pager", "Read it in $PAGER.", "record", 0, "F3"),
    Command("record.editor", ("f4",), "hand('editor')", "editor",
            "Open a copy in $EDITOR.", "record", 0, "F4"),
    Command("record.browser", ("o",), "hand('browser')", "browser", "Open a copy in a browser.", "record"),
    Command("record.copy_url", ("a",), "copy_url", "copy address",
            "Copy its address; of a folder, the path of its file.", "record"),
    Command("record.fold", ("minus",), "fold(True)", "fold all", "Fold everything inside it.", "record"),
    Command("record.unfold", ("plus",), "fold(False)", "unfold all", "Unfold everything.", "record"),
)
FILM = (
    Command("film.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "film", 1, "esc"),
    Command("film.choose", ("enter",), "choose", "open", "Show the image on the whole screen.", "film", 2),
    Command("film.left", ("h", "left"), "move(-1, 0)", "left", "Go left.", "film"),
    Command("film.right", ("l", "right", "right_square_bracket"), "move(1, 0)", "right", "Go right.", "film"),
    Command("film.up", ("k", "up"), "move(0, -1)", "up", "Go up.", "film"),
    Command("film.down", ("j", "down"), "move(0, 1)", "down", "Go down.", "film"),
)
REQUEST = (
    Command("request.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "request", 1, "esc"),
    Command("request.next", ("right_square_bracket",), "step(1)", "next", "Show the next request.",
            "request", 4, "]"),
    Command("request.previous", ("left_square_bracket",), "step(-1)", "previous",
            "Show the previous request.", "request", 5, "["),
    Command("request.copy_url", ("a",), "copy_url", "copy url", "Copy the url.", "request"),
    Command("request.copy", ("Y",), "copy_request", "copy request",
            "Copy the request as the server gave it.", "request"),
    Command("request.open_url", ("o",), "open_url", "open url", "Open the url in a browser.", "request"),
)
# fmt: on
