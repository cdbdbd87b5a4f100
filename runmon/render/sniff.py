"""What bytes are: by what their sender calls them, checked against the signatures that they begin with."""

from __future__ import annotations

import msgspec

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (0, b"\x00asm", "application/wasm"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"OggS", "application/ogg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
)
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
UNTYPED = {"", "application/octet-stream", "binary/octet-stream"}
CHARSETS = {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "cp1252",
            "utf-16", "utf-16le", "utf-16be", "iso-8859-2", "windows-1250"}  # fmt: skip
_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""What UTF-16 begins with, whatever its sender calls it."""
LINE = 65_536
"""Bytes of a first line that is tried as JSON."""
PROBE = 4096
"""Bytes looked at to tell text from the rest."""


class Found(msgspec.Struct, frozen=True):
    """What bytes seem to be."""

    media: str
    """Such as `application/json`; lower case, without parameters."""
    charset: str
    """How text is read."""
    doubt: str = ""
    """Why this is not what the sender said; empty where it is."""


def sniff(content_type: str, body: bytes) -> Found:
    """What these bytes are. A signature outweighs the name they come with; untyped bytes are looked at."""
    told, charset = named(content_type)
    if is_text(told) and body[:2] in _MARKS:
        charset = "utf-16"
    signed = signature(body)
    if signed:
        lied = told not in UNTYPED and not _agree(told, signed)
        return Found(signed, charset, f"not {told}, but {signed} by its first bytes" if lied else "")
    if told in PICTURES and body:
        return Found(_unsigned(body, charset), charset, f"called {told}, but does not begin as one")
    return Found(_unsigned(body, charset) if told in UNTYPED else told, charset)


def named(content_type: str) -> tuple[str, str]:
    """Media type and charset of a Content-Type header; a charset that we do not read is UTF-8."""
    media, _, parameters = content_type.partition(";")
    charset = "utf-8"
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return media.strip().lower(), charset if charset in CHARSETS else "utf-8"


def signature(body: bytes) -> str:
    """The media type that the first bytes are the signature of; empty where none is known."""
    return next((media for at, sign, media in SIGNATURES if body[at : at + len(sign)] == sign), "")


def is_json(media: str) -> bool:
    """Whether a media type is JSON's or built on it."""
    return media in {"application/json", "text/json"} or media.endswith("+json")


def is_text(media: str) -> bool:
    """Whether bytes of this type are for reading."""
    known = {
        "application/javascript",
        "application/xml",
        "application/x-yaml",
        "application/yaml",
        "application/x-sh",
    }
    return (
        media.startswith("text/")
        or is_json(media)
        or media.endswith(("+xml", "jsonl", "ndjson"))
        or media in known
    )


def looks_like_text(body: bytes, charset: str = "utf-8") -> bool:
    """Whether the start decodes and holds hardly any control characters."""
    probe = body[:PROBE]
    if charset in {"utf-8", "utf8"} and b"\x00" in probe:
        return False
    text = probe.decode(charset, "replace")
    odd = sum(1 for char in text if char == "\ufffd" or (char < " " and char not in "\t\n\r\x1b\f"))
    return odd * 20 <= len(text)


def _unsigned(body: bytes, charset: str) -> str:
    start = body[:PROBE].lstrip()
    if not looks_like_text(body, charset):
        return "application/octet-stream"
    if start[:1] in (b"{", b"["):
        return "application/jsonl" if _in_lines(body) else "application/json"
    if start[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return "text/xml" if start.startswith(b"<?xml") else "text/plain"


def _in_lines(body: bytes) -> bool:
    """Whether the first line is a whole object or list, and another follows."""
    first, _, rest = body.lstrip().partition(b"\n")
    if len(first) > LINE or rest[:PROBE].lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        msgspec.json.decode(first)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _agree(told: str, signed: str) -> bool:
    zipped = signed == "application/zip" and told.startswith(
        ("application/vnd.", "application/x-", "application/java")
    )
    alias = {"image/jpg": "image/jpeg", "application/x-gzip": "application/gzip"}.get(told, told)
    return alias == signed or zipped or (signed == "image/bmp" and is_text(told))
