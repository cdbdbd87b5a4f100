"""Letting a finished run live again: on its storages, with what is changed here and the rest as before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from runmon.errors import BadInput
from runmon.model.order import Deed, Order
from runmon.model.run import Run
from runmon.render.equivalents import equivalents
from runmon.render.untrusted import clean
from runmon.ui.screens.question import NO, Answer, Question, about_run
from runmon.ui.widgets.command_lines import CommandLines

MEMORY = range(128, 32_769)
FIELDS = (
    ("build", "build", "a tag or number"),
    ("memory", "memory", "MB, a power of 2"),
    ("timeout", "timeout", "seconds, 0 for none"),
    ("charge", "most charged", "USD"),
)
"""Id, label, and what may be typed."""


class ResurrectScreen(Question[Order | None]):
    """A small form; the result is the order, or None."""

    BINDINGS = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("c", "change", show=False),
    ]

    def __init__(self, name: str, run_id: str, run: Run, price: str, *, api_url: str) -> None:
        """`name`, `run_id` and `price` must be clean; `run` tells what was set before."""
        said = "It starts again with the same input, on the storages as they are. "
        answers = (NO, Answer("yes", "Resurrect", "r", harmful=True))
        super().__init__("Resurrect this run?", about_run(name, run_id, said, price), answers)
        self._run_id, self._api_url = run_id, api_url
        self._before = _before(run)

    def details(self) -> ComposeResult:
        yield Static(
            Text.assemble(("c", "underline"), (" changes these; what is empty stays as before", "faint"))
        )
        for id, label, form in FIELDS:
            with Horizontal(classes="field"):
                yield Static(Text(label, "quiet"), classes="label")
                yield Input(id=id, compact=True, max_length=100, placeholder=self._hint(id, form))
        yield Static("", id="trouble", markup=False)

    def _hint(self, id: str, form: str) -> str:
        before = self._before[id]
        return clean(f"as before: {before}  ({form})" if before else f"as before  ({form})")

    def on_mount(self) -> None:
        super().on_mount()
        self._tell()

    @on(Input.Changed)
    def _tell(self) -> None:
        """Show the order as commands, or what is wrong with it."""
        order, trouble = self._read()
        self.query_one("#trouble", Static).update(Text(trouble, "bad"))
        self.query_one("#trouble").display = bool(trouble)
        self.query_one(CommandLines).show(equivalents(order, self._api_url) if order else ())

    def _read(self) -> tuple[Order | None, str]:
        try:
            return order_of(
                self._run_id, {id: self.query_one(f"#{id}", Input).value for id, *_ in FIELDS}
            ), ""
        except BadInput as error:
            return None, str(error)

    def action_change(self) -> None:
        """Go to the first field."""
        self.query(Input).first().focus()

    @on(Input.Submitted)
    def on_to_the_answers(self) -> None:
        """Enter in a field goes to the answers, the harmless one first."""
        self.query_one("#no").focus()

    def give(self, answer: str) -> None:
        """The order, as far as it can be understood."""
        order, _trouble = self._read()
        if answer == "no" or order is not None:
            self.dismiss(None if answer == "no" else order)


def order_of(run_id: str, typed: dict[str, str]) -> Order:
    """The order that was typed; empty fields stay as before. BadInput names what cannot be used."""
    memory = _number(typed["memory"], int, "The memory", "a number of MB")
    if memory is not None and (memory not in MEMORY or memory & (memory - 1)):
        raise BadInput("The memory must be a power of 2 from 128 to 32768 MB.")
    charge = _number(typed["charge"], float, "The most that is charged", "an amount in USD")
    if charge is not None and not 0 < charge < 1e9:
        raise BadInput("The most that is charged must be more than 0 USD.")
    return Order(
        Deed.RESURRECT,
        run_id,
        build=typed["build"].strip() or None,
        memory_mb=memory,
        timeout_s=_number(typed["timeout"], int, "The timeout", "a number of seconds"),
        max_charge_usd=charge,
    )


def _number(text: str, kind: Callable[[str], Any], name: str, form: str) -> Any:
    if not text.strip():
        return None
    try:
        value = kind(text.strip().removeprefix("$"))
    except ValueError:
        raise BadInput(f"{name} must be {form}.") from None
    if not 0 <= value < 1e9:
        raise BadInput(f"{name} must be {form}.")
    return value


def _before(run: Run) -> dict[str, str]:
    options = run.options
    told = {
        "build": options.build or run.build_number,
        "memory": options.memory_mbytes,
        "timeout": options.timeout_secs if options.timeout_secs != 0 else "no limit",
        "charge": options.max_total_charge_usd,
    }
    return {
        id: "" if value is None else f"{value:g}" if isinstance(value, float) else value
        for id, value in told.items()
    }
