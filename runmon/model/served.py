"""How a person wants the server to give the items of a dataset: newest first, in part, or as other rows."""

from __future__ import annotations

import msgspec


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

    @property
    def plain(self) -> bool:
        """Whether items show as they are stored."""
        return self == Served()

    @property
    def partial(self) -> bool:
        """Whether what is read of an item is not all of it."""
        return bool(self.fields or self.clean or self.remade)

    @property
    def remade(self) -> bool:
        """Whether the server makes rows that are not items: none, one or several of each."""
        return bool(self.unwind or self.view)
