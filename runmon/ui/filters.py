"""The last line of defence: no control byte that a widget let through reaches the terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\U0010eeee]")
"""Control characters, and the one in whose place terminals draw an image that they hold."""


class ControlFilter(LineFilter):
    """Replaces control characters in text; Textual's own control segments pass."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, safe to write."""
        return [
            s if s.control or s.text.isprintable() else Segment(CONTROL.sub("\ufffd", s.text), s.style)
            for s in segments
        ]
