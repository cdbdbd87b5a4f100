"""A question before what cannot be taken back. The harmless answer has the focus; Esc gives it too."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from runmon.model.order import Deed, Order
from runmon.render.equivalents import Equivalent, equivalents, looped
from runmon.ui.screens.dialog import Dialog
from runmon.ui.widgets.command_lines import CommandLines


class Answer(msgspec.Struct, frozen=True):
    """One answer: its id, the word on its button, the key that gives it, and whether it does harm."""

    id: str
    label: str
    key: str
    harmful: bool = False
    commands: tuple[Equivalent, ...] = ()
    """Command lines that do the same."""


class ConfirmScreen(Dialog[str]):
    """Asks; the result is the id of the chosen answer. The first answer is the harmless one."""

    BINDINGS = [
        Binding("escape", "choose(0)", "no"),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
        *CommandLines.KEYS,
    ]

    def __init__(self, question: Text, consequence: Text, answers: Sequence[Answer]) -> None:
        """Texts must be clean; `consequence` says what will happen."""
        super().__init__()
        self._question, self._consequence, self._answers = question, consequence, tuple(answers)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._question, id="question")
            yield Static(self._consequence, id="consequence")
            yield CommandLines()
            with Horizontal(id="answers"):
                for answer in self._answers:
                    label = Content.assemble((answer.key, "underline"), "  ", answer.label)
                    yield Button(label, id=answer.id, classes="harmful" if answer.harmful else "harmless")

    def on_mount(self) -> None:
        self.query(Button).first().focus()
        self._tell(self._answers[0].id)
        for place, answer in enumerate(self._answers):
            self._bindings.bind(answer.key, f"choose({place})", show=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show how to say by command what the button under the focus says."""
        self._tell(event.widget.id or "")

    def _tell(self, id: str) -> None:
        told = {answer.id: answer.commands for answer in self._answers}
        first = next((answer.commands for answer in self._answers if answer.commands), ())
        self.query_one(CommandLines).show(told.get(id) or first)

    def action_choose(self, place: int) -> None:
        """Give the answer at this place."""
        self.dismiss(self._answers[place].id)

    @on(Button.Pressed)
    def give(self, event: Button.Pressed) -> None:
        """Give the answer of the pressed button."""
        self.dismiss(event.button.id or self._answers[0].id)


def about_abort(name: str, run_id: str, *, api_url: str = "") -> ConfirmScreen:
    """The question before an abort. `name` and `run_id` must be clean; `api_url` lets it show commands."""
    question = Text.assemble(("Abort this run?", "strong"))
    consequence = Text.assemble(
        (name or "run", "text"), ("  ·  ", "faint"), (run_id, "text"), "\n\n",
        ("Gracefully: the Actor is told, has 30 seconds to save its state, then it is stopped.\n"
         "Now: it is stopped at once. What it has stored stays in both cases.", "quiet"),
    )  # fmt: skip
    answers = [
        Answer("no", "No, let it run", "n"),
        Answer("gracefully", "Abort gracefully", "g", True, _aborting([run_id], api_url, gracefully=True)),
        Answer("now", "Abort now", "a", True, _aborting([run_id], api_url, gracefully=False)),
    ]
    return ConfirmScreen(question, consequence, answers)


NAMED = 8
"""Runs that a question names; of more it says how many."""


def about_aborts(runs: Sequence[tuple[str, str]], *, api_url: str = "") -> ConfirmScreen:
    """The question before several aborts: pairs of name and run id, both clean; see `about_abort`."""
    if len(runs) == 1:
        return about_abort(*runs[0], api_url=api_url)
    consequence = Text()
    for name, run_id in runs[:NAMED]:
        consequence.append(f"{name}  ", "text").append(f"{run_id}\n", "quiet")
    if len(runs) > NAMED:
        consequence.append(f"and {len(runs) - NAMED} more\n", "quiet")
    consequence.append(
        "\nGracefully: each Actor is told, has 30 seconds to save its state, then it is stopped.\n"
        "Now: they are stopped at once. What they have stored stays in both cases.", "quiet"
    )  # fmt: skip
    ids = [run_id for _name, run_id in runs]
    answers = [
        Answer("no", "No, let them run", "n"),
        Answer("gracefully", "Abort gracefully", "g", True, _aborting(ids, api_url, gracefully=True)),
        Answer("now", "Abort now", "a", True, _aborting(ids, api_url, gracefully=False)),
    ]
    return ConfirmScreen(Text(f"Abort these {len(runs)} runs?", "strong"), consequence, answers)


def about_force(name: str, run_id: str, *, api_url: str) -> ConfirmScreen:
    """The question before an abort that spares the Actor nothing."""
    consequence = Text.assemble(
        (name or "run", "text"), ("  ·  ", "faint"), (run_id, "text"), "\n\n",
        ("It is stopped at once; the Actor cannot save its state. What it has stored stays.", "quiet"),
    )  # fmt: skip
    answers = [
        Answer("no", "No, let it run", "n"),
        Answer("now", "Abort now", "a", True, _aborting([run_id], api_url, gracefully=False)),
    ]
    return ConfirmScreen(Text.assemble(("Abort this run at once?", "strong")), consequence, answers)


def about_reboot(name: str, run_id: str, *, api_url: str) -> ConfirmScreen:
    """The question before a reboot."""
    consequence = Text.assemble(
        (name or "run", "text"), ("  ·  ", "faint"), (run_id, "text"), "\n\n",
        ("Its container is stopped and started again on the same storages. What the Actor holds in memory "
         "is lost; time and cost go on counting.", "quiet"),
    )  # fmt: skip
    commands = equivalents(Order(Deed.REBOOT, run_id), api_url)
    answers = [Answer("no", "No, let it run", "n"), Answer("reboot", "Reboot", "b", True, commands)]
    return ConfirmScreen(Text.assemble(("Reboot this run?", "strong")), consequence, answers)


def _aborting(run_ids: Sequence[str], api_url: str, *, gracefully: bool) -> tuple[Equivalent, ...]:
    order = Order(Deed.ABORT, run_ids[0], gracefully=gracefully)
    return looped(order, run_ids, api_url) if api_url else ()
