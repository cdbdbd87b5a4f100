"""The dataset is filtered, ordered, counted, described and arranged by keys, over all of it where asked."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from runmon.local import dataset_store, item_census
from runmon.ui.screens.frequency import FrequencyScreen
from tests.storages import png, storage
from tests.watching import Watching, watching

MUGS = [
    {
        "sku": f"sku{n}",
        "price": (n * 37) % 100,
        "kind": ("mug", "pan", "pot")[n % 3],
        "note": None if n % 2 else "x",
    }
    for n in range(300)
]
SHOP = [
    {"title": "Blue kettle", "price": 12.9, "stock": True},
    {"title": "Red mug", "price": 5, "seller": {"name": "Ann", "address": {"city": "Brno"}}},
    {"title": "Green pan", "price": None, "#error": True},
]


async def typed(run: Watching, key: str, text: str) -> None:
    """Type a line into the prompt that a key opens."""
    await run.pilot.press(key, *text, "enter")


def column(run: Watching, place: int) -> list[str]:
    """The words at one place of every row on screen."""
    rows = [line.strip("│ ▐▌✖•").split() for line in run.text().splitlines() if line.startswith("│")]
    return [words[place] for words in rows[1:] if len(words) > place and words[0].isdigit()]


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is scanned without asking."""
    monkeypatch.setattr("runmon.ui.widgets.items_arranged.FEW", 0)
    monkeypatch.setattr("runmon.ui.screens.survey.FEW", 0)


async def shown(run: Watching, *words: str) -> None:
    await run.pilot.press("3")
    await run.until(lambda: run.items.table.has_focus)
    await run.pilot.press("f")
    await run.sees(*words)


async def test_a_filter_keeps_what_it_names_with_its_numbers_and_escape_ends_it(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=SHOP)) as run:
        await shown(run, "Green pan")
        await typed(run, "&", "price < 10")
        screen = await run.sees("1 of 3", "& price < 10", "Red mug")
        assert "Blue kettle" not in screen
        assert column(run, 0) == ["2"]
        await run.pilot.press("escape")
        await run.sees("Blue kettle", "Red mug", "Green pan")
        assert run.items.table.cursor == 1
        await typed(run, "&", "nothing like it")
        await run.sees("No item is like that.")
        await typed(run, "&", "price is purple")
        await run.until(lambda: any("purple" in str(n.message) for n in run.pilot.app._notifications))


async def test_a_filter_by_a_field_that_no_item_has_or_without_a_value_is_said(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=SHOP)) as run:
        await shown(run, "Green pan")
        await typed(run, "&", "nosuch > 5")
        await run.sees("No loaded item has a field nosuch.")
        await typed(run, "&", "price >")
        await run.sees("There is no value behind price >.")


async def test_items_are_ordered_by_a_column_both_ways_and_as_stored(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=SHOP)) as run:
        await shown(run, "Green pan")
        await run.pilot.press("l", "left_square_bracket")
        await run.until(lambda: column(run, 0) == ["2", "1", "3"])
        await run.sees("price↑")
        await run.pilot.press("right_square_bracket")
        await run.until(lambda: column(run, 0) == ["1", "2", "3"])
        await run.sees("price↓")
        await run.pilot.press("g", "enter")
        await run.sees("Item 1", "offset 0")
        await run.pilot.press("right_square_bracket", "right_square_bracket")
        await run.sees("Item 3", "Green pan")
        await run.pilot.press("escape")
        await run.until(lambda: run.items.table.row_count == 3 and run.items.table.cursor == 2)
        await run.pilot.press("right_square_bracket")
        await run.until(lambda: run.items.rows.view is None)


@pytest.mark.usefixtures("asking")
async def test_what_is_loaded_is_filtered_at_once_and_all_when_asked(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MUGS)) as run:
        await shown(run, "sku0")
        before = run.api.readings
        await typed(run, "&", "kind = pot")
        await run.sees("loaded of 300", "a scans all")
        assert run.api.readings == before
        await run.pilot.press("a")
        await run.sees("100 of 300")
        assert run.api.readings > before
        await run.pilot.press("G")
        await run.sees("sku299")
        await run.pilot.press("l", "right_square_bracket", "g")
        await run.sees("100 of 300", "price↓")
        prices = [n["price"] for n in MUGS if n["kind"] == "pot"]
        await run.until(lambda: column(run, 2)[:3] == [str(p) for p in sorted(prices, reverse=True)[:3]])  # type: ignore[type-var]


