"""JSON as XML that every parser takes: legal names, legal characters, bounded nesting."""

from __future__ import annotations

import re
from functools import cache

from runmon.local.raw_json import Raw, fields, parts, text

DEEPEST = 100
"""Levels of nesting that become elements; what lies deeper stays JSON."""

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u0391-\u03a1\u03a3-\u03ce\u0410-\u044f\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)
"""Letters that begin a name in every edition of XML 1.0: parsers still hold to the fourth."""
NOT_IN_NAME = f"[^{_START}0-9.-]"
NOT_FIRST = f"[^{_START}]"
NOT_IN_TEXT = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
SPECIAL = "[&<>\r]"
ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled at its first use: 9 ms that a platform without XML never needs."""
    return re.compile(pattern)


def element(tag: str, raw: bytes | Raw, depth: int = DEEPEST) -> str:
    """A JSON value as an element; the members of a bare array become elements of the same name within it."""
    inner = fields(raw) if bytes(raw)[:1] == b"{" and depth else None
    if inner is not None:
        return f"<{tag}>{''.join(child(key, value, depth - 1) for key, value in inner.items())}</{tag}>"
    listed = parts(raw) if depth else None
    if listed is not None:
        return f"<{tag}>{''.join(element(tag, one, depth - 1) for one in listed)}</{tag}>"
    return f"<{tag}>{escaped(text(raw))}</{tag}>"


def child(key: str, value: Raw, depth: int) -> str:
    """A field as an element, or as one element for each member of an array."""
    tag = name(key)
    listed = parts(value) if depth else None
    if listed:
        return "".join(element(tag, one, depth - 1) for one in listed)
    return f"<{tag}></{tag}>" if listed is not None else element(tag, value, depth)


def name(key: str) -> str:
    """A key as a legal element name: what XML forbids becomes `_`."""
    legal = _compiled(NOT_IN_NAME).sub("_", key)
    return f"_{legal}" if not legal or _compiled(NOT_FIRST).match(legal) else legal


def escaped(value: str) -> str:
    """Text as XML and HTML take it; what they cannot hold becomes U+FFFD."""
    legal = _compiled(NOT_IN_TEXT).sub("\ufffd", value)
    return legal.translate(ENTITIES) if _compiled(SPECIAL).search(legal) else legal
