"""Everything a person can do with keys and records, by keys, over a store that the local platform serves."""

from __future__ import annotations

import asyncio
import shlex
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.containers import Grid
from textual.widgets import Static

from runmon.export import records
from runmon.export.records import save_record
from runmon.model.storages import Record
from runmon.render.json_lines import JsonLines
from runmon.render.preview import preview
from runmon.settings import Settings
from runmon.ui.app import RunmonApp
from runmon.ui.outside import harmless
from runmon.ui.screens.confirm import ConfirmScreen
from runmon.ui.screens.film import FilmScreen
from runmon.ui.screens.record import RecordScreen
from runmon.ui.widgets.record_view import Shown
from runmon.ui.widgets.table import Table
from tests.storages import png, storage
from tests.watching import Watching, watching

PAGE = b"<title>Wall</title><p>Access denied</p><img src='http://127.0.0.1:9/x.png'>"
RECORDS = {
    "INPUT.json": b'{"a": 1}',
    "OUTPUT.json": b'{"b": 2}',
    "page.html": PAGE,
    "prices.csv": b"name,price\nKettle,12\n",
    "shot.png": png(),
    "SDK_CRAWLER_STATISTICS_0.json": b'{"requestsFinished": 3, "requestsFailed": 1}',
}


async def at(run: Watching, key: str) -> None:
    """Go to the records, and to a key."""
    await run.pilot.press("4")
    await run.until(lambda: run.records.rows.list.total and run.records.table.has_focus)
    row = run.records.rows.list.place_of(key)
    assert row is not None
    run.records.table.move_to(row)
    await run.until(lambda: run.records.view.shown_now and run.records.view.shown_now.record.key == key)


async def test_keys_are_filtered_by_letters_and_shown_again(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("ampersand", *"pt", "enter")
        await run.until(lambda: run.records.rows.list.names() == ["INPUT", "OUTPUT"])
        await run.sees("2 match")
        await run.pilot.press("escape")
        await run.until(lambda: len(run.records.rows.list.names()) == 6)
        await run.pilot.press("s")
        await run.until(lambda: run.records.rows.list.names()[2] == "shot")


async def test_a_record_in_full_gives_its_address(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "page")
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.screen, RecordScreen))
        await run.pilot.press("a")
        await run.until(lambda: run.pilot.app.clipboard.rpartition("?")[0].endswith("/records/page"))


async def test_a_page_is_read_as_a_page_its_source_and_its_bytes(tmp_path: Path) -> None:
    """C6: nothing that a page names is fetched."""
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "page")
        await run.sees("title  Wall", "sign of a block page: access denied", "1 image")
        await run.pilot.press("v")
        await run.sees("as source", "<title>Wall</title>")
        await run.pilot.press("v")
        await run.sees("as bytes", "00000000")
        await run.pilot.press("v")
        await run.sees("as a page")
        await at(run, "prices")
        await run.sees("1 rows × 2 columns", "Kettle")


