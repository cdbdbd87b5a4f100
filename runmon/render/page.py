"""An HTML page as a person would see it: title, text, links, forms. Nothing of it is run, nothing fetched."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from rich.text import Text

from runmon.insight.blocking import signs
from runmon.model.units import grouped
from runmon.render.untrusted import clean

READ = 2 * 1024 * 1024
"""Characters of a page that are read, for at most SECONDS: some pages are made to take for ever."""
PIECE = 8 * 1024
OPEN_MOST = 16 * 1024
"""Characters of markup that does not end; reading them again with each piece would take for ever."""
SECONDS = 1.0
LINKS_MOST, LINES_MOST, LINE = 500, 20_000, 4000
_UNSEEN = {"script", "style", "noscript", "template", "head", "svg", "iframe", "object", "textarea", "select"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class Form:
    """A form, and what it asks for."""

    method: str
    action: str
    fields: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """What a page shows."""

    title: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)
    """(tone, text), top to bottom."""
    links: list[tuple[str, str]] = field(default_factory=list)
    """(text, address)."""
    forms: list[Form] = field(default_factory=list)
    images: int = 0
    cut: bool = False
    """Whether the page goes on behind what was read."""


class _Reader(HTMLParser):
    """Makes a `Page` of what it is fed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._unseen: list[str] = []
        self._in_title = False
        self._words: list[str] = []
        self._tone = "text"
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        self._in_title = tag == "title"
        if tag in _UNSEEN and tag != "head":
            self._unseen.append(tag)
        if tag in _BLOCKS:
            self.end_line()
            self._tone = "strong" if tag in _HEADINGS else self._tone
        if tag == "li":
            self._words.append("• ")
        elif tag in {"td", "th"} and self._words:
            self._words.append("  ")
        elif tag == "img":
            self.page.images += 1
        elif tag == "a" and "href" in held:
            self._link = (held["href"], [])
        self._form_tag(tag, held)

    def _form_tag(self, tag: str, held: dict[str, str]) -> None:
        forms = self.page.forms
        if tag == "form":
            forms.append(Form(held.get("method", "get").upper(), held.get("action", "")))
        elif tag in {"input", "select", "textarea", "button"} and forms and held.get("type") != "hidden":
            forms[-1].fields.append(held.get("name") or held.get("id") or held.get("type") or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()
        if tag == "a" and self._link is not None:
            self._end_link()
        if tag in _BLOCKS:
            self.end_line()
        if tag in _HEADINGS:
            self._tone = "text"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data
        elif not self._unseen:
            self._words.append(data)
            if self._link is not None:
                self._link[1].append(data)

    def _end_link(self) -> None:
        assert self._link is not None
        (address, words), self._link = self._link, None
        if len(self.page.links) < LINKS_MOST and address and not address.startswith(("#", "javascript:")):
            self.page.links.append((_joined(words), address))

    def end_line(self) -> None:
        """What was read last stands on a line of its own."""
        text = _joined(self._words)
        self._words = []
        if text and len(self.page.lines) < LINES_MOST:
            self.page.lines.append((self._tone, text))


def read_page(source: str, clock: Callable[[], float] = time.monotonic) -> Page:
    """What a page of any shape shows, read within bounds."""
    reader, until = _Reader(), clock() + SECONDS
    at = 0
    while at < min(len(source), READ) and clock() < until:
        reader.feed(source[at : at + PIECE])
        at += PIECE
        if len(reader.rawdata) > OPEN_MOST:
            reader.rawdata, reader.page.cut = "", True
    reader.close()
    reader.end_line()
    reader.page.cut = reader.page.cut or at < len(source)
    return reader.page


class PageLines:
    """The page as lines to read."""

    def __init__(self, source: bytes) -> None:
        self._page = read_page(source.decode("utf-8", "replace"))
        text = " ".join((self._page.title, *(text for _, text in self._page.lines)))
        self.signs = signs(text, source)
        """What speaks for a block page."""
        self._lines = list(self._made())

    def line_count(self) -> int:
        return len(self._lines)

    def text(self, n: int) -> Text:
        return self._lines[n]

    @property
    def cut(self) -> bool:
        """Whether the page goes on behind what is shown."""
        return self._page.cut

    def _made(self) -> Iterator[Text]:
        page = self._page
        title = clean(_BLANKS.sub(" ", page.title).strip(), limit=LINE)
        yield _line(("title  ", "faint"), (title or "none", "strong" if title else "faint"))
        for sign in self.signs:
            yield _line(("! ", "warn"), (f"sign of a block page: {sign}", "warn"))
        yield _line((self._counts(), "faint"))
        yield _line()
        for tone, text in page.lines:
            yield _line((clean(text, limit=LINE), tone))
        if not page.lines:
            yield _line(("The page shows no text.", "quiet"))
        yield from self._forms()
        yield from self._links()

    def _counts(self) -> str:
        page = self._page
        counts = ((len(page.links), "link"), (len(page.forms), "form"), (page.images, "image"))
        return "   ".join(f"{grouped(count)} {word}{'s' if count != 1 else ''}" for count, word in counts)

    def _forms(self) -> Iterator[Text]:
        for form in self._page.forms:
            yield _line()
            where = clean(form.action, limit=400) or "this page"
            yield _line(("form  ", "quiet"), (clean(f"{form.method} ", limit=20), "faint"), (where, "text"))
            if form.fields:
                yield _line(("      ", ""), (clean(", ".join(form.fields), limit=LINE), "quiet"))

    def _links(self) -> Iterator[Text]:
        if self._page.links:
            yield _line()
            yield _line(("links", "quiet"))
        for text, address in self._page.links:
            shown = clean(text, limit=200) or "·"
            yield _line((f"  {shown}  ", "text"), (clean(address, limit=2000), "faint"))


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*parts, no_wrap=True, end="")


def _joined(words: list[str]) -> str:
    return _BLANKS.sub(" ", "".join(words)).strip()
