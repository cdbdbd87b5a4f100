"""One of a few words, chosen with the arrow keys or a click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

GAP = 2


class Choice(Widget, can_focus=True):
    """A line of options behind a label. Texts must be clean."""

    DEFAULT_CSS = "Choice { height: 1; width: 100%; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", show=False),
        Binding("right,l,space", "step(1)", show=False),
        Binding("down,j", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]

    class Changed(Message):
        """Another option was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            """The choice."""
            return self.choice

    def __init__(self, label: str, options: Sequence[tuple[str, str]], *, id: str, width: int = 10) -> None:
        """`options` are pairs of a name and the words shown; the first one is chosen."""
        super().__init__(id=id)
        self._label, self._options, self._width = label, list(options), width
        self.place = 0

    @property
    def value(self) -> str:
        """The name of what is chosen."""
        return self._options[self.place][0]

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer other options; what was chosen stays chosen where it is still there."""
        before, self._options = self.value, list(options)
        names = [name for name, _ in options]
        self.place = names.index(before) if before in names else 0
        self.refresh()

    def choose(self, name: str) -> None:
        """Choose an option by its name."""
        self.place = [each for each, _ in self._options].index(name)
        self._changed()

    def render(self) -> Text:
        """Label and options, the chosen one marked by a sign as well."""
        line = Text.assemble((f"{self._label:<{self._width}}", "quiet"))
        for place, (_, words) in enumerate(self._options):
            chosen = place == self.place
            style = "current" if chosen and self.has_focus else "bold_accent" if chosen else "quiet"
            line.append(f"[{words}]" if chosen else f" {words} ", style).append(" " * (GAP - 1))
        return line

    def action_step(self, step: int) -> None:
        """Choose the next or previous option."""
        self.place = (self.place + step) % len(self._options)
        self._changed()

    def on_click(self, event: events.Click) -> None:
        """Choose the option under the mouse."""
        at = self._width
        for place, (_, words) in enumerate(self._options):
            at += len(words) + 1 + GAP
            if event.x < at:
                self.place = place
                self._changed()
                return

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Changed(self))
