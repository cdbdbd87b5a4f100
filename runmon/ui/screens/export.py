"""Where to, in which format, and which items: then the export, which can be stopped and gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from runmon.api.datasets import ExportOptions
from runmon.export import chosen
from runmon.export.item_pages import Wanted
from runmon.export.items import FORMATS, Progress, save
from runmon.export.names import safe_name
from runmon.export.saving import Folder
from runmon.model.served import why_not_alone
from runmon.model.storages import Place
from runmon.model.units import byte_size, grouped
from runmon.render.untrusted import clean
from runmon.ui.screens.saving import SavingScreen
from runmon.ui.widgets.choice import Choice
from runmon.ui.widgets.item_rows import ItemRows

if TYPE_CHECKING:
    from runmon.api.client import Api

MOST_VIEWS = 6
SPREADSHEET = (("safe", "harmless to spreadsheets"), ("exact", "exact bytes"))
FIELDS = (("all", "everything"), ("columns", "shown columns"), ("clean", "without # and empty"))
PAGED = "Byte for byte as the server writes it. What is cut is gone on with."
AT_ONCE = "The server makes this format in one piece: it begins anew where it is cut."
ORDER = (("stored", "as stored"), ("newest", "newest first"))


@dataclass(frozen=True, slots=True)
class Exportable:
    """What can be exported: a dataset, and of it what shows and what is marked."""

    api: Api
    place: Place
    rows: ItemRows
    shown: Sequence[int]
    """Offsets of the items that a filter or an order shows; empty: all show as they are stored."""
    marked: Sequence[int]
    name: str
    """What a file is called."""
    columns: Sequence[str] = ()
    """The top-level fields that show, left to right."""
    unwind: str = ""
    """The top-level field under the cursor, whose lists can become items of their own."""
    views: Sequence[str] = ()
    """Views that the dataset's schema has."""

    def offsets(self, which: str) -> Sequence[int]:
        """Those of `shown` or `marked`."""
        return self.shown if which == "shown" else self.marked


