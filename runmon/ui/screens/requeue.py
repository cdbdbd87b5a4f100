"""Putting failed requests back and letting the run live again: looked for first, listed, then asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from runmon.errors import RunmonError
from runmon.model.units import grouped
from runmon.render.equivalents import requeue_equivalents
from runmon.render.untrusted import clean
from runmon.ui.screens.dialog import Dialog
from runmon.ui.widgets.command_lines import CommandLines

if TYPE_CHECKING:
    from runmon.model.requests import QueuedRequest

LISTED = 500
"""Requests that are shown; all are counted."""
Find = Callable[[Callable[[int], None]], Awaitable[list["QueuedRequest"]]]
"""Reads all failed requests, telling how many were looked at."""


class RequeueScreen(Dialog["tuple[list[str], bool] | None"]):
    """Lists what failed; the result is the ids to put back and whether to resurrect, or None."""

    BINDINGS = [
        Binding("escape", "leave", "no"),
        Binding("n", "leave", show=False),
        Binding("p", "put(False)", show=False),
        Binding("r", "put(True)", show=False),
        Binding("left,h,shift+tab", "app.focus_previous", show=False),
        Binding("right,l,tab", "app.focus_next", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        *CommandLines.KEYS,
    ]

    def __init__(
        self, name: str, run_id: str, find: Find, price: str, undo: str, *, ended: bool, api_url: str
    ) -> None:
        """Texts must be clean. `ended`: whether the run can be resurrected."""
        super().__init__()
        self._name, self._run_id, self._find = name, run_id, find
        self._price, self._undo, self._ended, self._api_url = price, undo, ended, api_url
        self._failed: list[QueuedRequest] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Text.assemble(("Requeue the failed requests of this run?", "strong")), id="question")
            yield Static(self._consequence(), id="consequence")
            with VerticalScroll(id="failed", can_focus=False):
                yield Static(Text("Looking for failed requests …", "quiet"), id="list", markup=False)
            yield CommandLines()
            with Horizontal(id="answers"):
                yield Button(Content.assemble(("n", "underline"), "  No"), id="no")
                yield Button(
                    Content.assemble(("p", "underline"), "  Put them back"), id="put", classes="harmful"
                )
                if self._ended:
                    label = Content.assemble(("r", "underline"), "  Put back and resurrect")
                    yield Button(label, id="both", classes="harmful")

    def _consequence(self) -> Text:
        return Text.assemble(
            (self._name or "run", "text"), ("  ·  ", "faint"), (self._run_id, "text"), "\n\n",
            ("Each is made as if it had never been tried: no retries, no errors, not handled. "
             "As they were, they are kept in ", "quiet"), (self._undo, "text"),
            (f".\n{self._price}" if self._ended else ".", "quiet"),
        )  # fmt: skip

    def on_mount(self) -> None:
        self.query_one("#no").focus()
        self.query_one(CommandLines).show(requeue_equivalents(self._run_id, self._api_url))
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

    @on(Button.Pressed, "#no")
    def action_leave(self) -> None:
        """No."""
        self.dismiss(None)

    @on(Button.Pressed, "#put")
    def put(self) -> None:
        self.action_put(False)

    @on(Button.Pressed, "#both")
    def put_and_resurrect(self) -> None:
        self.action_put(True)

    def action_put(self, resurrect: bool) -> None:
        """Yes, where something was found."""
        if self._failed and (self._ended or not resurrect):
            self.dismiss(([request.id for request in self._failed], resurrect))


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
