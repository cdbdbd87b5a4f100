"""The dataset is shown newest first, in part, unwound or by a view, and one key shows it as it is stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.storages import storage
from tests.ui.test_items_pane import column
from tests.watching import Watching, watching

MANY = [{"sku": f"S{n:04}", "price": n % 7, "text": "x" * 40} for n in range(900)]
TAGGED = [
    {"title": f"Mug {n}", "tags": [{"tag": f"t{n}a"}, {"tag": f"t{n}b"}], "#debug": {"n": n}}
    for n in range(200)
]
VIEWS: dict[str, Any] = {"prices": {"title": "Prices", "transformation": {"fields": ["price", "sku"]}}}


def project(root: Path, items: Sequence[object]) -> Path:
    """An Actor's project whose dataset has a view."""
    (root / ".actor").mkdir(parents=True)
    schema = {"actorSpecification": 1, "fields": {}, "views": VIEWS}
    actor = {"actorSpecification": 1, "storages": {"dataset": schema}}
    (root / ".actor" / "actor.json").write_text(json.dumps(actor))
    storage(root / "storage", items=items)
    return root


async def opened(run: Watching, *words: str) -> None:
    await run.pilot.press("3")
    await run.until(lambda: run.items.table.has_focus)
    await run.pilot.press("f")
    await run.sees(*words)


def said(run: Watching, words: str) -> bool:
    return any(words in str(each.message) for each in run.pilot.app._notifications)


async def served(run: Watching, *keys: str) -> None:
    """Choose in the dialog: `down` goes to the next choice, `right` to the next option."""
    await run.pilot.press("V")
    await run.sees("How the server gives the items")
    await run.pilot.press(*keys, "enter")
    await run.until(lambda: not run.items.rows.served.plain)


async def test_the_newest_items_stand_first_with_their_own_numbers_and_one_key_ends_it(
    tmp_path: Path,
) -> None:
    async with watching(storage(tmp_path / "s", items=MANY)) as run:
        await opened(run, "S0000")
        await served(run, "right")
        screen = await run.sees("newest first, V ends it", "S0899")
        assert "S0000" not in screen
        assert column(run, 0)[:2] == ["900", "899"]
        await run.pilot.press("j", "enter")
        await run.sees("Item 899", "offset 898", "S0898")
        await run.pilot.press("escape")
        await run.pilot.press("G")
        await run.sees("S0000")
        await run.until(lambda: column(run, 0)[-1:] == ["1"])
        await run.pilot.press("V")
        await run.sees("S0000")
        assert "newest first" not in run.text()
        assert column(run, 0)[0] == "1"


async def test_items_that_arrive_stand_above_and_nothing_on_screen_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = storage(tmp_path / "s", items=MANY[:300])
    async with watching(folder) as run:
        await opened(run, "S0000")
        await served(run, "right")
        await run.sees("S0299")
        await run.pilot.press("j", "j", "j")
        rows = run.items.rows
        monkeypatch.setattr(run.items, "counted", lambda event: None)
        assert rows.offset_of(run.items.table.cursor) == 296
        rows.pages.grew(310)
        run.items.counted_rows()
        await run.pilot.pause()
        assert rows.offset_of(run.items.table.cursor) == 296
        assert run.items.table.cursor == 13 and run.items.table.first_row == 10
        await run.pilot.press("s")
        await run.until(lambda: said(run, "the newest item stands in the first row"))
        assert run.items.table.cursor == 0
        rows.pages.grew(320)
        run.items.counted_rows()
        assert rows.offset_of(run.items.table.cursor) == 319


async def test_a_filter_over_the_newest_first_keeps_their_order(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MANY[:300])) as run:
        await opened(run, "S0000")
        await served(run, "right")
        await run.pilot.press("ampersand", *"price = 3", "enter")
        await run.sees("43 of 300", "newest first", "S0297")
        await run.until(lambda: column(run, 0)[:2] == ["298", "291"])
        await run.pilot.press("enter")
        await run.sees("Item 298", "S0297")