async def test_marked_records_are_saved_and_nothing_is_overwritten_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D4: asked before a file is replaced."""
    monkeypatch.chdir(tmp_path)
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("space", "space")
        await run.sees("2 marked")
        await run.pilot.press("ctrl+s")
        await run.sees("Save 2 records")
        await run.pilot.press("enter")
        await run.sees("Saved 2 records")
        assert (tmp_path / "records" / "OUTPUT.json").read_bytes() == b'{"b": 2}'
        (tmp_path / "records" / "OUTPUT.json").write_bytes(b"precious")
        await run.pilot.press("ctrl+s")
        await run.sees("Save 2 records")
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.screen, ConfirmScreen))
        await run.sees("2 of 2 files are there already")
        await run.pilot.press("escape")
        await run.until(lambda: not isinstance(run.screen, ConfirmScreen))
        assert (tmp_path / "records" / "OUTPUT.json").read_bytes() == b"precious"


async def test_every_record_is_saved_by_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("X")
        await run.sees("Save 6 records")
        await run.pilot.press("enter")
        await run.sees("Saved 6 records")
        assert {path.name for path in (tmp_path / "records").iterdir()} == {
            "INPUT.json", "OUTPUT.json", "page.html", "prices.csv", "shot.png",
            "SDK_CRAWLER_STATISTICS_0.json",
        }  # fmt: skip


async def test_saving_every_record_goes_on_behind_those_that_cannot_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = storage(tmp_path / "s", records=RECORDS | {"%2E": b"odd"})
    async with watching(store, size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("X")
        await run.sees("Save 7 records")
        await run.pilot.press("enter")
        await run.sees("Saved 6 records")
        said = str(run.screen.query_one("#note", Static).render())
        assert "1 could not be saved. \".\": '.' cannot be part of an API path." in said
        assert len(list((tmp_path / "records").iterdir())) == 6


async def test_saving_every_record_can_be_stopped_and_tells_what_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one_and_no_more(*given: Any, **options: Any) -> tuple[int, Path]:
        if (tmp_path / "records").exists():
            await asyncio.Event().wait()
        return await save_record(*given, **options)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(records, "save_record", one_and_no_more)
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("X")
        await run.sees("Save 6 records")
        await run.pilot.press("enter")
        await run.sees("1 of 6  8 B  esc stops")
        await run.pilot.press("escape")
        await run.sees("Stopped. 1 record was saved.")
        assert [path.name for path in (tmp_path / "records").iterdir()] == ["INPUT.json"]


async def test_a_record_replaces_a_file_only_when_told_so_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D4: asked before a file is replaced."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "INPUT.json").write_bytes(b"precious")
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("ctrl+s")
        await run.sees("Save INPUT", "INPUT.json")
        await run.pilot.press("enter")
        await run.sees("INPUT.json is there already: Enter again replaces it.", "Overwrite")
        assert (tmp_path / "INPUT.json").read_bytes() == b"precious"
        await run.pilot.press("enter")
        await run.sees("Saved 8 B as")
        assert (tmp_path / "INPUT.json").read_bytes() == RECORDS["INPUT.json"]


async def test_no_folder_is_made_on_the_way_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "INPUT")
        await run.pilot.press("ctrl+s", "ctrl+u", *"x/../in.json", "enter")
        await run.sees("Saved 8 B as")
        await run.pilot.press("ctrl+s", "ctrl+u", *"x/in.json", "enter")
        await run.sees("There is no folder")
        assert (tmp_path / "in.json").is_file() and not (tmp_path / "x").exists()


def film(root: Path) -> Path:
    """A store of three images, whose keys say so."""
    folder = storage(root / "s")
    for key in (f"shot{number}.png" for number in range(3)):
        (folder / "key_value_stores" / "default" / key).write_bytes(png(40, 20))
        (folder / "key_value_stores" / "default" / f"{key}.__metadata__.json").write_text(
            f'{{"key": "{key}", "content_type": "image/png", "size": {len(png(40, 20))}}}'
        )
    return folder


async def test_images_stand_side_by_side_and_open(tmp_path: Path) -> None:
    async with watching(film(tmp_path), size=(120, 40)) as run:
        await at(run, "shot0.png")
        await run.pilot.press("i")
        await run.until(lambda: isinstance(run.screen, FilmScreen))
        await run.sees("shot0.png  40 × 20", "shot2.png  40 × 20", "1 of 3")
        await run.pilot.press("l", "enter")
        await run.until(lambda: isinstance(run.screen, RecordScreen))
        await run.sees("shot1.png", "2 of 3", "PNG image")
        await run.pilot.press("right_square_bracket", "escape")
        await run.until(lambda: isinstance(run.screen, FilmScreen))
        await run.sees("3 of 3")


async def test_an_image_that_comes_while_the_window_changes_its_size_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(film(tmp_path), size=(120, 40)) as run:
        read, remove = run.records.api.record, Grid.remove_children
        asked, comes, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def held(*arguments: Any, **options: Any) -> Record:
            asked.set()
            try:
                await comes.wait()
                return await read(*arguments, **options)
            finally:
                over.set()

        async def removed(grid: Grid) -> None:
            await remove(grid)
            comes.set()
            await over.wait()

        await at(run, "shot0.png")
        await run.pilot.press("i")
        await run.until(lambda: isinstance(run.screen, FilmScreen))
        await run.sees("shot2.png  40 × 20")
        monkeypatch.setattr(run.records.api, "record", held)
        monkeypatch.setattr(Grid, "remove_children", removed)
        assert isinstance(run.screen, FilmScreen)
        run.screen._show_page()
        await asked.wait()
        monkeypatch.setattr(run.records.api, "record", read)
        await run.pilot.resize_terminal(60, 20)
        await run.sees("shot0.png  40 × 20")


async def test_with_images_off_the_strip_shows_their_names(tmp_path: Path) -> None:
    async with watching(film(tmp_path), size=(120, 40)) as run:
        assert isinstance(run.pilot.app, RunmonApp)
        run.pilot.app.settings = Settings(images="off")
        await at(run, "shot0.png")
        await run.pilot.press("i")
        await run.until(lambda: isinstance(run.screen, FilmScreen))
        await run.sees("shot0.png  images are off", "shot2.png  images are off")


async def test_statistics_of_a_crawl_stand_above_their_json(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await run.pilot.press("4")
        await run.until(lambda: run.records.rows.list.total and run.records.table.has_focus)
        await run.pilot.press("G", "enter", "G")
        await run.sees("requests  3 finished   1 failed", '"requestsFinished": 3')


async def test_the_address_of_a_record_is_copied(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "OUTPUT")
        await run.pilot.press("y")
        await run.until(lambda: "records/OUTPUT" in run.pilot.app.clipboard)


def copied(seen: Path) -> bytes:
    """What the browser was given."""
    return Path(seen.read_text().removeprefix("file://")).read_bytes()


async def test_a_record_goes_to_a_browser_as_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(sys.argv[1])\n")
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", shlex.quote(str(browser)))
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "page")
        await run.pilot.press("o")
        await run.until(lambda: seen.exists() and seen.read_text().endswith("page.html"))
        assert copied(seen).endswith(PAGE)


async def test_a_terminal_that_cannot_be_lent_is_said_so(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await at(run, "OUTPUT")
        assert isinstance(run.screen.focused, Table)
        await run.pilot.press("f3")
        await run.sees("cannot be lent")


@pytest.mark.parametrize(
    ("name", "body", "last"),
    [
        ("R.json", b"[" + b"0,".join([b""] * 300_000) + b"7]", "  7\n]\n"),
        ("R.txt", b"x\n" * 300_000 + b"end", "x\nend\n"),
        ("R.bin", bytes(range(256)) * 20_000, "f8 f9 fa fb fc fd fe ff  ················\n"),
    ],
    ids=["JSON", "text", "bytes"],
)
async def test_a_pager_gets_a_huge_record_to_its_end_while_keys_go_on_working(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, body: bytes, last: str
) -> None:
    paged, go_on, made = [], threading.Event(), Shown.as_text

    async def lend(_: object, command: list[str]) -> None:
        paged.append(await asyncio.to_thread(Path(command[-1]).read_text, "utf-8"))

    def slowly(shown: Shown, most: int) -> bytes:
        assert go_on.wait(60)
        return made(shown, most)

    monkeypatch.setenv("PAGER", "less")
    monkeypatch.setattr("runmon.ui.outside._lend", lend)
    monkeypatch.setattr(Shown, "as_text", slowly)
    async with watching(storage(tmp_path / "s", records={name: body, "S.txt": b"other"})) as run:
        await run.pilot.press("4", "f", "g")
        await run.until(lambda: (now := run.records.view.shown_now) and now.record.key == "R")
        await run.pilot.press("f3", "j")
        await run.until(lambda: (now := run.records.view.shown_now) and now.record.key == "S")
        go_on.set()
        await run.until(lambda: paged)
    assert paged[0].endswith(last)


def test_a_pager_gets_what_is_folded_on_the_screen_too() -> None:
    made = preview(b'{"a": {"b": [1, 2]}, "c": "\x7f"}')
    assert isinstance(made.lines, JsonLines)
    made.lines.fold_all()

    text = Shown(Record("INPUT", "application/json", b"", 0, False), made).as_text(100)
    text = harmless(text)

    assert b'"b": [' in text and b"      1," in text and b"\x7f" not in text
