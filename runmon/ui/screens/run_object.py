"""The whole run object as its server sent it, unknown fields included; newer ones come in by themselves."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from runmon.model.document import Document
from runmon.model.run import Run
from runmon.model.units import byte_size
from runmon.render.preview import json_preview
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.outside import copy
from runmon.ui.screens.detail import DetailScreen


class RunObjectScreen(DetailScreen):
    """Shows the run object; `show_run` takes a newer one and leaves the cursor where it is."""

    SCOPE: ClassVar[str] = "run_object"
    BINDINGS = bindings("run_object")

    def __init__(self, document: Document[Run]) -> None:
        super().__init__()
        self._document = document

    def on_mount(self) -> None:
        super().on_mount()
        self._write()

    def show_run(self, document: Document[Run]) -> None:
        """Show a newer object, unless it says the same or its lines are folded or being read further down."""
        view = self.frame.view
        if document.raw == self._document.raw or (view.json is not None and view.cursor > 0):
            return
        self._document = document
        self._write()

    def _write(self) -> None:
        run_id = clean(self._document.view.id, limit=64)
        title = Text.assemble(("Run object  ", "strong"), (run_id, "quiet"))
        size = Text.assemble((byte_size(len(self._document.raw)), "quiet"))
        self.put(title, size, json_preview(self._document.raw))

    def action_copy_object(self) -> None:
        """Copy the object as it was sent."""
        copy(self.app, self._document.raw.decode("utf-8", "replace"), "the run object")
