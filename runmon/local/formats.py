"""Items as JSON, lines, tables and feeds: generators that hold one piece at a time, however long the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from runmon.local import markup, workbook
from runmon.local.raw_json import one_line, text
from runmon.local.tables import Source, cells, columns

PIECE = 65_536
BOM = b"\xef\xbb\xbf"


class Format(msgspec.Struct, frozen=True):
    """A way to write items."""

    name: str
    content_type: str
    encode: Callable[[Source, Options], Iterator[bytes]]
    """Items to pieces of at least 64 KiB but for the last; the source is read once or twice."""
    light: bool = True
    """Whether a page of items may be written without leaving the loop."""


class Options(msgspec.Struct, frozen=True):
    """What a call says about the form of its answer."""

    format: Format
    bom: bool = False
    delimiter: str = ","
    header: bool = True
    xml_root: str = "items"
    xml_row: str = "item"
    title: str = ""
    description: str = ""
    link: str = ""
    order: tuple[str, ...] = ()
    """Fields whose columns come first and are there even when no item has them."""


def gathered(pieces: Iterable[bytes], options: Options) -> Iterator[bytes]:
    """Small pieces joined to larger ones, behind the byte order mark when one is wanted."""
    held = bytearray(BOM if options.bom else b"")
    for piece in pieces:
        held += piece
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def as_json(source: Source, options: Options) -> Iterator[bytes]:
    """A JSON array of the items as they were stored."""
    return gathered(_array(source()), options)


def _array(items: Iterable[bytes]) -> Iterator[bytes]:
    lead = b"["
    for item in items:
        yield lead
        yield item
        lead = b",\n"
    yield b"]" if lead != b"[" else b"[]"


def as_lines(source: Source, options: Options) -> Iterator[bytes]:
    """One item a line."""
    return gathered((one_line(item) + b"\n" for item in source()), options)


def as_csv(source: Source, options: Options) -> Iterator[bytes]:
    """Comma-separated values; nested fields have columns such as `offers/0/price`."""
    return gathered(_csv(source, options), options)


def _csv(source: Source, options: Options) -> Iterator[bytes]:
    names = columns(source(), options.order)
    special = re.compile(f'["\\r\\n{re.escape(options.delimiter)}]')
    if not names:
        return
    if options.header:
        yield _line(names.values(), options.delimiter, special)
    for item in source():
        row = cells(item)
        values = (text(row[name]) if name in row else "" for name in names)
        yield _line(values, options.delimiter, special)


def _line(values: Iterable[str], delimiter: str, special: re.Pattern[str]) -> bytes:
    quoted = ('"' + value.replace('"', '""') + '"' if special.search(value) else value for value in values)
    return (delimiter.join(quoted) or '""').encode() + b"\n"


def as_html(source: Source, options: Options) -> Iterator[bytes]:
    """An HTML table with the columns of the CSV."""
    return gathered(_html(source, options), options)


def _html(source: Source, options: Options) -> Iterator[bytes]:
    names = columns(source(), options.order)
    yield b'<!DOCTYPE html><html><head><meta charset="utf-8"><title>'
    yield markup.escaped(options.title).encode()
    yield b"</title></head><body><table>"
    if options.header and names:
        yield _row("th", names.values())
    for item in source():
        row = cells(item)
        yield _row("td", (text(row[name]) if name in row else "" for name in names))
    yield b"</table></body></html>"


def _row(tag: str, values: Iterable[str]) -> bytes:
    inner = "".join(f"<{tag}>{markup.escaped(value)}</{tag}>" for value in values)
    return f"<tr>{inner}</tr>\n".encode()


def as_xml(source: Source, options: Options) -> Iterator[bytes]:
    """XML: an element a field, repeated for the elements of an array."""
    return gathered(_xml(source, options), options)


def _xml(source: Source, options: Options) -> Iterator[bytes]:
    root, row = markup.name(options.xml_root), markup.name(options.xml_row)
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n'.encode()
    for item in source():
        yield markup.element(row, item).encode() + b"\n"
    yield f"</{root}>\n".encode()


def as_rss(source: Source, options: Options) -> Iterator[bytes]:
    """An RSS 2.0 feed with an `item` of all fields for each item."""
    return gathered(_rss(source, options), options)


def _rss(source: Source, options: Options) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>\n'
    told = {"title": options.title, "link": options.link, "description": options.description}
    yield "".join(f"<{name}>{markup.escaped(value)}</{name}>\n" for name, value in told.items()).encode()
    for item in source():
        yield markup.element("item", item).encode() + b"\n"
    yield b"</channel></rss>\n"


def as_xlsx(source: Source, options: Options) -> Iterator[bytes]:
    """An Excel workbook with the columns of the CSV."""
    return workbook.pieces(source, options.order, header=options.header)


FORMATS = {
    made.name: made
    for made in (
        Format("json", "application/json; charset=utf-8", as_json),
        Format("jsonl", "application/jsonl; charset=utf-8", as_lines),
        Format("csv", "text/csv; charset=utf-8", as_csv),
        Format("xlsx", workbook.CONTENT_TYPE, as_xlsx, light=False),
        Format("xml", "application/xml; charset=utf-8", as_xml),
        Format("html", "text/html; charset=utf-8", as_html),
        Format("rss", "application/rss+xml; charset=utf-8", as_rss),
    )
}
