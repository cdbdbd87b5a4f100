"""The line at the bottom of a line view where a person types what to look for or where to go."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

_EDITING = {binding.key: binding.action for binding in Binding.make_bindings(Input.BINDINGS)}
"""Keys that edit or end the line, and what they do."""


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
        self._note = Static("", classes="prompt--note", markup=False)
        self._input = Input(value, placeholder=hint, max_length=512, select_on_focus=True)
        self._early: list[events.Key] | None = []

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="prompt--label", markup=False)
        yield self._input
        yield self._note

    def on_mount(self) -> None:
        self._input.focus()
        early, self._early = self._early or [], None
        for event in early:
            self.take(event)

    def take(self, event: events.Key) -> None:
        """A key that was typed for this line before it had the focus."""
        if self._early is None:
            self._input.post_message(events.Key(event.key, event.character))
        else:
            self._early.append(event)

    async def on_key(self, event: events.Key) -> None:
        """What is no text edits or ends the line, and is for nobody else while it is open."""
        event.stop()
        if event.key in _EDITING:
            await self._input.run_action(_EDITING[event.key])

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
            self._end(self._input.value)

    def _end(self, value: str | None) -> None:
        if isinstance(self.app, TypesAhead) and self.app.asked is self:
            self.app.asked = None
        done, self._done = self._done, lambda _: None
        done(value)
        self.call_after_refresh(self.remove)  # where one went shows before all is laid out again


def ask(
    parent: Widget,
    label: str,
    *,
    typed: Callable[[str], None],
    done: Callable[[str | None], None],
    value: str = "",
    hint: str = "",
) -> Prompt:
    """Open a prompt at the bottom of a widget; keys typed before it is there are its text."""
    prompt = Prompt(label, typed=typed, done=done, value=value, hint=hint)
    if isinstance(parent.app, TypesAhead):
        parent.app.asked = prompt
    parent.mount(prompt)
    return prompt


class TypesAhead:
    """For the application: keys typed faster than a prompt opens are its text, not commands."""

    asked: Prompt | None = None

    def on_key(self, event: events.Key) -> None:
        """Hand to the open prompt what reached the application past it."""
        if self.asked is not None:
            event.prevent_default()
            self.asked.take(event)
