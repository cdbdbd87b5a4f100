"""What a setting may be: from TOML or from a word of the environment to a value, or a refusal.

A kind's `check` takes what TOML gives and returns the value; a kind's `words` turns a text of the environment
or of a flag into what TOML would have given. Both raise `ValueError`; `form` says what is wanted.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import msgspec

# fmt: off
THEMES = (
    "runmon-dark", "runmon-light", "runmon-dark-safe", "runmon-light-safe", "runmon-16", "ansi-dark",
    "ansi-light", "atom-one-dark", "atom-one-light", "catppuccin-frappe", "catppuccin-latte",
    "catppuccin-macchiato", "catppuccin-mocha", "dracula", "flexoki", "gruvbox", "monokai", "nord",
    "rose-pine", "rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light",
    "textual-dark", "textual-light", "tokyo-night",
)
# fmt: on
"""Ours and Textual's by name, so that no command must load Textual to know them."""
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class Kind(msgspec.Struct, frozen=True):
    """One kind of setting."""

    form: str
    """What it must be, after `must be`."""
    check: Callable[[Any], Any]
    words: Callable[[str], Any] = str


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _yes(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES | NO:
        raise ValueError
    return word in YES


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    if value != 0 and not 0.5 <= value <= 3600:
        raise ValueError
    return float(value)


def _zone(value: object) -> str:
    name = _text(value)
    if name in {"local", "UTC"}:
        return name
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key
    except (KeyError, OSError):
        raise ValueError from None


def command_words(value: object) -> tuple[str, ...]:
    """The words of a command, from a line as a shell splits it or from a list."""
    words = shlex.split(value) if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) and "\0" not in word for word in words):
        raise ValueError
    return tuple(words)


def one_of(*choices: str, **formerly: str) -> Kind:
    """One of these words; a former word for one of them is understood too."""

    def check(value: object) -> str:
        if value not in (*choices, *formerly):
            raise ValueError
        return formerly.get(str(value), str(value))

    return Kind(f"one of {', '.join(choices)}", check)


def some_of(*choices: str) -> Kind:
    """Some of these words, at least one, in their own order."""

    def check(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(one in choices for one in value):
            raise ValueError
        return tuple(one for one in choices if one in value)

    return Kind(
        f"a list of some of {', '.join(choices)}", check, lambda text: [w.strip() for w in text.split(",")]
    )


TEXT = Kind("text", _text)
THEME = one_of(*THEMES)
FLAG = Kind("true or false", _flag, _yes)
SECONDS = Kind("0, or from 0.5 to 3600 seconds", _seconds, float)
ZONE = Kind("local, UTC, or the name of a zone such as Europe/Prague", _zone)
COMMAND = Kind("a command line, or a list of its words", command_words)
