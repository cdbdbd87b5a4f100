"""Web addresses in text that somebody else wrote: found and underlined, opened only when a person asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.text import Text

_LINK = re.compile(r"https?://[!#-&(-;=?-\[\]_a-z~]{1,2000}", re.IGNORECASE)
"""Printable ASCII only: what could look like something else is no link."""
_BEHIND = ".,;:!?"
_PAIRS = {")": "(", "]": "["}


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses begin and end; marks and brackets of the sentence around them are none of theirs."""
    for found in _LINK.finditer(text):
        link = found[0].rstrip(_BEHIND)
        while link[-1] in _PAIRS and link.count(link[-1]) > link.count(_PAIRS[link[-1]]):
            link = link[:-1].rstrip(_BEHIND)
        if len(link.partition("://")[2]) > 1:
            yield found.start(), found.start() + len(link)


def first_link(text: str) -> str:
    """The first address in a text, or empty."""
    return next((text[start:end] for start, end in links(text)), "")


def underlined(text: Text) -> Text:
    """The text with its addresses underlined."""
    if "://" in text.plain:
        for start, end in links(text.plain):
            text.stylize("underline", start, end)
    return text
