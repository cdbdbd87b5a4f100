"""What every field of the dataset is like: filled how often, of which types, within which bounds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from runmon.model.columns import Path
from runmon.model.field_facts import Description, FieldFacts
from runmon.model.storages import Place
from runmon.model.units import grouped
from runmon.render.cells import Cell, cell
from runmon.render.untrusted import clean
from runmon.ui.screens.survey import Numbered, SurveyScreen
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.table_source import Head, Row, TableSource

if TYPE_CHECKING:
    from runmon.api.client import Api


class DescribeScreen(SurveyScreen[Path | None]):
    """Describes all fields. The result is the field that was chosen."""

    def __init__(self, api: Api, place: Place, rows: ItemRows) -> None:
        super().__init__(api, place, rows)
        self.begin()

    def begin(self) -> None:
        self.description = Description(self._rows.columns.opened())
        self._facts: list[FieldFacts] = []

    def name_it(self) -> Text:
        return Text.assemble(("Fields", "strong"))

    def take(self, items: Sequence[Numbered]) -> None:
        self.description.take(items)

    def results(self) -> TableSource:
        total, self._facts = self.description.snapshot()
        return FactRows(self._facts, total)

    def chosen(self, row: int) -> None:
        """Close, to count this field's values."""
        self.dismiss(self._facts[row].path)


HEADS = (
    Head("filled", 7, right=True),
    Head("missing", 7, right=True),
    Head("empty", 7, right=True),
    Head("types", 16),
    Head("different", 10, right=True),
    Head("least", 10, right=True),
    Head("most", 10, right=True),
    Head("longest", 8, right=True),
)
"""Columns behind the field's name."""


class FactRows:
    """A `TableSource` over the facts of fields."""

    def __init__(self, facts: Sequence[FieldFacts], total: int) -> None:
        self._facts, self._total = facts, total

    def row_count(self) -> int:
        return len(self._facts)

    def heads(self, room: int) -> Sequence[Head]:
        longest = max((len(".".join(each.path)) for each in self._facts), default=8)
        return [Head("field", max(8, min(longest, max(room // 4, 12)))), *HEADS]

    def row(self, number: int, first: int, last: int) -> Row | None:
        facts = self._facts[number]
        name = Cell(clean(".".join(facts.path) or "value", limit=120))
        return Row([name, *fact_cells(facts, self._total)][first:last])

    def identity(self, number: int) -> Hashable:
        return None

    def prepare(self, first: int, last: int) -> bool:
        return False


def fact_cells(facts: FieldFacts, total: int) -> list[Cell]:
    """One field's facts; what it has none of stays blank."""
    share = facts.fill(total)
    missing = total - facts.present
    tone = "text" if share == 1 else "warn" if share < 0.5 else "quiet"
    shown = "100 %" if share == 1 else f"{min(share * 100, 99.9):.1f} %"
    return [
        Cell(shown, tone, True),
        _count(missing),
        _count(facts.empty),
        Cell(", ".join(kind for kind, _ in facts.types.most_common()), "quiet"),
        Cell(_different(facts), "quiet", True),
        _number(facts.least),
        _number(facts.most),
        _count(facts.longest),
    ]


def _different(facts: FieldFacts) -> str:
    if facts.all_differ:
        return "≈ all"
    return ("≈ " if facts.estimated else "") + grouped(facts.different)


def _count(count: int) -> Cell:
    return Cell(grouped(count) if count else "", "quiet", True)


def _number(value: Any) -> Cell:
    return Cell("", "", True) if value is None else cell(value)
