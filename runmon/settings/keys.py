"""The key map as a person writes it: keys by command id, in Textual's names or as printed on a keyboard."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

FORM = 'one key such as "F", "ctrl+f" or "f5", or a list of keys; "" for none'
_NAMED = {
    "enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
}  # fmt: skip
_SHORT = {"esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup", "pgdn": "pagedown"}
_MODIFIERS = re.compile(r"(?:(?:ctrl|alt|shift|super|meta)\+)*")
_REPLACED = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip


def keys_of(value: Any) -> tuple[str, ...]:
    """Textual's names of the keys; ValueError where one is no key."""
    given: list[str] = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in given):
        raise ValueError
    return tuple(dict.fromkeys(key_of(one) for one in given if one.strip() or one == " "))


def key_of(text: str) -> str:
    """Textual's name of one key: `?` → `question_mark`, `^f` → `ctrl+f`; ValueError where it is none."""
    if len(text) == 2 and text[0] == "^":
        text = f"ctrl+{text[1].lower()}"
    modifiers = _MODIFIERS.match(text).group()  # type: ignore[union-attr]
    key = _plain(text[len(modifiers) :])
    if len(key) == 1 and key.isalpha() and modifiers:
        return key.upper() if modifiers == "shift+" else modifiers + key.lower()
    return modifiers + key


def _plain(key: str) -> str:
    if len(key) == 1:
        return key if key.isalnum() else _character(key)
    name = _SHORT.get(key.lower(), key.lower())
    if name in _NAMED or name in CHARACTERS:
        return name
    raise ValueError


def _character(key: str) -> str:
    if not key.isprintable():
        raise ValueError
    name = unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")
    return _REPLACED.get(name, name)


CHARACTERS = {_character(chr(code)): chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum()}
"""The signs of a keyboard by Textual's names of their keys."""


def map_of(words: str) -> dict[str, object]:
    """What `log.follow=T run.zoom=Z,f` means, as TOML would give it; ValueError where it cannot be read."""
    found: dict[str, object] = {}
    for word in words.split():
        name, equals, keys = word.partition("=")
        if not equals or not name:
            raise ValueError
        found[name] = keys if len(keys) <= 1 else keys.split(",")
    return found