async def test_values_are_counted_and_one_of_them_becomes_the_filter(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MUGS)) as run:
        await shown(run, "sku0")
        await run.pilot.press("l", "l", "F")
        await run.sees("Frequency of kind", "all 300 items", "33.3 %", "mug", "pan", "pot")
        await run.pilot.press("j", "enter")
        await run.sees("100 of 300", '& kind = "pan"')
        await run.pilot.press("l", "F", "enter")
        await run.sees("50 of 300", '& kind = "pan" & note')


@pytest.mark.usefixtures("asking")
async def test_a_count_of_the_loaded_items_grows_to_all_when_asked(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MUGS)) as run:
        await shown(run, "sku0")
        await run.pilot.press("l", "l", "F")
        await run.sees("of 300 items, a scans all")
        await run.pilot.press("a")
        await run.sees("all 300 items", "33.3 %")
        await run.pilot.press("escape")
        await run.until(lambda: not isinstance(run.screen, FrequencyScreen))
        assert run.items.rows.view is None


async def test_fields_are_described_and_lead_to_their_values(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MUGS)) as run:
        await shown(run, "sku0")
        await run.pilot.press("I")
        await run.sees("Fields  all 300 items", "50.0 %", "text, null", "number", "100")
        await run.pilot.press("j", "j", "enter")
        await run.sees("Frequency of kind")


async def test_columns_are_hidden_moved_frozen_widened_and_brought_back(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=SHOP), size=(80, 20)) as run:

        def heads() -> list[str]:
            line = next(line for line in run.text().splitlines() if " # " in line)
            return line.replace("│", " ").strip(" ›").split()[1:]

        await shown(run, "Blue kettle")
        assert heads() == ["title", "price", "stock", "seller"]
        await run.pilot.press("l", "H")
        await run.until(lambda: heads() == ["price", "title", "stock", "seller"])
        await run.pilot.press("minus")
        await run.until(lambda: heads() == ["title", "stock", "seller"])
        await run.pilot.press("l", "exclamation_mark")
        await run.until(lambda: heads()[0] == "stock" and "stock│" in run.text())
        await run.pilot.press("greater_than_sign", "underscore", "C")
        await run.sees("Columns", "hidden", "frozen")
        await run.pilot.press("G", "enter")
        await run.until(lambda: set(heads()) >= {"price", "title"})
        assert run.items.column is not None
        assert run.items.column.name in {"price", "#error"}


async def test_the_next_item_with_a_text_is_a_key_away(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=MUGS)) as run:
        await shown(run, "sku0")
        await typed(run, "slash", "pot")
        await run.until(lambda: run.items.table.cursor == 2)
        await run.pilot.press("n", "n")
        await run.until(lambda: run.items.table.cursor == 8)
        await run.pilot.press("N")
        await run.until(lambda: run.items.table.cursor == 5)


async def test_a_value_and_an_item_are_copied_and_rows_are_marked(tmp_path: Path) -> None:
    odd = b'{"t":"a\\ud800b","n":12.90,"big":9007199254740993}'
    async with watching(storage(tmp_path / "s", raw_items=[odd, b'{"t":"two"}'])) as run:
        await shown(run, "12.90")
        await run.pilot.press("y")
        assert run.pilot.app.clipboard == "a\ufffdb"
        await run.pilot.press("l", "y")
        assert run.pilot.app.clipboard == "12.90"
        await run.pilot.press("Y")
        assert '"n":12.90,"big":9007199254740993}' in run.pilot.app.clipboard
        await run.pilot.press("space", "space")
        await run.sees("2 marked")
        assert set(run.items.table.marks) == {0, 1}


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


