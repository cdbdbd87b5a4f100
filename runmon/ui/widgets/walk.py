"""Walking through chosen lines of a log with the keys of a search, as through the messages of one kind."""

from __future__ import annotations

from rich.text import Text

from runmon.model.search import Hits
from runmon.model.units import grouped
from runmon.render.cells import cut
from runmon.render.untrusted import clean
from runmon.ui.widgets.lines import LineView

LONGEST = 28
"""Cells of the words that say what is walked through."""


class WalkView(LineView):
    """A line view whose next and previous match can be lines that were not searched for."""

    walked = ""
    """What is walked through, in words; empty: nothing is."""

    def walk(self, lines: Hits, words: str) -> None:
        """Go to the first of these lines; `n` and `N` go on from there until something is searched for."""
        self.search("")
        self.hits, self.walked = lines, clean(words, limit=80)
        first = self.next_shown(lines, -1, 1)
        if first is not None:
            self.go_to_match(first)
        self.post_message(self.Found(self))

    def search(self, text: str) -> None:
        """Look for a text; what was walked through is left."""
        self._leave()
        super().search(text)

    def search_again(self) -> None:
        """Lines changed: those that were walked through may be others now."""
        self._leave()
        super().search_again()

    def action_end_search(self) -> None:
        """Leave what is walked through, or forget what was looked for."""
        if self.walked:
            self._leave()
            self.post_message(self.Found(self))
        else:
            super().action_end_search()

    def _leave(self) -> None:
        if self.walked:
            self.walked, self.hits = "", Hits()

    def found_text(self) -> Text:
        """What is walked through and how far, else what a search has found."""
        if not self.walked:
            return super().found_text()
        number = self.number(self.cursor) if 0 <= self.cursor < self._count else -1
        at = f"{grouped(self.hits_shown(before=number) + 1)} of " if number in self.hits else ""
        words = cut(self.walked, LONGEST) if len(self.walked) > LONGEST else self.walked
        return Text(f"{at}{grouped(self.hits_shown())} {words}")