async def test_only_shown_columns_are_read_and_an_item_opens_whole(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MANY[:300])) as run:
        await opened(run, "xxxx")
        await run.pilot.press("l", "l", "minus")
        await run.until(lambda: "xxxx" not in run.text())
        await served(run, "down", "right")
        await run.sees("shown columns only", "S0003")
        raw = run.items.rows.raw(0)
        assert raw is not None and b"xxxx" not in bytes(raw)
        await run.pilot.press("enter")
        await run.sees("Item 1", "xxxx")
        await run.pilot.press("escape", "C")
        await run.sees("Columns", "hidden")
        await run.pilot.press("G", "space")
        await run.pilot.press("escape")
        await run.sees("shown columns only", "xxxx")


async def test_a_clean_dataset_keeps_its_numbers_where_an_item_is_empty(tmp_path: Path) -> None:
    items: list[dict[str, object]] = [{"sku": "A"}, {"#error": True}, {"sku": "C", "#debug": 1}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await opened(run, "C")
        await served(run, "down", "right", "right")
        await run.sees("clean, V ends it", "∅")
        assert column(run, 0) == ["1", "2", "3"]
        raw = run.items.rows.raw(2)
        assert raw is not None and b"#debug" not in bytes(raw)
        await run.pilot.press("G", "enter")
        await run.sees("Item 3", "#debug")


async def test_lists_unwind_into_rows_whose_number_is_told_as_far_as_known(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=TAGGED)) as run:
        await opened(run, "Mug 0")
        await served(run, "down", "down", "right")
        await run.sees("unwound by tags", "t0a", "t0b", "200 rows from 100 of 200 items")
        await run.pilot.press("G")
        await run.until(lambda: said(run, "Nobody knows yet how many rows follow"))
        await run.sees("400 rows from 200 items")
        await run.pilot.press("enter")
        await run.sees("Row 400", "of 400", "t199b", "Mug 199")
        await run.pilot.press("escape", "s")
        await run.until(lambda: said(run, "known when all were read"))
        await run.pilot.press("ampersand", *"tag = t7b", "enter")
        await run.sees("1 of 400", "Mug 7")
        await run.pilot.press("a")
        await run.until(lambda: said(run, "filtered and ordered as they are loaded"))
        await run.pilot.press("escape", "V")
        await run.sees("Mug 0")
        assert "unwound" not in run.text()


@pytest.mark.parametrize("keys", [["escape"], ["k"]])
async def test_on_its_way_to_the_last_row_the_pane_says_so_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str]
) -> None:
    monkeypatch.setattr("runmon.model.request_size.MOST", 100)
    async with watching(storage(tmp_path / "s", items=TAGGED * 10)) as run:
        await opened(run, "Mug 0")
        await served(run, "down", "down", "right")
        await run.sees("200 rows from 100 of 2\u202f000 items")
        read, goes_on = run.items.api.items, asyncio.Event()

        async def held(*arguments: Any, **options: Any) -> Any:
            await goes_on.wait()
            return await read(*arguments, **options)

        monkeypatch.setattr(run.items.api, "items", held)
        await run.pilot.press("G")
        await run.sees("200 rows from 100 of 2\u202f000 items, esc stops")
        await run.pilot.press(*keys)
        goes_on.set()
        await run.until(lambda: not run.items._reading)
        screen = run.text()
        assert "items, esc stops" not in screen and "of 2\u202f000 items" in screen

        await run.pilot.press("G")
        await run.sees("4\u202f000 rows from 2\u202f000 items", "t199b")
        assert run.items.table.cursor == 3999


async def test_the_newest_of_unwound_rows_can_be_read_first(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=TAGGED)) as run:
        await opened(run, "Mug 0")
        await served(run, "right", "down", "down", "right")
        await run.sees("newest first, unwound by tags", "200 rows from 100 of 200 items", "Mug 199")
        await run.pilot.press("j", "enter")
        await run.sees("Row 2", "t199a")


