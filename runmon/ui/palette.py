"""Which commands are at hand, and the command palette over them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual import events
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode
from textual.screen import Screen

from runmon.ui.commands import Command, commands, key_name
from runmon.ui.keymap import Keymap
from runmon.ui.screens.once import GivesOnce


def scopes(screen: Screen[Any]) -> Iterator[tuple[str, DOMNode]]:
    """Scopes in force, from the focused widget up to the app, each with the node its actions belong to."""
    node: DOMNode | None = screen.focused or screen
    seen: set[str] = set()
    while node is not None:
        scope = getattr(node, "SCOPE", "")
        if scope and scope not in seen:
            seen.add(scope)
            yield scope, node
        node = node.parent


def at_hand(screen: Screen[Any]) -> Iterator[Command]:
    """Commands that a key or the palette can run now, the focused widget's first."""
    for scope, node in scopes(screen):
        for command in commands(scope):
            if possible(command, node):
                yield keymap_of(screen).of(command)


def keymap_of(screen: Screen[Any]) -> Keymap:
    """The key map of the screen's app; the table's own where the app has none."""
    keymap = getattr(screen.app, "keymap", None)
    return keymap if isinstance(keymap, Keymap) else Keymap()


def possible(command: Command, node: DOMNode) -> bool:
    """Whether the node lets the action happen now (`check_action`)."""
    name = command.action.partition("(")[0].removeprefix("app.")
    return bool(node.check_action(name, ()))


PLACES = {"run": 0, "runs": 0, "app": 2, "table": 3, "lines": 3}
"""Where the commands of a scope stand in the palette; those of a pane between the run's and the app's."""


class Palette(GivesOnce, CommandPalette):
    """Finds a command, also in windows of hardly any size.

    A click from beyond the edge of the window, as while it shrinks, is none; a list without room stays put.
    """

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list" and not all(each.size for each in self.query(CommandList)):
            return False
        return super().check_action(action, parameters)

    def on_click(self, event: events.Click) -> None:
        if not self.region.contains(event.screen_x, event.screen_y):
            event.prevent_default()


class TableCommands(Provider):
    """The command table as a palette."""

    async def discover(self) -> Hits:
        """Everything at hand."""
        for command, node in self._pairs():
            yield DiscoveryHit(self._title(command), partial(self._run, command, node), help=command.help)

    async def search(self, query: str) -> Hits:
        """Commands whose words match."""
        matcher = self.matcher(query)
        for command, node in self._pairs():
            text = f"{command.label}: {command.help}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(self._run, command, node))

    def _pairs(self) -> list[tuple[Command, DOMNode]]:
        """What can be done to the run first, then what the focused pane does; moving about comes last."""
        return sorted(self._at_hand(), key=lambda pair: PLACES.get(pair[0].scope, 1))

    def _at_hand(self) -> Iterator[tuple[Command, DOMNode]]:
        keymap = keymap_of(self.screen)
        for scope, node in scopes(self.screen):
            for command in commands(scope):
                if possible(command, node):
                    yield keymap.of(command), node

    def _title(self, command: Command) -> str:
        key = key_name(command)
        return f"{command.label}  ({key})" if key else command.label

    async def _run(self, command: Command, node: DOMNode) -> None:
        await self.app.run_action(command.action, default_namespace=node)


class ThemeNames(Provider):
    """All themes, ours first; choosing one shows it at once."""

    async def discover(self) -> Hits:
        """Every theme."""
        for name in self._names():
            yield DiscoveryHit(name, partial(self._take, name))

    async def search(self, query: str) -> Hits:
        """Themes whose names match."""
        matcher = self.matcher(query)
        for name in self._names():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), partial(self._take, name))

    def _names(self) -> list[str]:
        return sorted(self.app.available_themes, key=lambda name: (not name.startswith("runmon-"), name))

    def _take(self, name: str) -> None:
        take = getattr(self.app, "take_theme", None)
        if take is not None:
            take(name)
