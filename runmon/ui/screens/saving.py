"""A form that ends in a file: where to, what is there already, how far it is. The same whatever is saved."""

from __future__ import annotations

from asyncio import CancelledError
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from runmon.errors import AlreadyThere, RunmonError
from runmon.export.saving import meant
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.dialog import Dialog

BAR = 40


class SavingScreen(Dialog[str | None]):
    """Asks and saves. The result is a clean sentence about the file, or None where nothing was saved.

    A kind of it gives its `choices`, and saves in `save`.
    """

    SCOPE: ClassVar[str] = "export"
    TAKES_FOLDERS: ClassVar[bool] = False
    """Whether the path may be that of a folder."""
    BINDINGS = [
        *bindings("export"),
        Binding("down,tab", "app.focus_next", show=False),
        Binding("up,shift+tab", "app.focus_previous", show=False),
    ]

    def __init__(self, title: Text, verb: str, name: str) -> None:
        """A clean title, the word on the button, and the file that is offered."""
        super().__init__()
        self._title, self._verb, self._name = title, verb, name
        self._busy = False
        self._replace: Path | None = None
        """The file that may be replaced: the one that was found to be there."""
        self.kept = ""
        """What was saved in full before the rest was stopped; a sentence."""

    def choices(self) -> ComposeResult:
        """What can be chosen beside the file."""
        yield from ()

    async def save(self, path: Path, *, replace: bool) -> str:
        """Save to a file, telling how far it is; a sentence that says so.

        Raises AlreadyThere where a file is there that must not be replaced, and RunmonError.
        It is cancelled where a person stops it.
        """
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="question")
            yield from self.choices()
            with Horizontal(id="file-row"):
                yield Static(Text.assemble(("file", "quiet")), id="file-label")
                yield Input(self._name, id="file", max_length=4096, select_on_focus=False)
            yield Static(id="note")
            with Horizontal(id="answers"):
                yield Button(Content.assemble("Cancel"), id="cancel")
                yield Button(Content.assemble(self._verb), id="go")

    def tell(self, words: str, share: float | None = None) -> None:
        """Write how far the saving is, with a bar where the share of it is known; `words` are clean."""
        if not self._busy or not self.is_attached:
            return
        line = Text()
        if share is not None:
            done = round(BAR * min(share, 1.0))
            line.append("▆" * done, "accent").append("▁" * (BAR - done) + "  ", "line")
        self.query_one("#note", Static).update(line.append(f"{words}  esc stops", "quiet"))

    def say(self, sentence: str, tone: str) -> None:
        """Write a clean sentence below the file."""
        self.query_one("#note", Static).update(Text.assemble((sentence, tone)))

    @on(Input.Changed, "#file")
    def _other_place(self) -> None:
        self._may_replace(None)

    def _may_replace(self, path: Path | None) -> None:
        self._replace = path
        self.query_one("#go", Button).label = Content.assemble("Overwrite" if path else self._verb)

    @on(Button.Pressed, "#go")
    @on(Input.Submitted)
    def action_go(self) -> None:
        """Save."""
        typed = self.query_one("#file", Input).value.strip()
        if self._busy:
            return
        if not typed or (typed.endswith("/") and not self.TAKES_FOLDERS) or "\0" in typed:
            self.say("Name a file or folder." if self.TAKES_FOLDERS else "Name a file.", "warn")
            self.query_one("#file").focus()
            return
        self.run_worker(self._save(meant(typed)), group="save", exclusive=True)

    @on(Button.Pressed, "#cancel")
    def action_back(self) -> None:
        """Stop saving; else close."""
        if self._busy:
            self.workers.cancel_group(self, "save")
        else:
            self.dismiss(None)

    async def _save(self, path: Path) -> None:
        self._wait(True)
        try:
            said = await self.save(path, replace=path == self._replace)
        except AlreadyThere:
            self._may_replace(path)
            self.say(f"{clean(path.name, limit=60)} is there already: Enter again replaces it.", "warn")
            self.query_one("#go").focus()
        except (RunmonError, OSError, RuntimeError) as error:
            self.say(clean(str(error), limit=300), "bad")
            self.query_one("#file").focus()
        except CancelledError:
            if self.is_attached:
                self.say(f"Stopped. {self.kept}", "quiet")
            raise
        else:
            self.dismiss(clean(said, limit=300))
        finally:
            self._wait(False)

    def _wait(self, busy: bool) -> None:
        self._busy = busy
        if self.is_attached:
            self.query_one("#cancel", Button).label = Content.assemble("Stop" if busy else "Cancel")
