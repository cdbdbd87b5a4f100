"""What is packed: the names in a zip file, what a gzip file holds, the facts of a PDF, within bounds."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from runmon.model.units import byte_size, grouped
from runmon.render.untrusted import clean

NAMES_MOST = 5000
UNPACKED_MOST = 4 * 1024 * 1024
"""Bytes unpacked of a gzip file: a thousand bytes can stand for millions."""
_PAGES = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_COUNT = re.compile(
    rb"/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d{1,7})|/Count\s+(\d{1,7})[^>]{0,400}?/Type\s*/Pages\b"
)
_FIELD = re.compile(rb"/(Title|Author|Creator|Producer|CreationDate)\s*\(((?:[^()\\]|\\.){0,400})\)")


class Unpackable(Exception):
    """The bytes do not unpack; the text says why, in our own words."""


def zip_names(body: bytes) -> tuple[list[Text], str]:
    """Lines of names, sizes and dates, and the sum in words. Raises Unpackable."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise Unpackable("its list of names cannot be read") from error
    whole, packed = sum(each.file_size for each in infos), sum(each.compress_size for each in infos)
    words = f"{grouped(len(infos))} files, {byte_size(whole)} unpacked"
    if packed and whole > 100 * packed:
        words += f", {whole // packed} times its size"
    return list(_zip_lines(infos)), words


def _zip_lines(infos: list[zipfile.ZipInfo]) -> Iterator[Text]:
    for each in infos[:NAMES_MOST]:
        year, month, day, hour, minute, _ = each.date_time
        yield Text.assemble(
            (f"{byte_size(each.file_size):>9}  ", "number"),
            (f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}  ", "faint"),
            (clean(each.filename, limit=1000), "quiet" if each.is_dir() else "text"),
            ("  encrypted" if each.flag_bits & 1 else "", "warn"),
            no_wrap=True, end="",
        )  # fmt: skip
    if len(infos) > NAMES_MOST:
        yield Text.assemble((f"… and {grouped(len(infos) - NAMES_MOST)} more", "quiet"))


def gunzipped(body: bytes) -> tuple[bytes, bool]:
    """The start of what a gzip file holds, and whether there is more. Raises Unpackable."""
    unpacking = zlib.decompressobj(31)
    try:
        data = unpacking.decompress(body, UNPACKED_MOST)
    except zlib.error as error:
        raise Unpackable("it does not unpack") from error
    if not data and not unpacking.eof:
        raise Unpackable("it ends before anything unpacks")
    return data, not unpacking.eof


def gzip_facts(body: bytes) -> str:
    """The name and time that a gzip file's head tells, in words; empty where it tells none."""
    if len(body) < 10:
        return ""
    flags, stamp = body[3], int.from_bytes(body[4:8], "little")
    words = []
    if flags & 8 and not flags & 4:
        words.append(clean(body[10:].partition(b"\0")[0].decode("latin-1"), limit=120))
    if stamp:
        words.append(datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S"))
    return "  ".join(words)


def pdf_facts(body: bytes) -> list[Text]:
    """What the plain parts of a PDF tell of it."""
    facts = [("version", body[5:8].decode("latin-1")), ("pages", _pages(body))]
    facts += [(name.decode().lower(), _pdf_text(value)) for name, value in _FIELD.findall(body)[:10]]
    if b"/Encrypt" in body:
        facts.append(("encrypted", "yes"))
    shown = dict(facts)
    return [
        Text.assemble(
            (f"{clean(name, limit=20):<14}", "faint"), (clean(value, limit=400), "text"), no_wrap=True, end=""
        )
        for name, value in shown.items()
        if value
    ]


def _pages(body: bytes) -> str:
    counts = [int(first or second) for first, second in _COUNT.findall(body)[:1000]]
    told = max(counts, default=0) or len(_PAGES.findall(body))
    return grouped(told) if told else "packed away in the file"


def _pdf_text(value: bytes) -> str:
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace")
    return re.sub(rb"\\(.)", rb"\1", value).decode("latin-1")
