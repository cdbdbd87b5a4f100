"""The application: theme, key bindings, the last filter before the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen

from runmon.ui.commands import bindings
from runmon.ui.stylesheets import sheets
from runmon.ui.theme import DARK, THEMES, of_theme, rich_styles, variables

if TYPE_CHECKING:
    from textual.color import Color

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class ControlFilter(LineFilter):
    """The last line of defence: no control byte that a widget let through reaches the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, control characters in their text replaced."""
        return [
            s if s.control or s.text.isprintable() else Segment(CONTROL.sub("\ufffd", s.text), s.style)
            for s in segments
        ]


class RunmonApp(App[int]):
    """Shows the screen that `open_screen` makes; returns an exit code."""

    SCOPE: ClassVar[str] = "app"
    BINDINGS = bindings("app")
    CSS_PATH = sheets()
    TITLE = "runmon"

    def __init__(self, open_screen: Callable[[], Screen[object]], *, theme: str = "runmon-dark") -> None:
        super().__init__()
        for own in THEMES:
            self.register_theme(own)
        self.theme = theme
        self._open_screen = open_screen
        self._styles_pushed = False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our colour names for themes that are not ours."""
        return variables(of_theme(self.current_theme) if self.is_running else DARK)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and ours as the last."""
        return [*super().get_line_filters(), ControlFilter()]

    def on_mount(self) -> None:
        self._use_styles()
        self.theme_changed_signal.subscribe(self, lambda _theme: self._use_styles())
        self.push_screen(self._open_screen())

    def _use_styles(self) -> None:
        if self._styles_pushed:
            self.console.pop_theme()
        self.console.push_theme(rich_styles(of_theme(self.current_theme)))
        self._styles_pushed = True
