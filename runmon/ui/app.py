"""The application: theme, keys of everywhere, and a terminal that is whole again however we leave."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ScreenStackError
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import MountError

from runmon.errors import BadInput
from runmon.render.signals import GIVE_TITLE_BACK, KEEP_TITLE, title
from runmon.settings import DEFAULTS, Settings
from runmon.ui.commands import bindings
from runmon.ui.crash import crash_text
from runmon.ui.filters import ControlFilter
from runmon.ui.keymap import Keymap
from runmon.ui.keys_in_turn import KeysInTurn
from runmon.ui.leaving import HELP, Leaves, Tie
from runmon.ui.pixels import HasPixels
from runmon.ui.remembered import Remembered
from runmon.ui.stylesheets import sheets
from runmon.ui.theme import DARK, THEMES, of_theme, rich_styles, variables
from runmon.ui.toasts import KeepsToastsFew
from runmon.ui.widgets.prompt import TypesAhead
from runmon.watch.clock import Clock

if TYPE_CHECKING:
    from runmon.ui.outside import Copies

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
"""Signals after which we leave in order, with exit code 128 + number."""
FOR_WHO_READS_KEYS = (signal.SIGINT, signal.SIGQUIT)
LOOK_S = 1.0
"""Between two looks whether the terminal is still there."""
MISSED = (NoMatches, NoScreen, ScreenStackError, MountError)


class RunmonApp(KeysInTurn, TypesAhead, HasPixels, Leaves, KeepsToastsFew):
    """Shows the screen that `open_screen` makes."""

    SCOPE: ClassVar[str] = "app"
    BINDINGS = bindings("app")
    CSS_PATH = sheets()
    TITLE = "runmon"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        open_screen: Callable[[], Screen[Any]],
        *,
        theme: str = "",
        settings: Settings = DEFAULTS,
        clock: Clock | None = None,
        redact: Callable[[str], str] = str,
        remembered: Remembered | None = None,
        tie: Tie = Tie.NONE,
    ) -> None:
        """`redact` takes secrets out of what is said about a crash; `theme` goes before that of the settings.

        BadInput where the theme or the key map of the settings cannot be used.
        """
        super().__init__()
        self._last_filter = ControlFilter()
        self.settings = settings
        self.tie = tie
        self.keymap = Keymap(settings.keys, told=HELP[tie])
        self.set_keymap(self.keymap.for_textual())
        self.clock = clock or Clock(settings.zone)
        for own in THEMES:
            self.register_theme(own)
        self.remembered = remembered or Remembered()
        self.theme = self._known_theme(theme or settings.theme)
        kept = self.remembered.screen.theme
        if not theme and settings.theme == DEFAULTS.theme and kept in self.available_themes:
            self.theme = str(kept)
        self._open_screen, self._redact = open_screen, redact
        self._copies: Copies | None = None
        self._titled = ""
        self._styles_pushed = self._lending = False
        self._colours = self._named_colours()
        self.stylesheet.set_variables(self._colours[1])

    def _known_theme(self, name: str) -> str:
        if name in self.available_themes:
            return name
        known = ", ".join(sorted(self.available_themes))
        raise BadInput(f"There is no theme {name!r}.", hint=f"Known: {known}.")

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver, or ours in place of the one for POSIX terminals."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from runmon.ui.driver import LastingDriver

        return LastingDriver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our colour names for themes that are not ours."""
        return variables(of_theme(self.current_theme) if self.is_running else DARK)

    def _named_colours(self) -> tuple[str, dict[str, str]]:
        return self.theme, self.get_css_variables()

    def refresh_css(self, animate: bool = True) -> None:
        """Read all sheets again, but not for the colours they have, as Textual does at its start."""
        colours = self._named_colours()
        if colours != self._colours:
            self._colours = colours
            super().refresh_css(animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and ours as the last."""
        return [*super().get_line_filters(), self._last_filter]

    def on_mount(self) -> None:
        self._catch_signals()
        self.theme_changed_signal.subscribe(self, self._theme_changed)

    def get_default_screen(self) -> Screen[Any]:
        """Our screen itself, so that nothing is painted before it."""
        if self.theme == DEFAULTS.theme and not self.is_headless and self.console.color_system == "standard":
            self.theme = "runmon-16"
        self._use_styles()
        return self._open_screen()

    def _catch_signals(self) -> None:
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._signalled, number)
        self.set_interval(LOOK_S, self._look_for_terminal)

    def _signalled(self, number: int) -> None:
        """Leave, but for Ctrl+C and Ctrl+\\ that were meant for a program that has the terminal."""
        if not self._lending or number not in FOR_WHO_READS_KEYS:
            self.leave(128 + number)

    @property
    def copies(self) -> Copies:
        """Where private copies for other programs lie while we run."""
        from runmon.ui.outside import Copies

        self._copies = self._copies or Copies()
        return self._copies

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Meanwhile the terminal belongs to another program; the run is followed, and nothing is painted."""
        trouble: BaseException | None = None
        with self.suspend(), self.batch_update():
            self._lending = True
            try:
                yield
            except BaseException as error:
                trouble = error  # Textual would not take the terminal back
            self._lending = False
        if trouble is not None:
            raise trouble

    def _look_for_terminal(self) -> None:
        """Leave where the terminal went away without a signal, and fit into what it is by now."""
        if not sys.__stdin__ or not os.isatty(sys.__stdin__.fileno()):
            self.leave(128 + signal.SIGHUP)
        elif not self._lending and (look := getattr(self._driver, "look_at_window", None)) is not None:
            look()

    @on(Driver.SignalResume)
    def _back_from_the_shell(self) -> None:
        """Paint everything: what the terminal showed is gone."""
        self.refresh(layout=True)

    def _theme_changed(self, _theme: object) -> None:
        self._use_styles()
        self.refresh_css(animate=False)
        for screen in self.screen_stack:
            for widget in screen.walk_children():
                widget.refresh(layout=True)

    def _use_styles(self) -> None:
        if self._styles_pushed:
            self.console.pop_theme()
        self.console.push_theme(rich_styles(of_theme(self.current_theme)))
        self._styles_pushed = True

    def name_terminal(self, text: str) -> None:
        """Name the terminal's window; it gets its old name back at the end."""
        if text != self._titled:
            self.tell_terminal(title(text) if self._titled else KEEP_TITLE + title(text))
            self._titled = text

    async def _close_all(self) -> None:
        """Workers end before the widgets they write to."""
        self.workers.cancel_all()
        if self._titled:
            self.tell_terminal(GIVE_TITLE_BACK)
        if self._copies is not None:
            self._copies.close()
        await super()._close_all()

    def _handle_exception(self, error: Exception) -> None:
        """What is missed while leaving has gone already, or was never put there: that ends nothing."""
        if not (self._exit and isinstance(error, MISSED)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """An error of our own: said in a few lines, without values, secrets or control characters."""
        self._exit_renderables.append(crash_text(sys.exc_info()[1] or self._exception, self._redact))
        self._close_messages_no_wait()

    def action_toggle_theme(self) -> None:
        """Dark to light and back."""
        self.take_theme("runmon-light" if self.current_theme.dark else "runmon-dark")

    def take_theme(self, name: str) -> None:
        """Show these colours, and the next time too unless the settings name others."""
        self.theme = name
        self.remembered.keep(theme=name)

    def action_choose_theme(self) -> None:
        """List all themes, ours first."""
        from runmon.ui.palette import Palette, ThemeNames

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(providers=[ThemeNames], placeholder="Find a theme …"))

    def action_help(self) -> None:
        """Show the keys that work now."""
        from runmon.ui.palette import at_hand
        from runmon.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(list(at_hand(self.screen))))

    def action_command_palette(self) -> None:
        """Find a command by its name."""
        from runmon.ui.palette import Palette, TableCommands

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(providers=[TableCommands], placeholder="Find a command …"))
