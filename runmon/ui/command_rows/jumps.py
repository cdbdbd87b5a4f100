"""Commands that lead from one part of a run to another that is about the same thing: one key for each way."""

from runmon.ui.command import Command

_WAYS = {
    "request": ("r", "its request", "Go to the request that this is about."),
    "log": ("L", "its log", "Show what the log says of this request."),
    "snapshot": ("S", "its snapshot", "Show the snapshot that was kept of this error."),
    "items": ("D", "its items", "Show the dataset items that this request produced."),
}
_FROM = {
    "log": ("request", "snapshot", "items"),
    "entry": ("request", "snapshot", "items"),
    "items": ("request",),
    "item": ("request", "log"),
    "queue": ("log", "snapshot", "items"),
    "request": ("log", "snapshot", "items"),
    "records": ("request", "log"),
    "record": ("request", "log"),
}
_FOOTER = {"request": {"log": 2, "snapshot": 3, "items": 6}, "queue": {"log": 4}, "record": {"request": 6}}
_IN_LOG = ("in the log", "Show this in the log, among its neighbours.")

# fmt: off
JUMPS = tuple(
    Command(f"{scope}.to_{way}", (_WAYS[way][0],), f"jump('{way}')", *_WAYS[way][1:], scope,
            _FOOTER.get(scope, {}).get(way, 0))
    for scope, ways in _FROM.items()
    for way in ways
)
MENTIONS = (
    Command("mentions.back", ("escape", "q", "backspace"), "back", "back",
            "Close and go back.", "mentions", 1, "esc"),
    Command("mentions.in_log", ("L",), "in_log", *_IN_LOG, "mentions", 2),
    Command("entry.in_log", ("L",), "in_log", *_IN_LOG, "entry"),
)
# fmt: on
