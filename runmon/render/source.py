"""Colour for lines of source, a line at a time: an allow-list of lexers and a bound on what each may read.

A lexer is a set of regular expressions that hostile text can make slow: only the start of a line goes there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LEXED = 1024
"""Characters of one line that a lexer sees."""
TONES = {
    "Comment": "faint",
    "Punctuation": "faint",
    "Operator": "faint",
    "Name.Tag": "quiet",
    "Name.Attribute": "faint",
    "Keyword": "quiet",
    "Literal.Number": "number",
}
"""Kinds of tokens that are not plain text; a kind covers all below it."""


def colour(plain: Text, language: str) -> Text:
    """The line with its tokens coloured; `plain` must be clean, `language` is a name in `_lexer`."""
    at = 0
    source = plain.plain[:LEXED]
    for kind, token in _lexer(language).get_tokens(source):
        tone = _tone(str(kind))
        if tone:
            plain.stylize(tone, at, at + len(token))
        at += len(token)
    return plain


@lru_cache(maxsize=64)
def _tone(kind: str) -> str:
    name = kind.removeprefix("Token.")
    return next((tone for start, tone in TONES.items() if name.startswith(start)), "")


@lru_cache(maxsize=16)
def _lexer(language: str) -> Lexer:
    from pygments.lexers import css, data, html, javascript, markup, python

    known: dict[str, type[Lexer]] = {
        "html": html.HtmlLexer,
        "xml": html.XmlLexer,
        "css": css.CssLexer,
        "javascript": javascript.JavascriptLexer,
        "python": python.PythonLexer,
        "markdown": markup.MarkdownLexer,
        "yaml": data.YamlLexer,
    }
    return known[language](stripnl=False, stripall=False, ensurenl=False)
