"""Where to save the log, and what of it: a small form that never overwrites without asking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from runmon.errors import AlreadyThere, LocalFault
from runmon.export.log_file import save_log
from runmon.export.saving import meant
from runmon.model.units import byte_size
from runmon.render.untrusted import clean
from runmon.ui.screens.dialog import Dialog

Pieces = Callable[[bool, bool], Iterator[bytes]]
"""The log's bytes: of everything or of what shows, clean or as they came."""


class SaveLog(Dialog[str | None]):
    """Saves the log. The result is a sentence that says so, or None where that was not wished."""

    SCOPE: ClassVar[str] = "save_log"
    BINDINGS = [
        Binding("escape", "leave", "cancel"),
        Binding("down,tab", "app.focus_next", show=False),
        Binding("up,shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, name: str, pieces: Pieces, *, hidden: bool) -> None:
        """`name` is offered, in the folder we are in; `hidden` tells that a filter hides something."""
        super().__init__()
        self._name, self._pieces = name, pieces
        self._everything, self._clean, self._hidden = not hidden, True, hidden
        self._overwrites: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            here = clean(str(Path.cwd()), limit=60)
            yield Static(Text.assemble(("Save the log", "strong"), (f"   in {here}", "quiet")), id="question")
            with Horizontal(classes="field"):
                yield Static(Text("to", "quiet"), classes="label")
                yield Input(self._name, id="path", compact=True, max_length=4096, select_on_focus=False)
            with Horizontal(classes="field"):
                yield Static(Text("lines", "quiet"), classes="label")
                yield Button("", id="which")
            with Horizontal(classes="field"):
                yield Static(Text("form", "quiet"), classes="label")
                yield Button("", id="form")
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="answers"):
                yield Button(Content("Cancel"), id="no")
                yield Button(Content("Save"), id="yes")

    def on_mount(self) -> None:
        self.query_one("#path", Input).focus()
        self._tell()

    def _tell(self, trouble: str = "") -> None:
        which = "everything" if self._everything else "only what shows"
        form = "clean: no colour codes, nothing a terminal obeys" if self._clean else "raw: as it came"
        self.query_one("#which", Button).label = Content(which)
        self.query_one("#which", Button).disabled = not self._hidden
        self.query_one("#form", Button).label = Content(form)
        self.query_one("#yes", Button).label = Content("Overwrite" if self._overwrites else "Save")
        said = self.query_one("#trouble", Static)
        said.update(Text(clean(trouble, limit=300), "warn"))
        said.display = bool(trouble)

    @on(Button.Pressed, "#which")
    def _other_lines(self) -> None:
        self._everything = not self._everything
        self._tell()

    @on(Button.Pressed, "#form")
    def _other_form(self) -> None:
        self._clean = not self._clean
        self._tell()

    @on(Input.Changed)
    def _other_place(self) -> None:
        if self._overwrites is not None:
            self._overwrites = None
            self._tell()

    @on(Button.Pressed, "#no")
    def action_leave(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def _go(self) -> None:
        typed = self.query_one("#path", Input).value.strip()
        if not typed or typed.endswith("/") or "\0" in typed:
            self._tell("Name a file.")
            return
        path = meant(typed)
        replace = self._overwrites == path
        self._tell("Saving…")
        self.run_worker(lambda: self._save(path, replace), thread=True, group="save", exclusive=True)

    def _save(self, path: Path, replace: bool) -> None:
        """In a thread: write, and say how that went."""
        call = self.app.call_from_thread
        try:
            size = save_log(path, self._pieces(self._everything, self._clean), replace=replace)
        except AlreadyThere as error:
            call(self._ask, path, str(error))
        except (LocalFault, OSError, RuntimeError) as error:
            call(self._tell, str(error))
        else:
            call(self.dismiss, clean(f"Saved {byte_size(size)} to {path}.", limit=300))

    def _ask(self, path: Path, said: str) -> None:
        self._overwrites = path
        self._tell(said)
        self.query_one("#yes", Button).focus()
