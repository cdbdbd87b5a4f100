"""How often each value of a field occurs; choosing one filters the dataset to it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from runmon.model.columns import MISSING, Path
from runmon.model.frequency import Frequency, Tally
from runmon.model.served import nameable
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.model.values import plain_text
from runmon.render.cells import Cell, cell, text_width
from runmon.render.untrusted import clean
from runmon.ui.screens.survey import Numbered, SurveyScreen
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.table_source import Head, Row, TableSource

if TYPE_CHECKING:
    from runmon.api.client import Api

COUNT, SHARE, BAR = 10, 7, 24


class FrequencyScreen(SurveyScreen[str | None]):
    """Counts the values at `path`. The result is the filter of the value that was chosen."""

    def __init__(self, api: Api, place: Place, rows: ItemRows, path: Path) -> None:
        super().__init__(api, place, rows)
        self._path = path
        self.begin()

    def begin(self) -> None:
        self.frequency = Frequency(self._path)
        self._tallies: list[Tally] = []

    def name_it(self) -> Text:
        name = clean(".".join(self._path) or "value", limit=80)
        return Text.assemble(("Frequency of ", "strong"), (name, "strong"))

    def fields(self) -> Sequence[str]:
        return self._path[:1] if self._path and nameable(self._path[0]) else ()

    def take(self, items: Sequence[Numbered]) -> None:
        self.frequency.take(item for _, item in items)

    def results(self) -> TableSource:
        self._tallies = self.frequency.tallies()
        return TallyRows(self._tallies, self.frequency.total, self.frequency.others)

    def chosen(self, row: int) -> None:
        """Close, with the filter of this value, joined to the one there is."""
        if row < len(self._tallies):
            wanted = self.frequency.filter_of(self._tallies[row])
            before = f"{self.filter.text} & " if self.filter is not None else ""
            self.dismiss(before + wanted)


class TallyRows:
    """A `TableSource` over values and their counts; values beyond those kept are one row at the end."""

    def __init__(self, tallies: Sequence[Tally], total: int, others: int) -> None:
        self._tallies, self._total, self._others = tallies, max(total, 1), others
        self._longest = max((text_width(value_cell(each).text) for each in tallies[:200]), default=10)
        self._most = max((tally.count for tally in tallies), default=1)

    def row_count(self) -> int:
        return len(self._tallies) + bool(self._others)

    def heads(self, room: int) -> Sequence[Head]:
        bar = BAR if room > COUNT + SHARE + 2 * BAR else 0
        value = max(min(room - COUNT - SHARE - bar - 6, self._longest), 10)
        heads = [
            Head("value", value),
            Head("items", COUNT, right=True),
            Head("share", SHARE, right=True),
        ]
        return [*heads, Head("", bar)] if bar else heads

    def row(self, number: int, first: int, last: int) -> Row | None:
        if number >= len(self._tallies):
            said = Cell("values met later, too many to tell apart", "faint")
            return Row([said, *self._counts(self._others, bar=False)][first:last])
        tally = self._tallies[number]
        return Row([value_cell(tally), *self._counts(tally.count)][first:last])

    def identity(self, number: int) -> Hashable:
        return None

    def prepare(self, first: int, last: int) -> bool:
        return False

    def _counts(self, count: int, *, bar: bool = True) -> list[Cell]:
        share = f"{100 * count / self._total:.1f} %"
        length = max(round(BAR * count / self._most), 1) if bar else 0
        return [Cell(grouped(count), "number", True), Cell(share, "quiet", True), Cell("▆" * length, "faint")]


def value_cell(tally: Tally) -> Cell:
    """A value told apart from texts that look like it."""
    value = tally.value
    if value is MISSING:
        return Cell("(missing)", "faint")
    if value is None:
        return Cell("null", "faint")
    if isinstance(value, list | dict):
        return Cell(clean(plain_text(value), limit=240), "quiet")
    found = cell(value)
    return Cell(found.text + ("" if tally.whole else "…"), found.tone)
