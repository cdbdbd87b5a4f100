"""Keys that arrive together, over a slow line or from a script, mean what they mean one by one."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.message_pump import MessagePump
from textual.widget import Widget

LOST_S = 0.5
"""A key that is under way for longer holds up no other: whoever had it is gone."""


def stands(widget: Widget) -> bool:
    """Whether a widget has all that it consists of, and is not being taken away."""
    return widget.is_mounted and widget.is_attached and not (widget._closing or widget._pruning)


class KeysInTurn(App[int]):
    """For the application: a key goes to where the focus is once all that the key before it did is done.

    Textual sends each to the focus of the moment at which it was read, though the one before may move it.
    """

    _typed: deque[events.Key] | None = None
    _sent_at = 0.0

    async def on_event(self, event: events.Event) -> None:
        """Hold back a key that follows another too closely, and pass by what is too late."""
        if self._is_lost(event):
            return
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
            return
        waiting = self._typed = self._typed or deque()
        waiting.append(event)
        if len(waiting) == 1 or time.monotonic() - self._sent_at > LOST_S:
            await self._send(waiting[0])

    def _is_lost(self, event: events.Event) -> bool:
        """Whether what a key or the mouse meant has gone: all screens, or the widget that is pressed."""
        if not isinstance(event, events.InputEvent):
            return False
        try:
            screen = self.screen
            pressed = (
                screen.get_widget_at(event.x, event.y)[0] if isinstance(event, events.MouseDown) else screen
            )
        except NoWidget:
            return False
        except ScreenStackError:
            return True
        return pressed.parent is None

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Do what a key asks for; nothing where that is not all there yet, or is going: the key was late."""
        if isinstance(namespace, Widget) and not stands(namespace):
            return True
        return await super()._dispatch_action(namespace, action_name, params)

    async def _send(self, key: events.Key) -> None:
        if self._is_lost(key):
            return
        self._sent_at = time.monotonic()
        had = self.focused or self.screen
        await super().on_event(key)
        self._follow(key, had)

    def _follow(self, key: events.Key, node: MessagePump | None) -> None:
        """Go after a key, from who had it up to the application; what it asked for there waits before us."""
        if node is None or node is self or not node.call_later(self._follow, key, node._parent):
            self.call_later(self._done, key)

    async def _done(self, key: events.Key) -> None:
        waiting = self._typed
        if waiting and waiting[0] is key:
            waiting.popleft()
            if waiting:
                await self._send(waiting[0])
