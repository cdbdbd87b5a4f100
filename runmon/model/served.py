"""How a person wants the server to give the items of a dataset: newest first, in part, or as other rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

MOST_ASKED: Final = 4000
"""Characters of names in one address; servers refuse much longer ones."""
SHOWN_NAME: Final = 30


class Served(msgspec.Struct, frozen=True):
    """Plain by default: every item, whole, as it is stored."""

    newest: bool = False
    """The newest item stands first."""
    fields: tuple[str, ...] = ()
    """Only these top-level fields; empty: all."""
    clean: bool = False
    """Without the fields whose names start with #."""
    unwind: str = ""
    """A top-level field whose list elements become rows of their own."""
    view: str = ""
    """A view of the dataset's schema."""
    even: bool = False
    """Whether the view makes one row of each item, so that a row stands where its item does."""

    @property
    def plain(self) -> bool:
        """Whether items show as they are stored."""
        return self == Served()

    @property
    def partial(self) -> bool:
        """Whether what is read of an item is not all of it."""
        return bool(self.fields or self.clean or self.unwind or self.view)

    @property
    def shaped(self) -> bool:
        """Whether rows have other fields than items."""
        return bool(self.unwind or self.view)

    @property
    def remade(self) -> bool:
        """Whether the server makes rows that are not items: none, one or several of each."""
        return bool(self.unwind or (self.view and not self.even))


def nameable(name: str) -> bool:
    """Whether a server can be told of a field by its name, in a list that commas part."""
    return not _why_not(name)


def why_not_alone(names: Iterable[str]) -> str:
    """Why a server cannot be asked for these fields alone, in a sentence; empty where it can."""
    names = tuple(names)
    if "" in names:
        return "The shown columns cannot be asked for alone: one of them has no name."
    for name in names:
        if why := _why_not(name):
            short = name if len(name) <= SHOWN_NAME else f"{name[:SHOWN_NAME]}…"
            return f'The shown columns cannot be asked for alone: "{short}" {why}.'
    if sum(map(len, names)) > MOST_ASKED:
        return "The shown columns are too many to be asked for alone: hide some first."
    return ""


def _why_not(name: str) -> str:
    if "," in name:
        return "has a comma, which parts names for a server"
    if name != name.strip():
        return "begins or ends with a blank, which a server cuts off"
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        return "has half a character in its name, which cannot be sent"
    return "" if name else "has no name"
