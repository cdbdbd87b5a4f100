"""Lists of field names as they are typed: `a,b`, and in quotes, as in CSV, what a comma is part of."""

from __future__ import annotations

import re

import click

from runmon.errors import BadInput

_NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)')


def field_names(text: str) -> list[str]:
    """The names of a list: `title,"price, EUR"` are two. BadInput where a quote stays open."""
    names, at = list[str](), 0
    while at < len(text):
        found = _NAME.match(text, at)
        quoted, plain = found.groups() if found else (None, '"')
        if found is None or (plain or "").startswith('"'):
            raise BadInput(
                f"{text[at:].strip()!r} is no list of names: its quotes do not end before a comma.",
                hint='A quote within a name is written twice: "a ""b"", c".',
            )
        name = quoted.replace('""', '"') if quoted is not None else plain.strip()
        names += [name] if name else []
        at = found.end()
    return names


def names_given(_context: click.Context, _parameter: click.Parameter, text: str | None) -> list[str]:
    """The names that an option gives."""
    return field_names(text or "")
