"""Packed bytes as lines to read: the names in a zip file, what a gzip file holds, the facts of a PDF."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from runmon.model.units import byte_size
from runmon.render.packed import Unpackable, gunzipped, gzip_facts, pdf_facts, zip_names
from runmon.render.preview import HexLines, Preview, by_kind, hex_view
from runmon.render.sniff import sniff


def packed_preview(media: str, body: bytes, *, cut: bool) -> Preview:
    """What bytes of one of the types in `preview.PACKED` hold; their hex where they do not unpack."""
    if media == "application/pdf":
        return Preview("PDF", HexLines(body), facts=tuple(pdf_facts(body)))
    return (_zip_preview if media == "application/zip" else _gzip_preview)(body, cut)


def _zip_preview(body: bytes, cut: bool) -> Preview:
    try:
        names, size = zip_names(body)
    except Unpackable as error:
        why = "its list of names is behind what was read" if cut else str(error)
        return Preview("ZIP archive", HexLines(body), (why,))
    return Preview("ZIP archive", Known(names), size=size)


def _gzip_preview(body: bytes, cut: bool) -> Preview:
    """What a gzip file holds, read as what it is."""
    try:
        data, more = gunzipped(body)
    except Unpackable as error:
        return Preview("gzip", HexLines(body), (str(error),))
    inner = by_kind(sniff("", data), data, cut=more)
    size = f"{gzip_facts(body)}  {byte_size(len(data))}{'+' if more else ''} unpacked".strip()
    notes = (f"the first {byte_size(len(data))} unpacked are shown",) if more and not cut else ()
    lines = HexLines(data) if inner.picture else inner.lines
    return Preview(f"gzip of {inner.kind}", lines, notes + inner.notes, size=size, others=(hex_view(body),))


class Known:
    """Lines that are all there."""

    def __init__(self, lines: Sequence[Text]) -> None:
        self._lines = lines

    def line_count(self) -> int:
        return len(self._lines)

    def text(self, n: int) -> Text:
        return self._lines[n]
