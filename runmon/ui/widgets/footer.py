"""The bottom line: at most eight keys in words, those of the focused pane first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from runmon.ui.commands import Command, key_name
from runmon.ui.palette import at_hand
from runmon.ui.theme import palette

MOST = 8


class KeyFooter(Widget):
    """Keys of what is focused; a click on one is the key."""

    DEFAULT_CSS = "KeyFooter { height: 1; width: 1fr; }"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> Text:
        """As many keys as fit, whole ones only."""
        line = Text(" ")
        for command in chosen(list(at_hand(self.screen))):
            entry = self._entry(command)
            if line.cell_len + entry.cell_len > self.size.width:
                break
            line.append_text(entry)
        return line

    def on_click(self, event: events.Click) -> None:
        """A click on a key's name is the key."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def _entry(self, command: Command) -> Text:
        colours = palette(self.app)
        key = Style(color=colours.text, bold=True, meta={"key": command.keys[0]})
        word = Style(color=colours.quiet, meta={"key": command.keys[0]})
        return Text.assemble((key_name(command), key), (f" {command.label}", word), "   ")


def _unclaimed(at_hand: Iterable[Command]) -> Iterator[Command]:
    """Commands whose key does nothing else in an inner scope."""
    claimed: set[str] = set()
    for command in at_hand:
        if command.keys and command.keys[0] not in claimed:
            yield command
        claimed.update(command.keys)


def chosen(at_hand: list[Command]) -> list[Command]:
    """A footer's commands: the focused scope's first, with room kept for the common ones."""
    marked = list(_unclaimed(command for command in at_hand if command.footer))
    own = [c for c in marked if c.scope not in {"app", "run"}]
    common = sorted(
        (c for c in marked if c.scope in {"app", "run"}), key=lambda c: (c.scope == "app", c.footer)
    )
    order = {scope: place for place, scope in enumerate(dict.fromkeys(c.scope for c in own))}
    own.sort(key=lambda c: (order[c.scope], c.footer))
    return [*own[: max(MOST - len(common), 3)], *common][:MOST]
