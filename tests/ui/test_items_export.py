"""`ctrl+s` in the dataset saves what one chose where one said, and says what became of it."""

from __future__ import annotations

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from runmon.export.items import Progress
from runmon.ui.screens import export
from runmon.ui.screens.export import ExportScreen
from tests.storages import storage
from tests.watching import Watching, watching

ITEMS = [{"t": f"=sum({n})", "n": n, "#h": 1} for n in range(60)]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files land."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    return tmp_path / "cwd"


def only(folder: Path) -> Path:
    """The one file there."""
    (file,) = folder.iterdir()
    return file


async def asked(run: Watching) -> None:
    """Open the dialog."""
    await run.until(lambda: run.items.table.has_focus)
    await run.pilot.press("ctrl+s")
    await run.until(lambda: isinstance(run.screen, ExportScreen))


async def saved(run: Watching) -> None:
    """Wait for the dialog to close by itself."""
    await run.until(lambda: run.screen is run.home)


async def test_all_items_become_a_file_of_the_server_s_own_bytes(tmp_path: Path, here: Path) -> None:
    async with watching(storage(tmp_path / "s", items=ITEMS)) as run:
        await run.pilot.press("3")
        await run.sees("sum(0)")
        await asked(run)
        await run.sees("Byte for byte")
        await run.pilot.press("ctrl+s")
        await saved(run)
        await run.until(lambda: any("Saved 60 items" in n.message for n in run.pilot.app._notifications))
    file = only(here)
    assert json.loads(file.read_bytes()) == ITEMS
    assert file.suffix == ".json"


async def test_csv_is_guarded_and_a_file_that_is_there_is_asked_about(tmp_path: Path, here: Path) -> None:
    """C4, D4: formulas and files of somebody else."""
    async with watching(storage(tmp_path / "s", items=ITEMS)) as run:
        await run.pilot.press("3")
        await run.sees("sum(0)")
        await asked(run)
        await run.pilot.press("right", "right", "down", "right", "down", "down", "down")
        field = run.screen.query_one("#file")
        await run.until(lambda: run.screen.focused is field)
        name = field.value  # type: ignore[attr-defined]
        assert name.endswith(".csv")
        (here / name).write_text("mine")
        await run.pilot.press("enter")
        await run.sees("is there already: Enter again replaces it.")
        assert (here / name).read_text() == "mine"
        await run.pilot.press("enter")
        await saved(run)
    rows = list(csv.reader((here / name).read_text("utf-8-sig").splitlines()))
    assert rows[:2] == [["t", "n"], ["'=sum(0)", "0"]]


async def test_marked_and_shown_items_are_saved_in_their_order(tmp_path: Path, here: Path) -> None:
    async with watching(storage(tmp_path / "s", items=ITEMS)) as run:
        await run.pilot.press("3")
        await run.sees("sum(0)")
        await run.pilot.press("j", "space", "j", "space", "ctrl+s")
        await run.sees("marked 2")
        await run.pilot.press("right", "ctrl+s")
        await saved(run)
        file = only(here)
        assert [json.loads(line)["n"] for line in file.read_bytes().splitlines()] == [1, 3]
        file.unlink()
        await run.pilot.press("ctrl+backslash", "ampersand", *"n < 3", "enter")
        await run.sees("3 of 60")
        await run.pilot.press("l", "right_square_bracket")
        await run.sees("n↓")
        await asked(run)
        await run.sees("shown 3")
        await run.pilot.press("ctrl+s")
        await saved(run)
    file = only(here)
    assert [item["n"] for item in json.loads(file.read_bytes())] == [2, 1, 0]


@pytest.mark.parametrize(
    ("keys", "said"),
    [((), "10 items are kept: exporting again goes on behind them."),
     (("right", "right"), "Exporting again starts anew.")],
)  # fmt: skip
async def test_an_export_that_is_stopped_says_what_exporting_again_does(
    tmp_path: Path, here: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], said: str
) -> None:
    async def endless(*given: Any, **options: Any) -> None:
        given[5](Progress(items=10, bytes=100, begun_at=7))
        await asyncio.Event().wait()

    monkeypatch.setattr(export, "save", endless)
    async with watching(storage(tmp_path / "s", items=ITEMS)) as run:
        await run.pilot.press("3")
        await run.sees("sum(0)")
        await asked(run)
        await run.pilot.press(*keys, "ctrl+s")
        await run.sees("10 of 60  100 B  goes on behind 7")
        await run.pilot.press("escape")
        await run.sees(f"Stopped. {said}")


async def test_a_place_that_is_not_there_is_a_sentence_and_escape_leaves(tmp_path: Path, here: Path) -> None:
    async with watching(storage(tmp_path / "s", items=ITEMS)) as run:
        await run.pilot.press("3")
        await run.sees("sum(0)")
        await asked(run)
        run.screen.query_one("#file").value = "nowhere/at/all.json"  # type: ignore[attr-defined]
        await run.pilot.press("ctrl+s")
        await run.sees("There is no folder")
        await run.pilot.press("escape")
        await saved(run)
    with pytest.raises(ValueError, match="not enough"):
        only(here)


async def test_the_server_is_asked_for_the_shown_columns_and_a_row_for_every_element(
    tmp_path: Path, here: Path
) -> None:
    items = [{"o": [{"p": 1}, {"p": 2}], "t": "a", "gone": 1}, {"o": [], "t": "b"}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await run.pilot.press("3")
        await run.sees("[2]")
        await asked(run)
        await run.sees("one for each of o")
        await run.pilot.press("down", "down", "down", "right", "ctrl+s")
        await saved(run)
        file = only(here)
        assert [item.get("p") for item in json.loads(file.read_bytes())][:2] == [1, 2]
        file.unlink()
        await run.pilot.press("l", "l", "minus", "ctrl+s")
        await run.sees("shown columns")
        await run.pilot.press("down", "right", "ctrl+s")
        await saved(run)
    assert [sorted(item) for item in json.loads(only(here).read_bytes())] == [["o", "t"], ["o", "t"]]


async def test_a_name_with_a_comma_is_whole_in_csv_and_why_it_cannot_be_chosen_is_said(
    tmp_path: Path, here: Path
) -> None:
    items = [{"net,price": 770077, 'say "x"\n': "a,b"}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await run.pilot.press("3")
        await run.sees("770077")
        await asked(run)
        await run.sees('"net,price" has a comma')
        fields = next(line for line in run.text().splitlines() if "everything" in line)
        assert "shown columns" not in fields
        await run.pilot.press("right", "right", "ctrl+s")
        await saved(run)
    rows = list(csv.reader(only(here).read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    assert rows == [["net,price", 'say "x"\n'], ["770077", "a,b"]]