async def test_a_view_that_leaves_a_row_for_each_item_has_its_end_a_key_away(tmp_path: Path) -> None:
    async with watching(project(tmp_path / "shop", MANY)) as run:
        await opened(run, "S0000")
        await served(run, "down", "down", "right")
        await run.sees("900  view prices, V ends it")
        assert column(run, 1)[:2] == ["0", "1"]
        await run.pilot.press("G")
        await run.sees("S0899")
        await run.pilot.press("enter")
        await run.sees("Item 900", "of 900", '"text": "xxx')
        await run.pilot.press("escape", "F")
        await run.sees("Frequency of price", "all 900 items")
        await run.pilot.press("escape")
        assert run.items.rows.served.view == "prices"


async def test_every_row_of_a_view_that_unwinds_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VIEWS["prices"], "transformation", {"fields": ["tags", "title"], "unwind": ["tags"]})
    async with watching(project(tmp_path / "shop", TAGGED)) as run:
        await opened(run, "Mug 0")
        await served(run, "down", "down", "down", "right")
        await run.sees("view prices, V ends it", "rows from", "of 200 items")
        await run.pilot.press("F")
        await run.sees("Frequency of", "rows, a reads on to the end")
        await run.pilot.press("a")
        await run.sees("all 400 rows")


async def test_filter_and_order_stay_where_they_can_and_it_is_said_where_not(tmp_path: Path) -> None:
    async with watching(project(tmp_path / "shop", MANY)) as run:
        await opened(run, "S0000")
        await run.pilot.press("ampersand", *"price = 3", "enter")
        await run.sees("& price = 3", "129 of 900")
        await served(run, "right")
        await run.sees("newest first", "& price = 3", "129 of 900")
        await run.pilot.press("V")
        await run.until(lambda: run.items.rows.served.plain)
        await served(run, "down", "down", "right")
        await run.until(lambda: said(run, "Filter and order are off"))
        assert "& price = 3" not in run.text()


async def test_what_shows_is_what_the_export_offers_first(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=TAGGED)) as run:
        await opened(run, "Mug 0")
        await served(run, "right", "down", "down", "right")
        await run.sees("newest first, unwound by tags")
        await run.pilot.press("ctrl+s")
        screen = await run.sees("Export items")
        assert "[newest first]" in screen and "[one for each of tags]" in screen


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("price,net", "has a comma"),
        (" price", "begins or ends with a blank"),
        ("\ud83d", "has half a character"),
        ("", "one of them has no name"),
        ("p" * 5000, "too many to be asked for alone"),
    ],
)
async def test_why_shown_columns_cannot_be_asked_for_is_said(tmp_path: Path, name: str, why: str) -> None:
    async with watching(storage(tmp_path / "s", items=[{"sku": f"S{n}", name: n} for n in range(5)])) as run:
        await opened(run, "S0", "S4")
        await run.pilot.press("V")
        await run.sees("How the server gives the items", why)
        fields = next(line for line in run.text().splitlines() if "everything" in line)
        assert "shown columns" not in fields


async def test_a_column_that_no_server_can_be_told_of_is_read_with_all_others_once_it_shows(
    tmp_path: Path,
) -> None:
    async with watching(storage(tmp_path / "s", items=[{"sku": "S1", "net,price": 77}])) as run:
        await opened(run, "77")
        await run.pilot.press("l", "minus")
        await run.until(lambda: "77" not in run.text())
        await served(run, "down", "right")
        await run.sees("shown columns only", "S1")
        await run.pilot.press("C", "G", "space", "escape")
        await run.sees("77", "has a comma")
        assert "shown columns only" not in run.text()


async def test_values_of_a_field_with_a_comma_are_counted_on_a_far_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [{"net,price": 70 + n % 2} for n in range(400)]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await opened(run, "71")
        monkeypatch.setattr("runmon.api.address.is_loopback", lambda host: False)
        await run.pilot.press("F")
        await run.sees("Frequency of net,price")
        await run.pilot.press("a")
        await run.sees("all 400", "200", "70", "71")
