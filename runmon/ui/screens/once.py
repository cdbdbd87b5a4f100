"""Screens that give one result."""

from __future__ import annotations

from typing import Any, cast

from textual.await_complete import AwaitComplete
from textual.screen import Screen


class GivesOnce:
    """For a screen that closes once: a second key or click, come too fast, would close the screen below."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close with this result, unless that was done already or another screen lies above."""
        screen = cast("Screen[Any]", self)
        return Screen.dismiss(screen, result) if screen.app.screen is screen else AwaitComplete()
