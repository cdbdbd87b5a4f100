"""A text that is painted again only when it changed, and laid out again only when its height did."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static


class Words(Static):
    """Styled lines; texts of a server must have passed `render.untrusted`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._said = Text()

    def say(self, text: Text) -> None:
        """Show this text."""
        if text == self._said and text.spans == self._said.spans:
            return
        taller = text.plain.count("\n") != self._said.plain.count("\n") or not (text and self._said)
        taller = taller or self._folds(self._said) or self._folds(text)
        self._said = text
        self.update(text, layout=taller)

    def _folds(self, text: Text) -> bool:
        """Whether a line is too long for the width there is."""
        return any(cell_len(line) > self.size.width for line in text.plain.split("\n"))
