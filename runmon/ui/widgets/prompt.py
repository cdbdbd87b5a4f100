"""The line at the bottom of a line view where a person types what to look for or where to go."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static


class Prompt(Horizontal):
    """Asks for one line. `typed` hears every change, `done` the end: the text, or None where it was left."""

    DEFAULT_CSS = """
    Prompt { height: 1; dock: bottom; background: $panel; }
    Prompt > .prompt--label { width: auto; padding: 0 1; color: $accent; }
    Prompt > .prompt--note { width: auto; padding: 0 1; color: $quiet; }
    Prompt > Input, Prompt > Input:focus {
        width: 1fr; height: 1; border: none; padding: 0; background: $panel; background-tint: $panel 0%;
    }
    """

    def __init__(
        self,
        label: str,
        *,
        typed: Callable[[str], None],
        done: Callable[[str | None], None],
        value: str = "",
        hint: str = "",
    ) -> None:
        super().__init__()
        self._label, self._typed, self._done = label, typed, done
        self._value, self._hint = value, hint
        self._note = Static("", classes="prompt--note", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="prompt--label", markup=False)
        yield Input(self._value, placeholder=self._hint, max_length=512, select_on_focus=True)
        yield self._note

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def say(self, note: Text) -> None:
        """A word beside the text, such as how many matches there are."""
        self._note.update(note)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._typed(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end(event.value)

    def key_escape(self) -> None:
        """Leave without an answer."""
        self._end(None)

    def on_descendant_blur(self) -> None:
        """Focus went elsewhere: what was typed stands."""
        if self.is_attached:
            self._end(self.query_one(Input).value)

    def _end(self, value: str | None) -> None:
        done, self._done = self._done, lambda _: None
        done(value)
        self.remove()
