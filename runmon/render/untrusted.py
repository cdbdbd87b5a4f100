"""The one door from text that came over a network, or out of a file, to a screen.

Terminals obey control characters, and rich and Textual obey markup, wherever the text came from. What leaves
this module is visible, one line high, bounded in length, and never parsed as markup again. Bytes that are
stored, saved or piped do not pass here: they stay exact.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rich.style import StyleType
from rich.text import Span, Text

from runmon.render.ansi import PLAIN, SEQUENCE, Rendition, after, style_of

TAB_SIZE = 4
MAX_MARKS = 8
"""Combining marks kept on one character; more would paint over the rows above and below."""

_ALIEN = 0xFFFD
_FILLERS = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x034F, 0x17B4, 0x17B5}
"""Letters and marks without a shape: as good as zero-width characters for hiding text."""
_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x180B, 0x180C, 0x180D, 0x180F}
"""Variation selectors: they carry no text, and terminals do not agree how wide they make a character."""
_BREAKS = {0x0A, 0x2028, 0x2029}
_EMOJI = "[\u2190-\u2bff\U0001f000-\U0001faff]"
_JOINT = re.compile(f"(?<={_EMOJI})[\ufe0e\ufe0f]?\u200d(?={_EMOJI})")
"""What joins two emoji to one picture; how wide that one is, terminals do not agree."""
_ENDS_IN_EMOJI = re.compile(rf"{_EMOJI}[\ufe0e\ufe0f]?\Z")
_ANY_EMOJI = "\u2190"
_STAND_IN = 0x10EEEE
"""In its place some terminals draw a part of an image that they hold."""


class Carry(NamedTuple):
    """What a stretch of a line has to know of the stretches before it."""

    state: Rendition = PLAIN
    column: int = 0
    """Characters before it, less the width of whole tabs."""
    marks: int = 0
    """Combining marks with which they end."""
    emoji: bool = False
    """Whether they end in an emoji, which the next character could join to another."""


def clean(text: str | bytes, *, limit: int = 8192) -> str:
    """One visible line of at most `limit` characters, which says `…` where it was cut.

    Control characters become their pictures (ESC is ␛), characters that reorder, hide or have no shape become
    �, tags and variation selectors go, line breaks become ↵, tabs spaces. Joined emoji stand one by one.
    Ordinary text comes back as it is.
    """
    whole, cut = _decoded(text, limit)
    return _fitted(_visible(whole, column=0, marks=0)[0], limit, cut)


def cell(value: str | bytes, *, style: StyleType = "", limit: int = 512) -> Text:
    """One line for a table cell, a title or a label: no markup, no escape codes."""
    return Text(clean(value, limit=limit), style=style, no_wrap=True, end="")


def line(raw: str | bytes, *, style: StyleType = "", limit: int = 8192) -> Text:
    """One line of a log or a file, coloured as its SGR sequences say; all else as `clean` shows it."""
    whole, cut = _decoded(raw, limit)
    whole = whole.removesuffix("\r")
    if "\x1b" not in whole:
        return Text(_fitted(_visible(whole, 0, 0)[0], limit, cut), style=style, no_wrap=True, end="")
    plain, spans, _ = _rendered(whole, Carry())
    fitted = _fitted(plain, limit, cut)
    kept = [Span(s.start, min(s.end, len(fitted)), s.style) for s in spans if s.start < len(fitted)]
    return Text(fitted, style=style, no_wrap=True, end="", spans=kept)


def stretch(raw: bytes, carry: Carry, *, coloured: bool = True) -> tuple[Text, Carry]:
    """A stretch of a line as `line`, or `clean`, shows it there, and what the next one has to know."""
    plain, spans, carry = _rendered(raw.decode("utf-8", "replace"), carry, coloured=coloured)
    return Text(plain, no_wrap=True, end="", spans=spans), carry


def lines(text: str | bytes, *, style: StyleType = "", limit: int = 8192) -> list[Text]:
    """Each line of a text, colours ending with the line they stand on; a final newline starts no line."""
    raw: list[str] | list[bytes] = text.split(b"\n") if isinstance(text, bytes) else text.split("\n")
    if raw and not raw[-1]:
        raw.pop()
    return [line(each, style=style, limit=limit) for each in raw]


def _decoded(text: str | bytes, limit: int) -> tuple[str, bool]:
    """As much of the text as could fill the limit, and whether some was left out."""
    room = 4 * limit + 4
    cut = len(text) > room
    if isinstance(text, bytes):
        return text[:room].decode("utf-8", "replace"), cut
    return text[:room], cut


def _fitted(text: str, limit: int, cut: bool) -> str:
    return text[: max(limit - 1, 0)] + "…" if cut or len(text) > limit else text


def _rendered(whole: str, carry: Carry, *, coloured: bool = True) -> tuple[str, list[Span], Carry]:
    """The visible text, the spans of what its SGR sequences styled, and what follows has to know."""
    parts: list[str] = []
    spans: list[Span] = []
    state, shift, marks, emoji = carry
    at = column = 0
    codes_in = SEQUENCE.finditer(whole) if coloured else ()
    found = [(match.start(), match.end(), match[1]) for match in codes_in]
    for end, past, codes in (*found, (len(whole), len(whole), None)):
        part, marks = _visible(whole[at:end], shift + column, marks, emoji=emoji)
        if part and state != PLAIN:
            spans.append(Span(column, column + len(part), style_of(state)))
        parts.append(part)
        column += len(part)
        if codes is not None:
            state, at, emoji = after(state, codes), past, False
    emoji = _ENDS_IN_EMOJI.search(whole, max(at, len(whole) - 2)) is not None
    return "".join(parts), spans, Carry(state, (shift + column) % TAB_SIZE, marks, emoji)


def _visible(text: str, column: int, marks: int, *, emoji: bool = False) -> tuple[str, int]:
    """Every character made visible, for text at `column` behind `marks` combining marks, or an emoji."""
    if text.isascii() and text.isprintable():
        return text, 0 if text else marks
    if not text.isprintable():
        if "\u200d" in text:
            text = _JOINT.sub("", _ANY_EMOJI + text)[1:] if emoji else _JOINT.sub("", text)
        text = text.replace("\r\n", "\n").translate(_PICTURES)
    if not text.isascii():
        text, marks = _thinned(text, marks)
    else:
        marks = 0
    if "\t" in text:
        shift = column % TAB_SIZE
        text = (" " * shift + text).expandtabs(TAB_SIZE)[shift:]
    return text, marks


def _thinned(text: str, marks: int) -> tuple[str, int]:
    """The text with at most MAX_MARKS combining marks in a row, and how many it ends with."""
    rare = set(text) - _LATIN
    if not any(map(is_mark, rare)) and rare.isdisjoint(_SHAPELESS_CHARS):
        return text, 0
    text = text.translate(_SHAPELESS)
    kept: list[str] = []
    for char in text:
        marks = marks + 1 if char > "\u02ff" and is_mark(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept), marks


@lru_cache(maxsize=4096)
def is_mark(char: str) -> bool:
    """Whether a character stands on the one before it."""
    return unicodedata.category(char)[0] == "M"


class _Pictures(dict[int, int | str | None]):
    """Code point to what stands for it, worked out when first met; bounded, for hostile text has them all."""

    def __missing__(self, code: int) -> int | str | None:
        found = _picture(code)
        if len(self) < 4096:
            self[code] = found
        return found


def _picture(code: int) -> int | str | None:
    if code == 0x09:
        return code
    if code in _BREAKS:
        return "↵"
    if code < 0x20:
        return 0x2400 + code
    if code == 0x7F:
        return 0x2421
    if code == 0xAD:
        return "-"
    if 0xE0000 <= code <= 0xE007F:
        return None
    hidden = unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs") or code & 0xFFFE == 0xFFFE
    return _ALIEN if hidden or code == _STAND_IN or 0xFDD0 <= code <= 0xFDEF else code


_PICTURES = _Pictures()
_SHAPELESS: dict[int, int | None] = {**dict.fromkeys(_FILLERS, _ALIEN), **dict.fromkeys(_SELECTORS)}
_SHAPELESS_CHARS = frozenset(map(chr, _SHAPELESS))
_LATIN = frozenset(map(chr, range(0x300)))
"""Characters that are neither marks nor without a shape."""
