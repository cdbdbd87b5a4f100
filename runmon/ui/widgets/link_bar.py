"""The right end of the bottom line: whether the link holds, and how much we ask of the server."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from runmon.render.facts import Sign
from runmon.watch.events import LinkMeasured


class LinkBar(Widget):
    """`● live · 0.4 req/s`."""

    DEFAULT_CSS = "LinkBar { height: 1; width: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._link: LinkMeasured | None = None
        self._state = Sign("◌", "connecting", "quiet")
        self._width = 0

    def measured(self, event: LinkMeasured) -> None:
        """Show the rate of our own requests."""
        self._link = event
        self._write()

    def say(self, state: Sign) -> None:
        """Show the run's own link in words."""
        if state != self._state:
            self._state = state
            self._write()

    def _write(self) -> None:
        """Lay the bottom line out again only where the words became longer or shorter."""
        width, self._width = self._width, self._words().cell_len
        self.refresh(layout=width != self._width)

    def render(self) -> Text:
        """State, then rate."""
        return self._words()

    def _words(self) -> Text:
        state = self._state
        if self._link is not None and not self._link.answered and state.word == "live":
            state = Sign("!", "no answer", "warn")
        rate = f" · {self._link.requests_per_second:.1f} req/s" if self._link is not None else ""
        return Text.assemble((f"{state.sign} ", state.tone), (state.word, "quiet"), (rate, "faint"), " ")
