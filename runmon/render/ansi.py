"""Select Graphic Rendition, the one family of escape sequences that may style what a person sees.

Colour, bold, dim, italic, underline, strike and reverse are kept. Blinking and concealing are dropped, and so
is a foreground that equals its background: text must never be there without being seen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec.structs import replace
from rich.color import Color
from rich.style import Style

SEQUENCE = re.compile(r"\x1b\[([0-9;:]{0,64})m")
"""One SGR sequence; parameters longer than any real one are no sequence, so matching stays linear."""

_Switch = Literal["bold", "dim", "italic", "underline", "reverse", "strike"]
_SWITCHES: dict[int, tuple[_Switch, bool]] = {
    1: ("bold", True),
    2: ("dim", True),
    3: ("italic", True),
    4: ("underline", True),
    7: ("reverse", True),
    9: ("strike", True),
    21: ("underline", True),
    23: ("italic", False),
    24: ("underline", False),
    27: ("reverse", False),
    29: ("strike", False),
}


class Rendition(msgspec.Struct, frozen=True):
    """The state that SGR sequences build up; the default one styles nothing."""

    color: Color | None = None
    ground: Color | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = Rendition()


@lru_cache(maxsize=1024)
def after(state: Rendition, parameters: str) -> Rendition:
    """The rendition once a sequence with these parameters (digits, `;`, `:`) has been read."""
    codes = [int(code[:6] or "0") for code in re.split("[;:]", parameters)]
    while codes:
        code = codes.pop(0)
        state = _extended(state, code, codes) if code in (38, 48) else _simple(state, code)
    return state


@lru_cache(maxsize=1024)
def style_of(state: Rendition) -> Style:
    """The rich style for a rendition; unset attributes are left to what lies beneath."""
    seen = state.color is None or state.color != state.ground
    return Style(
        color=state.color if seen else None,
        bgcolor=state.ground if seen else None,
        bold=state.bold or None,
        dim=state.dim or None,
        italic=state.italic or None,
        underline=state.underline or None,
        reverse=state.reverse or None,
        strike=state.strike or None,
    )


def _simple(state: Rendition, code: int) -> Rendition:
    if code == 0:
        return PLAIN
    if code == 22:
        return replace(state, bold=False, dim=False)
    if code in _SWITCHES:
        name, on = _SWITCHES[code]
        change: dict[str, Any] = {name: on}
        return replace(state, **change)
    if 30 <= code <= 37 or 90 <= code <= 97:
        return replace(state, color=_palette(code - 30 if code < 90 else code - 82))
    if 40 <= code <= 47 or 100 <= code <= 107:
        return replace(state, ground=_palette(code - 40 if code < 100 else code - 92))
    if code == 39:
        return replace(state, color=None)
    return replace(state, ground=None) if code == 49 else state


def _palette(number: int) -> Color:
    return Color.parse(f"color({number})")


def _extended(state: Rendition, code: int, codes: list[int]) -> Rendition:
    color = _color(codes)
    if color is None:
        return state
    return replace(state, color=color) if code == 38 else replace(state, ground=color)


def _color(codes: list[int]) -> Color | None:
    """A palette or true colour taken off the front of `codes`; None where it is no colour."""
    kind = codes.pop(0) if codes else 0
    wanted = {5: 1, 2: 3}.get(kind, 0)
    values, codes[:wanted] = codes[:wanted], []
    if not wanted or len(values) < wanted or max(values) > 255:
        return None
    return _palette(values[0]) if kind == 5 else Color.from_rgb(*values)
