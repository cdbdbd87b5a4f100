"""One thing over the whole screen: an item, a record, a request. Esc goes back to where it was opened."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from runmon.errors import RunmonError
from runmon.render.preview import Preview
from runmon.render.untrusted import clean
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.footer import KeyFooter
from runmon.ui.widgets.json_view import JsonView
from runmon.ui.widgets.lines import TextLines
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.visiting import visit_link


class DetailFrame(Pane):
    """The frame around what is shown."""

    NAME: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self.view = JsonView()
        """The lines."""
        self._notes = Static(id="notes")
        self._notes.display = False

    def compose(self) -> ComposeResult:
        yield self.view
        yield self._notes

    def note(self, notes: tuple[str, ...]) -> None:
        """Write what a reader must know below the lines; nothing where there is nothing to say."""
        self._notes.display = bool(notes)
        self._notes.update(Text.assemble(("! ", "warn"), ("  ·  ".join(notes), "quiet")))


class DetailScreen(GivesOnce, Screen[int | None], inherit_bindings=False):
    """Shows lines in a frame with a title. The result is the row one ended on, where there are rows."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = DetailFrame()
        self.counts = Text()
        self._folds: bool | None = None
        """Whether lines were folded before trouble was told of, which always folds."""

    def compose(self) -> ComposeResult:
        yield self.frame
        yield KeyFooter()

    def on_mount(self) -> None:
        self.frame.view.focus()

    def put(self, title: Text, counts: Text, shown: Preview) -> None:
        """Show something else."""
        self.counts = counts
        if self._folds is not None:
            self.frame.view.wrap, self._folds = self._folds, None
        self.frame.title_text, self.frame.counts = title, counts
        self.frame.view.source = shown.lines
        self.frame.note(shown.notes)

    def put_trouble(self, title: Text, error: RunmonError) -> None:
        """Say why there is nothing to show."""
        if self._folds is None:
            self.frame.view.wrap, self._folds = True, self.frame.view.wrap
        self.frame.title_text, self.frame.counts = title, Text()
        self.frame.view.source = TextLines([Text.assemble((clean(str(error), limit=400), "bad"))])
        self.frame.note(())

    def put_waiting(self, title: Text) -> None:
        """Say that it is being read."""
        self.frame.title_text, self.frame.counts = title, Text.assemble(("reading…", "quiet"))

    @on(JsonView.PathChanged)
    def write_path(self, message: JsonView.PathChanged) -> None:
        """Say in the frame where the current line stands."""
        path = Text.assemble(("  ", ""), (message.path, "accent")) if message.path else Text()
        self.frame.counts = self.counts + path

    def action_copy_path(self) -> None:
        """Copy the path of the current line."""
        self.frame.view.copy_path()

    def action_fold(self, folded: bool) -> None:
        """Fold or unfold everything."""
        self.frame.view.fold_all(folded)

    def address(self) -> str:
        """The web address under the cursor; something else where there is none."""
        return self.frame.view.value()

    def action_open_url(self) -> None:
        """Open the address under the cursor in a browser."""
        self.run_worker(visit_link(self, self.address()), group="browser", exclusive=True)

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
