"""File names made of what a server calls things: harmless on every file system, and never two for one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

_FOREIGN = re.compile(r"[^a-zA-Z0-9!_.'()-]")
"""What a record's key cannot hold on Apify; it is written as `%C3%A9`, as Crawlee does."""
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""Names that are devices on Windows, whatever follows their first dot."""
LONGEST = 200
"""Characters of a name; file systems take 255 bytes, and drafts need some for themselves."""
KINDS = {
    "application/json": ".json",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/svg+xml": ".svg",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/gzip": ".gz",
}
"""Endings for the media types that Actors store."""


def safe_name(key: str) -> str:
    """The key as the name of one file: itself, wherever every file system takes it as it is."""
    name = _FOREIGN.sub(_escaped, key)
    if name.endswith("."):
        name = f"{name[:-1]}%2E"
    if not name or name[0] in ".-" or _RESERVED.match(name):
        name = f"_{name}"
    return name if len(name) <= LONGEST else marked(name, key)


def safe_names(keys: Iterable[str]) -> Iterator[str]:
    """A name for each key, no two alike even where upper and lower case are one."""
    taken: set[str] = set()
    for key in keys:
        name = safe_name(key)
        if name.casefold() in taken:
            name = marked(name, key)
        taken.add(name.casefold())
        yield name


def marked(name: str, key: str) -> str:
    """The name with a mark of its key before the ending: `Photo~1f0e5a77c2d9.png`."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 10:
        stem, dot, ending = name, "", ""
    mark = f"~{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    return f"{stem[: LONGEST - len(mark) - len(ending) - 1]}{mark}{dot}{ending}"


def with_ending(name: str, media: str) -> str:
    """The name with the ending that programs know its media type by, where it has no ending yet."""
    stem, _, ending = name.rpartition(".")
    return name if stem and 0 < len(ending) <= 5 else name + KINDS.get(media, "")


def _escaped(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))
