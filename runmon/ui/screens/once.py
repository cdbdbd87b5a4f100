"""Screens that give one result."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen


class GivesOnce(Screen[Any], inherit_bindings=False):
    """A screen that closes once: a second key or click, come too fast, would close the screen below."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close with this result, unless that was done already or another screen lies above."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()
