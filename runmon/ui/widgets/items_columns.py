"""What one does to the columns of the dataset: open, hide, freeze, move, widen, copy from."""

from __future__ import annotations

from runmon.model.columns import MISSING, Column
from runmon.model.values import plain_text
from runmon.ui.widgets.clipboard import put_on_clipboard
from runmon.ui.widgets.data_pane import DataPane
from runmon.ui.widgets.item_rows import ItemRows


class ItemColumns(DataPane):
    """A pane over items whose columns a person arranges. Needs `rows`."""

    rows: ItemRows

    @property
    def column(self) -> Column | None:
        """The column under the cursor."""
        return self.rows.column(self.table.column)

    def columns_chosen(self) -> None:
        """Other columns may show than did before."""

    def action_toggle_debug(self) -> None:
        """Show or hide fields whose names start with #."""
        self.rows.columns.show_debug = not self.rows.columns.show_debug
        self.table.columns_changed()
        self.columns_chosen()

    def action_expand(self) -> None:
        """Show the fields of the objects under the cursor as columns."""
        column = self.column
        if column is not None and self.rows.columns.open(column, self.rows.values()):
            self.table.columns_changed()

    def action_contract(self) -> None:
        """Fold the fields under the cursor back into one column."""
        column = self.column
        folded = self.rows.columns.close(column) if column is not None else None
        if folded is not None:
            self._stay_on(folded)

    def action_hide(self) -> None:
        """Take the column under the cursor away."""
        if (column := self.column) is not None:
            self.rows.columns.hide(column, True)
            self.table.columns_changed()
            self.notify("C lists all columns and brings it back.", timeout=3, markup=False)

    def action_freeze(self) -> None:
        """Keep the column under the cursor at the left, or let it go."""
        if (column := self.column) is not None:
            column.frozen = not column.frozen
            self._stay_on(column)

    def action_move_column(self, step: int) -> None:
        """Change places with the neighbour."""
        if (column := self.column) is not None and self.rows.columns.move(column, step):
            self._stay_on(column)

    def action_stretch(self) -> None:
        """Show the column as wide as its longest value, or as before."""
        if (column := self.column) is not None:
            self.rows.columns.stretch(column)
            self.table.columns_changed()

    def action_widen(self, cells: int) -> None:
        """Give the column more room, or less."""
        if (column := self.column) is not None:
            self.rows.columns.widen(column, self.table.column_width() + cells)
            self.table.columns_changed()

    def action_columns(self) -> None:
        """List all columns, to show, hide, freeze and move them."""
        from runmon.ui.screens.columns import ColumnsScreen

        def closed(column: Column | None) -> None:
            self.table.columns_changed()
            if column is not None and not column.hidden:
                self._stay_on(column)
            self.columns_chosen()

        self.app.push_screen(ColumnsScreen(self.rows.columns, self.column), closed)

    def action_copy(self) -> None:
        """Copy the value under the cursor."""
        column, row = self.column, self.table.cursor
        value = self.rows.value(row) if row >= 0 else MISSING
        found = MISSING if column is None or value is MISSING else column.of(value)
        if found is not MISSING:
            put_on_clipboard(self, plain_text(found), "The value is copied.")

    def action_copy_item(self) -> None:
        """Copy the item as it was sent."""
        row = self.table.cursor
        raw = self.rows.raw(self.rows.offset_of(row)) if row >= 0 else None
        if raw is not None and (text := bytes(raw)):
            put_on_clipboard(self, text.decode("utf-8", "replace"), "The item is copied.")

    def _stay_on(self, column: Column) -> None:
        self.table.columns_changed()
        self.table.go_to_column(self.rows.place_of(column))
