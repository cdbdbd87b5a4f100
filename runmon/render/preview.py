"""A record or an item as lines to read: JSON indented, text by its encoding, source, and hex for the rest.

Only lines on screen are coloured, so that megabytes show at once. What is wrong, cut or folded, notes say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace
from rich.text import Text

from runmon.model.units import byte_size, grouped
from runmon.render.indented import forgiven, indented
from runmon.render.json_lines import JsonLines
from runmon.render.sniff import Found, is_json, is_text, sniff
from runmon.render.source import colour
from runmon.render.split_lines import SplitLines
from runmon.render.untrusted import clean, line

LONGEST = 4096
"""Bytes of one line; longer ones are folded, so that every byte can be reached."""
HEX_WIDTH = 16
PACKED = {"application/zip", "application/gzip", "application/pdf"}
"""What `packed_preview` reads, with libraries that no first screen needs."""


class Lines(Protocol):
    """Lines by number, each through `untrusted`."""

    def line_count(self) -> int: ...

    def text(self, n: int) -> Text: ...


class View(msgspec.Struct, frozen=True):
    """One way to read some bytes."""

    name: str
    """In a word: `page`, `source`, `table`, `bytes`."""
    lines: Callable[[], Lines]


class Preview(msgspec.Struct, frozen=True):
    """How some bytes are read."""

    kind: str
    """In a word: `JSON`, `text`, `HTML`, `PNG image`, `bytes`."""
    lines: Lines
    notes: tuple[str, ...] = ()
    """What a reader must know: cut, broken, folded. Clean text."""
    picture: bool = False
    """Whether the bytes are an image; `lines` is then its hex."""
    facts: tuple[Text, ...] = ()
    """What stands above the lines."""
    size: str = ""
    """How much it is in its own measure, such as `120 rows × 4 columns`."""
    others: tuple[View, ...] = ()
    """Other ways to read the bytes, each made when asked for."""


def preview(
    body: bytes, content_type: str = "application/json", *, cut: bool = False, key: str = ""
) -> Preview:
    """The best way to read some bytes; `cut` says that there are more, `key` what their record is called."""
    if not body:
        return Preview("empty", SourceLines([]))
    found = sniff(content_type, body)
    shown = by_kind(found, body, cut=cut)
    doubt = (clean(found.doubt, limit=200),) if found.doubt else ()
    facts = _facts(key, body) if shown.kind == "JSON" and not cut else ()
    others = shown.others if isinstance(shown.lines, HexLines) else (*shown.others, hex_view(body))
    return replace(shown, notes=doubt + shown.notes, facts=shown.facts + facts, others=others)


def _facts(key: str, body: bytes) -> tuple[Text, ...]:
    from runmon.render.crawlee_facts import crawlee_facts

    return crawlee_facts(key, body)


def hex_view(body: bytes) -> View:
    """The bytes themselves as another way to read them."""
    return View("bytes", lambda: HexLines(body))


def json_preview(body: bytes, *, cut: bool = False) -> Preview:
    """JSON, indented; where it is none, its text and why."""
    notes: tuple[str, ...] = ()
    try:
        text: bytes | None = indented(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        notes = ("JSON cut off here" if cut else _why(error),)
        text = forgiven(body)
    if text is None:
        return Preview("JSON", JsonLines(_lines_of(body), indented=False), notes)
    return Preview("JSON", JsonLines(SplitLines(text)), notes)


class SourceLines:
    """Lines of a text in a language that `render.source` knows, or in none."""

    def __init__(self, lines: Sequence[bytes], language: str = "") -> None:
        self.whole = lines
        """The lines as they are."""
        self._language = language

    def line_count(self) -> int:
        return len(self.whole)

    def text(self, n: int) -> Text:
        plain = line(self.whole[n], limit=2 * LONGEST)
        return colour(plain, self._language) if self._language else plain


class HexLines:
    """Offset, sixteen bytes, and what of them is ASCII."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def line_count(self) -> int:
        return -(-len(self._body) // HEX_WIDTH)

    def text(self, n: int) -> Text:
        offset, sixteen, shown = self._row(n)
        return Text.assemble((offset, "faint"), (sixteen, "number"), (shown, "quiet"))

    def rows(self) -> Iterator[str]:
        """Every line, without colours."""
        return ("".join(self._row(n)) for n in range(self.line_count()))

    def _row(self, n: int) -> tuple[str, str, str]:
        part = self._body[n * HEX_WIDTH : (n + 1) * HEX_WIDTH]
        left, right = part[:8].hex(" "), part[8:].hex(" ")
        return (
            f"{n * HEX_WIDTH:08x}  ",
            f"{left:<23}  {right:<23}  ",
            part.translate(_ASCII).decode("latin-1"),
        )


_ASCII = bytes(byte if 32 <= byte < 127 else 0xB7 for byte in range(256))
"""Each byte as it shows beside its hex; `·` in Latin-1 for what is no ASCII."""


def by_kind(found: Found, body: bytes, *, cut: bool) -> Preview:
    """How bytes of this kind are read."""
    if found.media.startswith("image/") and not is_text(found.media):
        name = found.media.removeprefix("image/").upper()
        return Preview(f"{name} image", HexLines(body), picture=True)
    if is_json(found.media):
        return json_preview(_as_utf8(body, found.charset), cut=cut)
    if is_text(found.media):
        return _text_preview(found, _as_utf8(body, found.charset))
    if found.media in PACKED:
        from runmon.render.packed_preview import packed_preview

        return packed_preview(found.media, body, cut=cut)
    return Preview(_WORDS.get(found.media, "bytes"), HexLines(body))


_WORDS = {
    "video/mp4": "video",
}
_LANGUAGES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/css": "css",
    "text/javascript": "javascript",
    "application/javascript": "javascript",
    "text/x-python": "python",
    "text/markdown": "markdown",
    "application/yaml": "yaml",
    "text/yaml": "yaml",
    "application/x-yaml": "yaml",
}
_NAMES = {"html": "HTML", "xml": "XML", "css": "CSS", "javascript": "JavaScript", "python": "Python",
          "markdown": "Markdown", "yaml": "YAML"}  # fmt: skip