class ExportScreen(SavingScreen):
    """Exports items, which can be gone on with where it was stopped."""

    def __init__(self, subject: Exportable) -> None:
        super().__init__(
            Text.assemble(("Export items", "strong")), "Export", f"{safe_name(subject.name)}.json"
        )
        self._subject = subject

    def choices(self) -> ComposeResult:
        yield Choice("items", self._whats(), id="what")
        yield Choice("format", [(name, name) for name in FORMATS], id="format")
        yield Choice("fields", self._fields(), id="fields")
        yield Choice("order", ORDER, id="order")
        yield Choice("rows", self._rowings(), id="rows")
        yield Choice("view", self._views(), id="view")
        yield Choice("cells", SPREADSHEET, id="guard")

    def on_mount(self) -> None:
        what = self.query_one("#what", Choice)
        if self._subject.marked:
            what.choose("marked")
        elif self._subject.shown:
            what.choose("shown")
        self._choose_as_served()
        self._fit()
        self.query_one("#format", Choice).focus()

    def _choose_as_served(self) -> None:
        """Begin with the items as the pane shows them."""
        served = self._subject.rows.served
        views = list(self._subject.views)
        choices = {
            "order": "newest" if served.newest else "",
            "fields": "columns"
            if served.fields and len(self._fields()) == len(FIELDS)
            else "clean"
            if served.clean
            else "",
            "rows": "unwind" if served.unwind else "",
            "view": str(views.index(served.view)) if served.view in views[:MOST_VIEWS] else "",
        }
        for name, value in choices.items():
            if value:
                self.query_one(f"#{name}", Choice).choose(value)

    @on(Choice.Changed)
    def changed(self, message: Choice.Changed) -> None:
        """Keep the dialog about what is chosen."""
        message.stop()
        field = self.query_one("#file", Input)
        path = Path(field.value)
        if message.choice.id == "format" and path.suffix.removeprefix(".") in FORMATS:
            field.value = str(path.with_suffix(f".{message.choice.value}"))
        self._fit()

    def _fit(self) -> None:
        """Offer what goes together."""
        single = self._value("what") != "all"
        formats = chosen.FORMATS if single else FORMATS
        self.query_one("#format", Choice).offer([(name, name) for name in formats])
        for name in ("fields", "order"):
            self.query_one(f"#{name}").display = not single
        self.query_one("#rows").display = not single and bool(self._subject.unwind)
        self.query_one("#view").display = not single and bool(self._subject.views)
        self.query_one("#guard").display = self._value("format") == "csv"
        self.say(self._about(), "quiet")

    def _about(self) -> str:
        if self._value("what") != "all":
            return "Each item as its server sent it." if self._value("format") != "csv" else ""
        paged = Wanted(self._value("format")).paged
        about = PAGED if paged else AT_ONCE
        return f"{about}\n{clean(why_not_alone(self._subject.columns), limit=200)}".rstrip()

    async def save(self, path: Path, *, replace: bool) -> str:
        where, done = await self._saved(path, replace=replace)
        count = f"{grouped(done.items)} items, " if done.items else ""
        return f"Saved {count}{byte_size(done.bytes)} as {where}"

    async def _saved(self, path: Path, *, replace: bool) -> tuple[str, Progress]:
        subject, which, format = self._subject, self._value("what"), self._value("format")
        guard = self._value("guard") == "safe"
        self._tell(Progress())
        with Folder(path.parent) as folder:
            if which == "all":
                wanted = Wanted(format, options=self._options(), guard=guard)
                return await save(
                    subject.api, subject.place, wanted, folder, path.name, self._tell, replace=replace
                )
            offsets = subject.offsets(which)
            return await chosen.save_chosen(
                subject.api, subject.place, offsets, self._held, format, folder, path.name, self._tell,
                guard=guard, replace=replace,
            )  # fmt: skip

    def _held(self, offset: int) -> msgspec.Raw | None:
        """An item that is in hand, whole."""
        rows = self._subject.rows
        return None if rows.served.partial else rows.raw(offset)

    def _tell(self, progress: Progress) -> None:
        total = progress.total or self._subject.rows.item_count
        share = progress.items / total if progress.items and total else 0.0
        count = f"{grouped(progress.items)} of {grouped(total)}  " if progress.items else ""
        begun = f"  goes on behind {grouped(progress.begun_at)}" if progress.begun_at else ""
        self.kept = self._next_time(progress)
        self.tell(f"{count}{byte_size(progress.bytes)}{begun}", share)

    def _next_time(self, progress: Progress) -> str:
        """What becomes of an export that is stopped now, in a clean sentence."""
        if self._value("what") == "all" and Wanted(self._value("format")).paged and progress.items:
            return f"{grouped(progress.items)} items are kept: exporting again goes on behind them."
        return "Exporting again starts anew."

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).value

    def _whats(self) -> list[tuple[str, str]]:
        subject = self._subject
        whats = [("all", f"all {grouped(subject.rows.item_count)}")]
        if subject.shown:
            whats.append(("shown", f"shown {grouped(len(subject.shown))}"))
        if subject.marked:
            whats.append(("marked", f"marked {grouped(len(subject.marked))}"))
        return whats

    def _options(self) -> ExportOptions:
        """What the server is to do to the items."""
        fields, view = self._value("fields"), self._value("view")
        return ExportOptions(
            clean=fields == "clean",
            fields=list(self._subject.columns) if fields == "columns" else [],
            desc=self._value("order") == "newest",
            unwind=[self._subject.unwind] if self._value("rows") == "unwind" else [],
            view=self._subject.views[int(view)] if view else None,
        )

    def _fields(self) -> list[tuple[str, str]]:
        """Without the shown columns where a server cannot be asked for them."""
        refused = why_not_alone(self._subject.columns)
        return [field for field in FIELDS if field[0] != "columns" or not refused]

    def _rowings(self) -> list[tuple[str, str]]:
        field = clean(self._subject.unwind, limit=30)
        return [("item", "one for each item"), ("unwind", f"one for each of {field}")]

    def _views(self) -> list[tuple[str, str]]:
        named = [
            (str(place), clean(name, limit=20)) for place, name in enumerate(self._subject.views[:MOST_VIEWS])
        ]
        return [("", "none"), *named]