KEYS = (
    "left_square_bracket right_square_bracket escape l left_parenthesis right_parenthesis number_sign "
    "F j enter escape I enter escape C space space escape exclamation_mark underscore less_than_sign H L "
    "y Y space M enter y p Y plus minus j escape s"
)
ODD = {
    "deep": [nested(200)],
    "wide": [json.dumps({f"f{n}": n for n in range(2000)}).encode()],
    "double": [b'{"a":1,"a":2,"b":NaN}'],
    "surrogate": [b'{"\\udc00":"\\ud800","a":"\xff"}'],
    "not objects": [b"1", b'"text"', b"[1,2]", b"null", b"{}"],
    "broken": [b'{"a":', b'{"a":1}'],
    "odd names": [b'{"":1,"a.b":2,"a":{"b":3}," ":4,"[x]":5}'],
    "large numbers": [b'{"n":9223372036854775807}', b'{"n":' + b"9" * 400 + b"}", b'{"n":-0.0}'],
}


@pytest.mark.parametrize("name", ODD)
async def test_every_key_takes_items_that_nobody_expects(tmp_path: Path, name: str) -> None:
    """C3, C5: values that no decoder likes, and more columns than any screen has."""
    async with watching(storage(tmp_path / "s", raw_items=ODD[name]), size=(100, 24)) as run:
        await shown(run)
        await run.until(lambda: run.items.table.row_count)
        for key in KEYS.split():
            await run.pilot.press(key)
            await run.pilot.pause()
        await typed(run, "&", "a")
        await run.pilot.pause()
        await run.pilot.press("escape", "escape")
        assert run.pilot.app.is_running
        assert run.screen is run.home


async def test_images_in_an_item_and_records_that_it_names_are_shown(tmp_path: Path) -> None:
    inside = "data:image/png;base64," + base64.b64encode(png(30, 12)).decode()
    items = [{"a": inside, "b": "shot.png", "c": "https://elsewhere.example/x.png", "d": {"e": "needle"}}]
    async with watching(storage(tmp_path / "s", items=items, records={"shot.png.png": png(8, 6)})) as run:
        await shown(run, "shot.png")
        await run.pilot.press("enter")
        await run.sees("Item 1", "needle")
        await run.pilot.press("g", "j", "i")
        await run.sees("30 × 12", "▀▀▀")
        await run.pilot.press("escape", "j", "i")
        await run.sees("shot.png", "8 × 6")
        await run.pilot.press("escape", "j", "i")
        await run.until(lambda: any("no image" in n.message for n in run.pilot.app._notifications))
        await run.pilot.press("slash", *"needle", "enter")
        await run.sees("d.e")


@pytest.mark.parametrize("height", [20, 40, 80])
async def test_a_jump_to_the_last_row_asks_for_one_page(tmp_path: Path, height: int) -> None:
    items = [{"sku": f"sku{n}", "text": "x" * (n % 700)} for n in range(2000)]
    async with watching(storage(tmp_path / "s", items=items), size=(120, height)) as run:
        await shown(run, "sku0")
        await run.until(lambda: run.items.rows.want(*run.items.rows.window) is None)
        before = run.api.readings
        await run.pilot.press("G")
        await run.sees("sku1999")
        await run.until(lambda: run.items.rows.want(*run.items.rows.window) is None)
        assert run.api.readings == before + 1


async def test_rows_of_a_large_folder_are_numbered_anew_where_files_are_missing_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_census, "LOOK_S", 0.0)
    monkeypatch.setattr(item_census, "REST_S", 3600.0)
    monkeypatch.setattr(dataset_store, "EXAMINE_S", 0.0)
    folder = storage(tmp_path / "s", items=[{"n": n} for n in range(1, 3001)])
    (folder / "datasets" / "default" / "000001500.json").unlink()
    async with watching(folder) as run:
        await run.pilot.press("3")
        await run.until(lambda: run.items.table.has_focus)
        await run.sees("3\u202f000 counting…", "1    1")
        await run.pilot.press("f", "G")
        await run.sees("3\u202f000 counting…", "3\u202f000  3000")
        await run.api.items(run.items.place, offset=0, limit=2000)
        await run.sees("rows are numbered anew", "2\u202f999")
        await run.pilot.press("G")
        await run.sees("2\u202f999  3000")
        assert "counting" not in run.text().splitlines()[1]


async def test_a_field_that_is_not_shown_cannot_be_moved_among_those_that_are(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=SHOP)) as run:
        await run.pilot.press("3")
        await run.sees("Blue kettle")
        await run.pilot.press("C", "G", "K", "J")
        await run.sees("Columns", "# hidden")
        await run.pilot.press("escape")
        await run.sees("Blue kettle")