def _text_preview(found: Found, text: bytes) -> Preview:
    language = _LANGUAGES.get(found.media, "xml" if found.media.endswith("xml") else "")
    kind = "SVG" if found.media == "image/svg+xml" else _NAMES.get(language, "text")
    if found.media.endswith(("jsonl", "ndjson", "json-lines")):
        lines = _lines_of(text)
        return Preview(
            "JSON lines", JsonLines(lines, indented=False), _folded_note(text), size=_counted(len(lines))
        )
    read_as = (f"read as {found.charset}",) if found.charset not in _PLAIN else ()
    notes = (*read_as, *_folded_note(text))
    source = SourceLines(_lines_of(text), language)
    if language == "html":
        return _page_preview(text, source, notes)
    if found.media in {"text/csv", "text/tab-separated-values"}:
        return _table_preview(text, source, notes)
    return Preview(kind, source, notes, size=_counted(source.line_count()))


def _table_preview(text: bytes, source: SourceLines, notes: tuple[str, ...]) -> Preview:
    from runmon.render.grid import grid

    table = grid(text)
    if table is None:
        return Preview("CSV", source, (*notes, "no table can be made of it"))
    return Preview("CSV", table[0], notes, size=table[1], others=(View("source", lambda: source),))


def _page_preview(text: bytes, source: SourceLines, notes: tuple[str, ...]) -> Preview:
    from runmon.render.page import PageLines

    page = PageLines(text)
    notes = (*notes, "only the start of the page is shown") if page.cut else notes
    return Preview("HTML", page, notes, size="as a page", others=(View("source", lambda: source),))


def _counted(lines: int) -> str:
    return f"{grouped(lines)} lines" if lines != 1 else "1 line"


_PLAIN = {"utf-8", "utf8", "us-ascii", "ascii"}


def _as_utf8(body: bytes, charset: str) -> bytes:
    if charset in {"utf-8", "utf8"}:
        return body.removeprefix(b"\xef\xbb\xbf")
    return body.decode(charset, "replace").encode("utf-8", "replace")


def _lines_of(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    if len(text) <= LONGEST or max(map(len, lines), default=0) <= LONGEST:
        return lines
    return [piece for whole in lines for piece in _pieces(whole)]


def _pieces(whole: bytes) -> Iterator[bytes]:
    """A long line in pieces that do not cut a character."""
    at = 0
    while len(whole) - at > LONGEST:
        end = at + LONGEST
        while end > at + LONGEST - 4 and whole[end] & 0xC0 == 0x80:
            end -= 1
        yield whole[at:end]
        at = end
    yield whole[at:]


def _folded_note(text: bytes) -> tuple[str, ...]:
    longest = max(map(len, text.split(b"\n")), default=0)
    return (
        (f"a line of {byte_size(longest)}, folded every {grouped(LONGEST)} bytes",)
        if longest > LONGEST
        else ()
    )


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep to be indented"
    return "not valid JSON: " + clean(str(error), limit=120).removeprefix("JSON is malformed: ")
