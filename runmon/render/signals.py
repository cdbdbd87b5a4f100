"""Sequences by which a terminal is told something beside the screen: its title, a notification.

Texts go through `clean`, so that nothing in them can end the sequence or begin another.
"""

from __future__ import annotations

from collections.abc import Mapping

from runmon.render.untrusted import clean

KEEP_TITLE, GIVE_TITLE_BACK = "\x1b[22;0t", "\x1b[23;0t"
"""Where a terminal has a stack of titles: put the present one there, take it back."""
BELL = "\a"
_LIMIT = 200
_BY_777 = ("foot", "rxvt", "contour")
"""Terminals, by the beginning of TERM, that know OSC 777 and not OSC 9."""


def title(text: str) -> str:
    """Names the window or tab."""
    return f"\x1b]0;{_inside(text)}\a"


def notification(head: str, body: str, environment: Mapping[str, str]) -> str:
    """Asks the terminal for a desktop notification, in the way that this one knows; others ignore it."""
    head, body = _inside(head).replace(";", ","), _inside(body).replace(";", ",")
    if environment.get("VTE_VERSION") or environment.get("TERM", "").startswith(_BY_777):
        sequence = f"\x1b]777;notify;{head};{body}\a"
    else:
        sequence = f"\x1b]9;{head}: {body}\a"
    return through_tmux(sequence) if environment.get("TMUX") else sequence


def through_tmux(sequence: str) -> str:
    """For the terminal around tmux, where tmux lets it pass (`allow-passthrough`)."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _inside(text: str) -> str:
    return " ".join(clean(text, limit=_LIMIT).split())
