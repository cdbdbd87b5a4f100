"""Texts whose changed lines alone are painted, and that are laid out again only when their height changed."""

from __future__ import annotations

from typing import cast

from rich.text import Text
from textual.css.styles import RulesMap
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual, visualize
from textual.widget import Widget


class Drawing(Widget):
    """Styled lines in a place of a given size; texts of a server must have passed `render.untrusted`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._said = Text()
        self._lines = [Text()]
        self._widest = 0

    def say(self, text: Text) -> None:
        """Show this text."""
        if _same(text, self._said):
            return
        before, widest = self._lines, self._widest
        emptied = not (text and self._said)
        self._said, self._lines = text, list(text.split("\n", allow_blank=True))
        self._widest = max(line.cell_len for line in self._lines)
        width = self.size.width
        if emptied or len(before) != len(self._lines) or max(widest, self._widest) > width:
            self.repaint(emptied)
        else:
            pairs = enumerate(zip(before, self._lines, strict=True))
            self.refresh(*(Region(0, y, width, 1) for y, (old, new) in pairs if not _same(old, new)))

    def repaint(self, _emptied: bool) -> None:
        """Paint every line: which of them changed does not tell where."""
        self.refresh()

    def render(self) -> Text:
        """The whole text."""
        return self._said

    def render_line(self, y: int) -> Strip:
        """One line, without the others where none of them wraps and no mouse marks them."""
        width = self.size.width
        if self._widest > width or y >= len(self._lines) or self.text_selection is not None:
            return super().render_line(y)
        line = visualize(self, self._lines[y], markup=False)
        return Visual.to_strips(self, line, width, 1, self.visual_style)[0]


class Words(Drawing):
    """As high as its lines are, folded where they do not fit."""

    DEFAULT_CSS = "Words { height: auto; }"

    def repaint(self, emptied: bool) -> None:
        """Paint every line, and lay out again where they became more or fewer."""
        width = self.size.width
        self.refresh(layout=emptied or not width or self._rows(width) != self.size.height)

    def _rows(self, width: int) -> int:
        return visualize(self, self._said, markup=False).get_height(cast(RulesMap, self.styles), width)


def _same(one: Text, other: Text) -> bool:
    return one == other and one.spans == other.spans
