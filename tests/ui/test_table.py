"""The table paints what shows, keeps its cursor on its row, and moves as less and VisiData do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from runmon.render.cells import Cell
from runmon.ui.app import RunmonApp
from runmon.ui.widgets.table import Table
from runmon.ui.widgets.table_source import Head, NoRows, Row


class Numbered:
    """Rows that say who they are; `known` of them are in hand."""

    def __init__(self, count: int, *, columns: int = 3, known: int | None = None) -> None:
        self.count = count
        self.columns = columns
        self.known = count if known is None else known
        self.drawn: list[int] = []
        self.windows: list[tuple[int, int]] = []

    def row_count(self) -> int:
        return self.count

    def heads(self, room: int) -> Sequence[Head]:
        return [Head(f"column{n}", 12, n == 1) for n in range(self.columns)]

    def row(self, number: int, first: int, last: int) -> Row | None:
        self.drawn.append(number)
        if number >= self.known:
            return None
        return Row([Cell(f"r{number}c{n}", right=n == 1) for n in range(first, last)])

    def identity(self, number: int) -> str:
        return f"r{number}"

    def prepare(self, first: int, last: int) -> bool:
        self.windows.append((first, last))
        return False


class Reversed(Numbered):
    """Rows that can be turned around."""

    turned = False

    def identity(self, number: int) -> str:
        return super().identity(self.count - 1 - number if self.turned else number)


class TableScreen(Screen[object]):
    def __init__(self, source: Numbered | NoRows) -> None:
        super().__init__()
        self.source = source
        self.messages: list[str] = []

    def compose(self) -> ComposeResult:
        yield Table()

    def on_mount(self) -> None:
        table = self.query_one(Table)
        table.empty = Text("No rows yet.\nPress x.")
        table.show(self.source)
        table.focus()

    def on_table_chosen(self, message: Table.Chosen) -> None:
        self.messages.append(f"chosen {message.row}")

    def on_table_moved(self, message: Table.Moved) -> None:
        self.messages.append(f"moved {message.row}")

    def on_table_marks_changed(self, message: Table.MarksChanged) -> None:
        self.messages.append(f"marked {len(message.table.marks)}")

    def on_table_follow_changed(self, message: Table.FollowChanged) -> None:
        self.messages.append(f"follow {message.follow}")


@asynccontextmanager
async def showing(
    source: Numbered | NoRows, *, size: tuple[int, int] = (60, 11)
) -> AsyncIterator[tuple[Pilot[int], Table]]:
    app = RunmonApp(lambda: TableScreen(source))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, app.screen.query_one(Table)


def painted(table: Table) -> list[str]:
    lines = table.render_lines(table.size.region)
    return [line.text.rstrip() for line in lines]


async def test_the_header_stays_and_numbers_stand_right_while_rows_scroll() -> None:
    async with showing(Numbered(1_000)) as (pilot, table):
        await pilot.press("G")
        lines = painted(table)
        assert lines[0].split() == ["#", "column0", "column1", "column2"]
        assert lines[-1].split() == ["▌", "1", "000", "r999c0", "r999c1", "r999c2", "▐"]
        assert lines[1].index("r990c1") + len("r990c1") == lines[0].index("column1") + 7


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j", "j", "down", "k"], 2),
        (["G"], 99),
        (["end", "g"], 0),
        (["pagedown"], 9),
        (["ctrl+f", "b"], 0),
        (["space", "space"], 2),
        (["ctrl+d", "ctrl+d", "ctrl+u"], 5),
        (["up"], 0),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], cursor: int) -> None:
    async with showing(Numbered(100)) as (pilot, table):
        await pilot.press(*keys)
        assert table.cursor == cursor
        assert table.first_row <= cursor < table.first_row + 10


async def test_rows_arriving_do_not_move_the_cursor() -> None:
    source = Numbered(100)
    async with showing(source) as (pilot, table):
        await pilot.press("G", "k")
        before = painted(table)
        source.count = source.known = 150
        table.rows_changed()
        await pilot.pause()
        assert table.cursor == 98
        assert [line[:40] for line in painted(table)] == [line[:40] for line in before]


async def test_following_keeps_the_newest_row_in_sight_until_one_moves_up() -> None:
    source = Numbered(100)
    async with showing(source) as (pilot, table):
        table.set_follow(True)
        source.count = source.known = 150
        table.rows_changed()
        assert table.cursor == 149
        await pilot.press("k")
        source.count = source.known = 170
        table.rows_changed()
        await pilot.pause()
        assert table.cursor == 148
        assert isinstance(pilot.app.screen, TableScreen)
        assert [m for m in pilot.app.screen.messages if "follow" in m] == ["follow True", "follow False"]


async def test_columns_scroll_one_by_one_and_the_chosen_one_is_always_whole() -> None:
    async with showing(Numbered(5, columns=9)) as (pilot, table):
        await pilot.press(*["l"] * 6)
        assert table.column == 6
        head = painted(table)[0]
        assert "column6" in head
        assert head.startswith("‹")
        assert "column0" not in head
        await pilot.press(*["h"] * 6)
        assert painted(table)[0].split()[:2] == ["#", "column0"]


async def test_only_rows_on_screen_are_asked_for_and_drawn() -> None:
    source = Numbered(1_000_000)
    async with showing(source) as (pilot, _table):
        source.drawn.clear()
        source.windows.clear()
        await pilot.press("G")
        await pilot.pause()
        assert source.windows == [(999_990, 999_999)]
        assert set(source.drawn) <= set(range(999_990, 1_000_000))


async def test_a_step_of_the_cursor_draws_no_other_row_again() -> None:
    source = Numbered(100)
    async with showing(source) as (pilot, table):
        await pilot.press("j")
        await pilot.pause()
        source.drawn.clear()
        await pilot.press("j")
        await pilot.pause()
        assert set(source.drawn) <= {1, 2}
        assert table.cursor == 2


async def test_a_row_that_is_not_here_yet_keeps_its_place() -> None:
    source = Numbered(20, known=2)
    async with showing(source) as (pilot, table):
        assert painted(table)[3].split()[:2] == ["3", "…"]
        source.known = 20
        table.rows_changed()
        await pilot.pause()
        assert painted(table)[3].split()[:2] == ["3", "r2c0"]


async def test_an_empty_table_says_why() -> None:
    async with showing(NoRows()) as (_, table):
        assert [line.strip() for line in painted(table)[1:] if line.strip()] == ["No rows yet.", "Press x."]


async def test_enter_and_a_double_click_choose_a_row() -> None:
    async with showing(Numbered(20)) as (pilot, table):
        await pilot.press("j", "enter")
        await pilot.click(table, offset=(12, 5))
        await pilot.click(table, offset=(12, 5), times=2)
        await pilot.pause()
        assert isinstance(pilot.app.screen, TableScreen)
        assert [m for m in pilot.app.screen.messages if "chosen" in m] == ["chosen 1", "chosen 4"]


async def test_marks_stay_on_their_rows_and_are_found_again() -> None:
    source = Numbered(100)
    async with showing(source) as (pilot, table):
        await pilot.press("j", "space", "space", "j", "j", "M")
        assert set(table.marks) == {f"r{n}" for n in range(1, 6)}
        assert [line[:2] for line in painted(table)[1:8]] == ["  ", " •", " •", " •", " •", "▌•", "  "]
        await pilot.press("g", "u", "u", "space")
        assert "r2" not in table.marks
        await pilot.press("G", "U")
        assert table.cursor == 5
        await pilot.press("ctrl+backslash")
        assert not table.marks
        assert isinstance(pilot.app.screen, TableScreen)
        assert "marked 0" in pilot.app.screen.messages


async def test_a_mark_follows_its_row_where_rows_are_sorted_anew() -> None:
    source = Reversed(50)
    async with showing(source) as (pilot, table):
        await pilot.press("space")
        source.turned = True
        table.rows_changed()
        await pilot.press("G")
        assert painted(table)[-1].startswith("▌•")


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with showing(Numbered(100)) as (pilot, table):
        table.post_message(events.MouseScrollDown(table, 5, 5, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert (table.first_row, table.cursor) == (3, 0)


async def test_a_smaller_screen_keeps_the_cursor_in_sight() -> None:
    async with showing(Numbered(100), size=(60, 40)) as (pilot, table):
        await pilot.press(*["j"] * 30)
        await pilot.resize_terminal(40, 8)
        await pilot.pause()
        assert table.first_row <= 30 < table.first_row + 7
