"""What is said when the program itself fails: where, in which words, and nothing that was in memory."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from rich.text import Text

from runmon import __version__
from runmon.render.untrusted import clean

FRAMES = 6
"""The innermost places named."""


def crash_text(error: BaseException | None, redact: Callable[[str], str]) -> Text:
    """A sentence and the innermost places, without local values; `redact` takes secrets out."""
    if error is None:
        return Text("runmon stopped on an error of its own.")
    said = clean(redact(f"{type(error).__name__}: {error}"), limit=300)
    lines = [f"runmon {__version__} stopped on an error of its own: {said}", *_places(error)]
    return Text("\n".join(lines))


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"  at {_module(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]


def _module(filename: str) -> str:
    """The path below the package or the site's packages, not where they are installed."""
    for mark in ("site-packages/", "/runmon/"):
        if mark in filename:
            tail = filename.rpartition(mark)[2]
            return tail if mark != "/runmon/" else f"runmon/{tail}"
    return filename.rpartition("/")[2]
