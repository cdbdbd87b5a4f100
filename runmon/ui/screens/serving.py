"""How the server gives the items of the dataset: newest first, only what shows, or as other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from runmon.model.served import Served
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.screens.once import GivesOnce
from runmon.ui.widgets.choice import Choice

MOST_VIEWS = 6
ABOUT = {
    "": "Every item, whole, in the order of storing.",
    "newest": "The newest item stands at the top; the numbers stay those of storing.",
    "columns": "Less to read of large items. Enter still shows an item whole.",
    "clean": "As a clean export: without # fields. Items that it leaves out, being empty, show as ∅.",
    "view": "A row for each item, in the shape of the view. Enter shows an item whole.",
    "remade": "Rows are read from one end on: how many there are is known at the end.",
}


class Offer(msgspec.Struct, frozen=True):
    """What there is to choose from."""

    columns: tuple[str, ...]
    """Top-level fields that show; empty: the server cannot be asked for these alone."""
    unwind: Sequence[str]
    """Top-level fields that hold lists, that under the cursor first."""
    views: Mapping[str, bool]
    refused: str = ""
    """Why there are no columns to choose."""


class ServingScreen(GivesOnce, ModalScreen[Served | None]):
    """Asks. None: nothing was chosen."""

    SCOPE: ClassVar[str] = "serving"
    BINDINGS = bindings("serving")

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        offer = self._offer
        columns = [("columns", "shown columns")] if offer.columns else []
        fields = [("all", "everything"), *columns, ("clean", "without #")]
        rows = [(str(place), f"each of {clean(name, limit=20)}") for place, name in enumerate(offer.unwind)]
        views = [
            (str(place), clean(name, limit=20)) for place, name in enumerate(list(offer.views)[:MOST_VIEWS])
        ]
        with Vertical(id="dialog"):
            yield Static(Text.assemble(("How the server gives the items", "strong")), id="question")
            yield Choice("order", [("stored", "as stored"), ("newest", "newest first")], id="order", width=13)
            yield Choice("fields", fields, id="fields", width=13)
            yield Choice("one row for", [("item", "each item"), *rows], id="rows", width=13)
            yield Choice("view", [("", "none"), *views], id="view", width=13)
            yield Static(id="note")
            with Horizontal(id="answers"):
                yield Button(Content.assemble("Show"), id="go")
                yield Button(Content.assemble("Cancel"), id="cancel")

    def on_mount(self) -> None:
        self._fit()
        self.query_one("#order", Choice).focus()

    @on(Choice.Changed)
    def changed(self, message: Choice.Changed) -> None:
        """Keep the dialog about what is chosen."""
        message.stop()
        self._fit()

    def _fit(self) -> None:
        """A view decides on fields and rows by itself."""
        free = not self._value("view")
        self.query_one("#fields").display = free
        self.query_one("#rows").display = free and bool(self._offer.unwind)
        self.query_one("#view").display = bool(self._offer.views)
        self.query_one("#note", Static).update(self._about())

    def _about(self) -> Text:
        served = self.chosen()
        if served.remade:
            return Text.assemble((ABOUT["remade"], "quiet"))
        kinds = {
            "view": served.view,
            "columns": served.fields,
            "clean": served.clean,
            "newest": served.newest,
        }
        kind = next((kind for kind, wanted in kinds.items() if wanted), "")
        refused = clean(self._offer.refused, limit=200)
        return Text.assemble((f"{ABOUT[kind]}\n{refused}".rstrip(), "quiet"))

    def chosen(self) -> Served:
        """What is chosen by now."""
        view, rows, fields = self._value("view"), self._value("rows"), self._value("fields")
        newest = self._value("order") == "newest"
        if view:
            name, even = list(self._offer.views.items())[int(view)]
            return Served(newest, view=name, even=even)
        return Served(
            newest,
            fields=self._offer.columns if fields == "columns" else (),
            clean=fields == "clean",
            unwind="" if rows == "item" else self._offer.unwind[int(rows)],
        )

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).value

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Close with what is chosen."""
        self.dismiss(self.chosen())

    @on(Button.Pressed, "#cancel")
    def action_back(self) -> None:
        """Close without a choice."""
        self.dismiss(None)
