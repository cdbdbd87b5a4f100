"""JSON as XML that every parser takes: legal names, legal characters, bounded nesting."""

from __future__ import annotations

import re

from runmon.local.raw_json import Raw, fields, parts, text

DEEPEST = 100
"""Levels of nesting that become elements; what lies deeper stays JSON."""

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NOT_IN_NAME = re.compile(f"[^{_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040-]")
NOT_FIRST = re.compile(f"[^{_START}]")
NOT_IN_TEXT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    legal = NOT_IN_NAME.sub("_", key)
    return f"_{legal}" if not legal or NOT_FIRST.match(legal) else legal


def escaped(value: str) -> str:
    """Text as XML takes it; what XML cannot hold becomes U+FFFD."""
    legal = NOT_IN_TEXT.sub("\ufffd", value)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        legal = legal.replace(letter, entity)
    return legal
