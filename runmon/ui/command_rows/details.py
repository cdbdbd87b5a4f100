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
)
REQUEST = (
    Command("request.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "request", 1, "esc"),
)
# fmt: on
