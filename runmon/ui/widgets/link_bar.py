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
        self._written = Text()

    def measured(self, event: LinkMeasured) -> None:
        """Take the rate of our own requests; it is written with what is said next, a changed link at once."""
        before, self._link = self._link, event
        if before is None or before.answered != event.answered:
            self._write()

    def say(self, state: Sign) -> None:
        """Show the run's own link in words, and the rate. Told once a second."""
        self._state = state
        if self._words() != self._written:
            self._write()

    def _write(self) -> None:
        """Lay the bottom line out again only where the words became longer or shorter."""
        before, self._written = self._written, self._words()
        self.refresh(layout=before.cell_len != self._written.cell_len)

    def render(self) -> Text:
        """State, then rate."""
        return self._words()

    def _words(self) -> Text:
        state = self._state
        if self._link is not None and not self._link.answered and state.word == "live":
            state = Sign("!", "no answer", "warn")
        long = len(state.word) > self.app.size.width // 3
        rate = f" · {self._link.requests_per_second:.1f} req/s" if self._link is not None and not long else ""
        return Text.assemble((f"{state.sign} ", state.tone), (state.word, "quiet"), (rate, "faint"), " ")
