"""What a text inside an item holds or leads to: data in a URL, or a record of a key-value store."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_to_bytes, urlsplit

MOST: Final = 20 * 1024 * 1024
"""Characters of a data URL that are decoded."""
_DATA: Final = re.compile(r"data:(?P<type>[\w.+-]+/[\w.+-]+)?(?P<more>(?:;[\w.+=-]+)*),", re.ASCII)
_RECORD: Final = re.compile(r"(?:.*)/v2/key-value-stores/([A-Za-z0-9_~-]+)/records/([^/]+)")
_IMAGE: Final = re.compile(r"[A-Za-z0-9!_.'()-]{1,256}\.(?:png|jpe?g|gif|webp|bmp)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inline:
    """Data that stands in the item itself."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A record; `store` is empty for the run's own store."""

    store: str
    key: str


def linked(text: str, origin: tuple[str, str, int]) -> Inline | RecordLink | None:
    """What a text holds or means; addresses count only where they lead to the server at `origin`."""
    if text.startswith("data:"):
        return _inline(text)
    if _IMAGE.fullmatch(text) and ".." not in text:
        return RecordLink("", text)
    return _record(text, origin) if text.startswith(("http://", "https://")) else None


def _inline(text: str) -> Inline | None:
    found = _DATA.match(text[:1000])
    if found is None or len(text) > MOST:
        return None
    content_type, rest = found["type"] or "text/plain", text[found.end() :]
    if not found["more"].endswith(";base64"):
        return Inline(content_type, unquote_to_bytes(rest))
    try:
        text = re.sub(r"\s", "", unquote(rest)).rstrip("=")
        return Inline(content_type, base64.b64decode(text + "=" * (-len(text) % 4), validate=True))
    except (binascii.Error, ValueError):
        return None


def _record(text: str, origin: tuple[str, str, int]) -> RecordLink | None:
    try:
        parts = urlsplit(text)
        usual = {"http": 80, "https": 443}[parts.scheme]
        there = (parts.scheme, parts.hostname or "", parts.port or usual)
    except (ValueError, KeyError):
        return None
    found = _RECORD.fullmatch(parts.path)
    return RecordLink(found[1], unquote(found[2])) if found and there == origin else None
