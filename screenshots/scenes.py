"""What the pictures show: a recording, a size, the keys pressed, what must be seen at last."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture."""

    recording: str
    """A folder of `recorded`; `runs` for the list of many runs, `nothing` for that list without a token."""
    size: tuple[int, int] = (160, 45)
    keys: tuple[str, ...] = ()
    """Textual key names, one after the other."""
    wanted: tuple[str, ...] = ()
    """What the screen must show, besides standing still."""
    theme: str = "runmon-dark"
    readme: bool = False
    """Whether the README shows it."""


PAGES = {"crawl": 150, "crash": 80, "done": 60}
"""Pages of the shop in each recording: once the header tells them, the queue has been counted."""

ALL_PANES = ("Dataset", "Records", "Queue", "● live")

RUNS = ("price not found", "Login to shop", "Out of memory", "● live", "4\u202f213")

SCENES: dict[str, Scene] = {
    "running": Scene("crawl", wanted=ALL_PANES, readme=True),
    "failed": Scene("crash", wanted=("exit code 91", "✔ complete"), readme=True),
    "failed-light": Scene("crash", wanted=("exit code 91", "✔ complete"), theme="runmon-light", readme=True),
    "log": Scene("crash", (120, 40), keys=("2", "f", "E"), wanted=("Traceback",), readme=True),
    "search": Scene("crash", (120, 40), keys=("2", "f", "slash", *"due to", "enter"), wanted=("due to",)),
    "log-volume": Scene("crash", (120, 40), keys=("2", "f", "i"), wanted=("at most",), readme=True),
    "log-messages": Scene("crash", (120, 40), keys=("2", "F"), wanted=("kinds",), readme=True),
    "log-volume-light": Scene(
        "crash", (200, 55), keys=("2", "i", "g"), wanted=("at most",), theme="runmon-light"
    ),
    "log-messages-narrow": Scene("crash", (80, 24), keys=("2", "F"), wanted=("kinds",)),
    "filter": Scene("crash", (120, 40), keys=("2", "f", "L", "L"), wanted=("warnings and errors", "hidden")),
    "patterns": Scene(
        "crash", (80, 24), keys=("2", "f", "ampersand", *"!scraping & !crawled", "enter"), wanted=("hidden",)
    ),
    "filter-wide": Scene(
        "crash", (200, 55), keys=("2", "ampersand", *"retrying", "enter", "plus"), wanted=("±1", "hidden")
    ),
    "marks": Scene("crash", (120, 40), keys=("2", "f", "ctrl+l", *"emem", "plus"), wanted=("◆",)),
    "entry": Scene("crash", (120, 40), keys=("2", "f", "g", "e", "enter"), wanted=("Log entry",)),
    "items": Scene("crash", (120, 40), keys=("3", "f", "down", "down"), wanted=("url",), readme=True),
    "items-narrow": Scene("crash", (80, 24), keys=("3", "down"), wanted=("url",)),
    "items-filtered": Scene(
        "crash",
        (120, 40),
        keys=(
            "3",
            "f",
            "ampersand",
            *"inStock = true",
            "enter",
            *["l"] * 1,
            "right_square_bracket",
            "space",
            "space",
        ),
        wanted=("& inStock = true", "price.amount↓", "2 marked"),
    ),
    "frequency": Scene("crash", (120, 40), keys=("3", "f", *["l"] * 4, "F"), wanted=("Frequency", "all")),
    "describe": Scene("crash", (120, 40), keys=("3", "f", "I"), wanted=("Fields", "all"), readme=True),
    "describe-narrow": Scene("crash", (80, 24), keys=("3", "I"), wanted=("Fields", "all")),
    "columns": Scene("crash", (120, 40), keys=("3", "f", "C"), wanted=("Columns",)),
    "export": Scene("crash", (120, 40), keys=("3", "f", "ctrl+s"), wanted=("Export items",)),
    "export-wide": Scene("crash", (200, 55), keys=("3", "f", "ctrl+s"), wanted=("Export items",)),
    "item": Scene("crash", (120, 40), keys=("3", "f", "down", "down", "enter"), wanted=('"url"',)),
    "record-image": Scene("crash", (160, 45), keys=("4", "f", *["down"] * 11), wanted=("PNG",), readme=True),
    "record-json": Scene("crash", (120, 40), keys=("4", "f"), wanted=("startUrls",)),
    "record-page": Scene(
        "crash", (120, 40), keys=("4", "f", "down", "down"), wanted=("sign of a block page",)
    ),
    "record-statistics": Scene(
        "crash", (120, 40), keys=("4", "f", "G", "enter", "G"), wanted=("requests  33 finished",)
    ),
    "images": Scene("crash", (160, 45), keys=("4", "f", "i"), wanted=("NoneTypeobjecth",), readme=True),
    "request": Scene(
        "crash", (120, 40), keys=("5", "f", "F", "g", "enter"), wanted=("PageRefused: 404",), readme=True
    ),
    "request-log": Scene(
        "crash", (120, 40), keys=("5", "f", "F", "g", "enter", "L"), wanted=("reached maximum retries",)
    ),
    "queue": Scene("crash", (120, 40), keys=("5", "f"), wanted=("handled",)),
    "charts": Scene("crawl", (200, 55), keys=("1", "f"), wanted=("requests", "items"), readme=True),
    "charts-light": Scene("crash", (120, 40), keys=("1", "f"), wanted=("requests",), theme="runmon-light"),
    "charts-narrow": Scene("crash", (80, 24), keys=("1", "f"), wanted=("cpu",)),
    "input": Scene("crash", (120, 40), keys=("6",), wanted=("startUrls",)),
    "run-object": Scene("crash", (120, 40), keys=("J",), wanted=('"status": "FAILED"',)),
    "resurrect": Scene("crash", (120, 40), keys=("R",), wanted=("Resurrect this run?",)),
    "help": Scene("crawl", (120, 40), keys=("question_mark",), wanted=("Go to the next error",)),
    "abort": Scene("crawl", (120, 40), keys=("A",), wanted=("No",)),
    "runs": Scene("runs", wanted=RUNS, readme=True),
    "runs-filtered": Scene(
        "runs", (120, 40), keys=("slash", *"bad !login", "enter"), wanted=("showing bad",)
    ),
    "runs-abort": Scene("runs", (120, 40), keys=("space", "space", "A"), wanted=("Abort these 2 runs?",)),
    "runs-no-token": Scene("nothing", (80, 24), wanted=("APIFY_TOKEN",)),
}
