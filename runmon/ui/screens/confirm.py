"""A question before what cannot be taken back. The harmless answer has the focus; Esc gives it too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events

from runmon.model.order import Deed, Order
from runmon.render.equivalents import Equivalent, equivalents, looped
from runmon.ui.screens.question import Answer, Question, about_run
from runmon.ui.widgets.command_lines import CommandLines


class ConfirmScreen(Question[str]):
    """Asks; the result is the id of the chosen answer."""

    def on_mount(self) -> None:
        super().on_mount()
        self._tell(self.answers[0].id)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show how to say by command what the button under the focus says."""
        self._tell(event.widget.id or "")

    def _tell(self, id: str) -> None:
        told = {answer.id: answer.commands for answer in self.answers}
        first = next((answer.commands for answer in self.answers if answer.commands), ())
        self.query_one(CommandLines).show(told.get(id) or first)

    def give(self, answer: str) -> None:
        self.dismiss(answer)


def about_abort(name: str, run_id: str, *, api_url: str = "") -> ConfirmScreen:
    """The question before an abort. `name` and `run_id` must be clean; `api_url` lets it show commands."""
    consequence = about_run(
        name, run_id,
        "Gracefully: the Actor is told, has 30 seconds to save its state, then it is stopped.\n"
        "Now: it is stopped at once. What it has stored stays in both cases.",
    )  # fmt: skip
    answers = [
        Answer("no", "No, let it run", "n"),
        Answer("gracefully", "Abort gracefully", "g", True, _aborting([run_id], api_url, gracefully=True)),
        Answer("now", "Abort now", "a", True, _aborting([run_id], api_url, gracefully=False)),
    ]
    return ConfirmScreen("Abort this run?", consequence, answers)


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
    return ConfirmScreen(f"Abort these {len(runs)} runs?", consequence, answers)


def about_force(name: str, run_id: str, *, api_url: str) -> ConfirmScreen:
    """The question before an abort that spares the Actor nothing."""
    said = "It is stopped at once; the Actor cannot save its state. What it has stored stays."
    answers = [
        Answer("no", "No, let it run", "n"),
        Answer("now", "Abort now", "a", True, _aborting([run_id], api_url, gracefully=False)),
    ]
    return ConfirmScreen("Abort this run at once?", about_run(name, run_id, said), answers)


def about_reboot(name: str, run_id: str, *, api_url: str) -> ConfirmScreen:
    """The question before a reboot."""
    consequence = about_run(
        name, run_id,
        "Its container is stopped and started again on the same storages. What the Actor holds in memory "
        "is lost; time and cost go on counting.",
    )  # fmt: skip
    commands = equivalents(Order(Deed.REBOOT, run_id), api_url)
    answers = [Answer("no", "No, let it run", "n"), Answer("reboot", "Reboot", "b", True, commands)]
    return ConfirmScreen("Reboot this run?", consequence, answers)


def about_leaving() -> ConfirmScreen:
    """The question before a run is ended by leaving it."""
    consequence = Text.assemble(
        ("It is still running. It gets a moment to end; what it has stored stays.", "quiet"), "\n",
        ("^c", "strong"), (" leaves too.", "quiet"),
    )  # fmt: skip
    answers = [Answer("no", "No, stay", "n"), Answer("leave", "Leave and abort it", "y", True)]
    return ConfirmScreen("The run ends with runmon: leave and abort it?", consequence, answers)


def _aborting(run_ids: Sequence[str], api_url: str, *, gracefully: bool) -> tuple[Equivalent, ...]:
    order = Order(Deed.ABORT, run_ids[0], gracefully=gracefully)
    return looped(order, run_ids, api_url)
