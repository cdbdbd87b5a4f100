"""Copying text that came over the network: on a key press only, visible characters only, not without end."""

from __future__ import annotations

import re

from textual.widget import Widget

_HALF = re.compile("[\ud800-\udfff]")
COPY_LIMIT = 65_536


def put_on_clipboard(widget: Widget, text: str, said: str) -> None:
    """Copy at most 64 KiB and say so; no control characters; halves of surrogate pairs as U+FFFD."""
    kept = "".join(
        char for char in text[:COPY_LIMIT] if (char >= " " and not "\x7f" <= char <= "\x9f") or char in "\n\t"
    )
    widget.app.copy_to_clipboard(_HALF.sub("\ufffd", kept))
    said = said if len(text) <= COPY_LIMIT else "The first 64 KiB are copied."
    widget.notify(said, timeout=2, markup=False)
