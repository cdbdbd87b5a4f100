"""Putting failed requests back and letting the run live again: looked for first, listed, then asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from runmon.errors import RunmonError
from runmon.model.units import grouped
from runmon.render.equivalents import requeue_equivalents
from runmon.render.untrusted import clean
from runmon.ui.screens.question import NO, Answer, Question, about_run
from runmon.ui.widgets.command_lines import CommandLines

if TYPE_CHECKING:
    from runmon.model.requests import QueuedRequest

LISTED = 500
"""Requests that are shown; all are counted."""
Find = Callable[[Callable[[int], None]], Awaitable[list["QueuedRequest"]]]
"""Reads all failed requests, telling how many were looked at."""


ANSWERS = (
    NO,
    Answer("put", "Put them back", "p", harmful=True),
    Answer("both", "Put back and resurrect", "r", harmful=True),
)


class RequeueScreen(Question["tuple[list[str], bool] | None"]):
    """Lists what failed; the result is the ids to put back and whether to resurrect, or None."""

    BINDINGS = [
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]

    def __init__(
        self, name: str, run_id: str, find: Find, price: str, undo: str, *, ended: bool, api_url: str
    ) -> None:
        """Texts must be clean. `ended`: whether the run can be resurrected."""
        consequence = about_run(
            name, run_id,
            "Each is made as if it had never been tried: no retries, no errors, not handled. "
            "As they were, they are kept in ",
        ).append(undo, "text").append(f".\n{price}" if ended else ".", "quiet")  # fmt: skip
        super().__init__(
            "Requeue the failed requests of this run?", consequence, ANSWERS if ended else ANSWERS[:2]
        )
        self._find, self._commands = find, requeue_equivalents(run_id, api_url)
        self._failed: list[QueuedRequest] = []

    def details(self) -> ComposeResult:
        with VerticalScroll(id="failed", can_focus=False):
            yield Static(Text("Looking for failed requests …", "quiet"), id="list", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(CommandLines).show(self._commands)
        self._enable(False)
        self.look()

    @work(group="requeue", exclusive=True)
    async def look(self) -> None:
        """Read the queue; the list says what was found, or why nothing could be."""
        try:
            self._failed = await self._find(self._scanned)
        except RunmonError as error:
            self._say(Text(clean(str(error), limit=400), "bad"))
            return
        self._say(listed(self._failed))
        self._enable(bool(self._failed))

    def _scanned(self, count: int) -> None:
        self._say(Text(f"Looking for failed requests … {grouped(count)} read", "quiet"))

    def _say(self, text: Text) -> None:
        self.query_one("#list", Static).update(text)

    def _enable(self, enabled: bool) -> None:
        for button in self.query("Button.harmful"):
            button.disabled = not enabled

    def action_scroll(self, lines: int) -> None:
        """Move the list."""
        self.query_one("#failed").scroll_relative(y=lines, animate=False)

    def give(self, answer: str) -> None:
        """What was found, or nothing."""
        ids = [request.id for request in self._failed]
        self.dismiss(None if answer == "no" else (ids, answer == "both"))


def _gist(error: str) -> str:
    """The line of an error that says what happened: the first, but of a Python traceback the last."""
    lines = error.strip().split("\n")
    return lines[-1 if lines[0].startswith("Traceback") else 0].strip()


def listed(requests: list[QueuedRequest]) -> Text:
    """How many failed, and a line for each: its address, and the first line of its last error."""
    if not requests:
        return Text("No request of this queue has failed.", "quiet")
    text = Text.assemble((f"{grouped(len(requests))} failed\n", "strong"))
    for request in requests[:LISTED]:
        error = _gist((request.error_messages or [""])[-1])
        text.append(f"{clean(request.url, limit=200)}\n", "text")
        text.append(f"  {clean(error, limit=200)}\n" if error else "", "faint")
    if len(requests) > LISTED:
        text.append(f"and {grouped(len(requests) - LISTED)} more", "quiet")
    text.rstrip()
    return text
