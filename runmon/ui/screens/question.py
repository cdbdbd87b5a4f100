"""A question: about what, what will happen, its answers, and how to give them by command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from runmon.render.equivalents import Equivalent
from runmon.ui.screens.dialog import Dialog
from runmon.ui.widgets.command_lines import CommandLines

Result = TypeVar("Result")


class Answer(msgspec.Struct, frozen=True):
    """One answer: its id, the word on its button, the key that gives it, and whether it does harm."""

    id: str
    label: str
    key: str
    harmful: bool = False
    commands: tuple[Equivalent, ...] = ()
    """Command lines that do the same."""


NO = Answer("no", "No", "n")


def about_run(name: str, run_id: str, *said: str) -> Text:
    """Which run, and in quiet words what will happen to it. All must be clean."""
    which = Text.assemble((name or "run", "text"), ("  ·  ", "faint"), (run_id, "text"), "\n\n")
    return which.append("".join(said), "quiet")


class Question(Dialog[Result], inherit_bindings=False):
    """Asks, the focus on the first answer: the harmless one, which Esc gives, too."""

    BINDINGS = [
        Binding("escape", "answer(0)", "no"),
        Binding("left,h,shift+tab", "app.focus_previous", show=False),
        Binding("right,l,tab", "app.focus_next", show=False),
        *CommandLines.KEYS,
    ]

    def __init__(self, question: str, consequence: Text, answers: Sequence[Answer]) -> None:
        """Texts must be clean; `consequence` says what will happen."""
        super().__init__()
        self._question, self._consequence, self.answers = question, consequence, tuple(answers)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Text.assemble((self._question, "strong")), id="question")
            yield Static(self._consequence, id="consequence")
            yield from self.details()
            yield CommandLines()
            with Horizontal(id="answers"):
                for answer in self.answers:
                    label = Content.assemble((answer.key, "underline"), "  ", answer.label)
                    yield Button(label, id=answer.id, classes="harmful" if answer.harmful else "harmless")

    def details(self) -> ComposeResult:
        """What stands between the consequence and the commands."""
        return iter(())

    def give(self, answer: str) -> None:
        """End with the answer of this id."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.query_one(f"#{self.answers[0].id}").focus()
        for place, answer in enumerate(self.answers):
            self._bindings.bind(answer.key, f"answer({place})", show=False)

    def action_answer(self, place: int) -> None:
        """Give the answer at this place, where it can be given."""
        id = self.answers[place].id
        if not self.query_one(f"#{id}", Button).disabled:
            self.give(id)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.give(event.button.id or self.answers[0].id)
