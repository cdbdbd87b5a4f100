"""A run that is deleted while it is watched: what was known stays on the screen, under words that say so."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS
from runmon.ui.app import RunmonApp
from runmon.ui.reopening import reopenable
from runmon.ui.screens.item import ItemScreen
from runmon.ui.screens.run import RunScreen
from runmon.ui.showing import screen_of
from tests.loopback import Seen, data, fault
from tests.storages import storage
from tests.ui.screens import Shown, folder_shown, run_folder, run_shown, serving
from tests.watching import watching

RUN_ID = "HG7ML7M8z78YcAPEB"
SIDE = 46
"""Cells of the column of status and usage at 160 columns."""


def side(shown: Shown) -> str:
    """The words of that column, however they were folded."""
    return " ".join(" ".join(line[:SIDE].strip(" │╭╮") for line in shown.lines).split())


async def test_a_deleted_run_keeps_what_was_known_under_gone_since() -> None:
    """B7: the status message and the run's pane, on the screen."""
    here = [True]
    run = {
        "id": RUN_ID,
        "status": "RUNNING",
        "statusMessage": "Crawled 7 pages",
        "startedAt": "2026-11-24T10:00:00Z",
    }

    def handler(seen: Seen) -> bytes:
        return (
            data(run)
            if here and seen.path.endswith(RUN_ID)
            else fault(404, "record-not-found", "Nothing here")
        )

    async with serving(handler) as server, run_shown(server.url, RUN_ID, size=(160, 45)) as shown:
        await shown.until_text("Crawled 7 pages", "live")
        here.clear()
        await shown.until_text("gone since")
        assert "Crawled 7 pages" in shown.text


async def test_a_deleted_folder_keeps_what_was_known_in_every_pane(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    async with folder_shown(folder, size=(160, 45)) as shown:
        await shown.until(lambda: shown.text.count("complete") >= 4)
        before = "started 2026-11-23 18:16:00"
        assert before in side(shown)

        shutil.rmtree(folder)
        await shown.press("ctrl+r")
        await shown.until(lambda: shown.text.count("✖ gone") >= 5)

        assert "The folder is gone" in side(shown)
        assert before in side(shown) and "Kettle 12" in shown.text and "page 59 read" in shown.text


async def test_a_run_whose_folder_another_run_took_says_so_and_shows_nothing_of_that(tmp_path: Path) -> None:
    with LocalPlatform() as other:
        other.registry.run(other.create(tmp_path / "run")).log.append(b"of the first run\n")
    async with folder_shown(tmp_path / "run", size=(160, 45)) as shown:
        await shown.until_text("of the first run")

        with LocalPlatform() as other:
            other.registry.run(other.create(tmp_path / "run")).log.append(b"of the second run\n")
            await shown.press("ctrl+r")
            await shown.until(lambda: shown.text.count("✖ gone") >= 5)

        assert "Another run has taken this folder." in side(shown)
        assert "of the first run" in shown.text and "of the second run" not in shown.text


@asynccontextmanager
async def reopenable_shown(folder: Path, size: tuple[int, int] = (160, 45)) -> AsyncIterator[Shown]:
    """The run screen as `runmon open` shows it."""
    with LocalPlatform() as platform:

        def make(run_id: str) -> RunScreen:
            return screen_of(
                Api(address(platform.url), Token(platform.token)), run_id, DEFAULTS, title="shop"
            )

        run_id = await asyncio.to_thread(platform.open, folder)
        app = RunmonApp(lambda: reopenable(run_id, make, lambda: platform.open(folder)))
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Shown(app, pilot, None)  # type: ignore[arg-type]


async def test_what_took_a_folder_is_opened_on_the_same_screen_by_asking_again(tmp_path: Path) -> None:
    with LocalPlatform() as other:
        other.registry.run(other.create(tmp_path / "run")).log.append(b"of the first run\n")
    async with reopenable_shown(tmp_path / "run") as shown:
        await shown.until_text("of the first run")
        before = shown.app.screen
        with LocalPlatform() as other:
            other.registry.run(other.create(tmp_path / "run")).log.append(b"of the second run\n")
            await shown.press("ctrl+r")
            await shown.until(lambda: "folder. ^r opens what is there now." in side(shown))

            await shown.press("ctrl+r")
            await shown.until_text("of the second run")

        assert "of the first run" not in shown.text and shown.app.screen_stack == [shown.app.screen]
        assert shown.app.screen is not before and not before.is_running


async def test_a_plain_folder_that_was_emptied_and_written_anew_is_noticed_and_opened(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    async with reopenable_shown(folder) as shown:
        await shown.until_text("Kettle 12")
        for item in (folder / "datasets" / "default").iterdir():
            item.unlink()
        (folder / "datasets" / "default" / "000000001.json").write_text('{"title": "Pan 1"}')

        await shown.press("ctrl+r")
        await shown.until(lambda: "Another run has taken this folder. ^r opens" in side(shown))
        assert "Kettle 12" in shown.text and "Pan 1" not in shown.text

        await shown.press("ctrl+r")
        await shown.until_text("Pan 1")
        assert "Kettle" not in shown.text and "gone" not in shown.text


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
@pytest.mark.parametrize("pane", ["1", "2", "3"])
async def test_small_screens_say_why_a_run_is_gone_whatever_pane_shows(
    tmp_path: Path, size: tuple[int, int], pane: str
) -> None:
    folder = run_folder(tmp_path / "shop")
    async with reopenable_shown(folder, size) as shown:
        await shown.until_text("page 59 read")
        await shown.press(pane)
        shutil.rmtree(folder)
        await shown.press("ctrl+r")
        await shown.until(lambda: "✖ The folder is gone, or was emptied" in shown.lines[-1])


async def test_a_folder_that_is_still_gone_says_so_when_it_is_asked_for_again(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    async with reopenable_shown(folder) as shown:
        await shown.until_text("Kettle 12")
        shutil.rmtree(folder)
        await shown.press("ctrl+r")
        await shown.until(lambda: "The folder is gone" in side(shown))

        await shown.press("ctrl+r")
        await shown.until_text("There is no folder")
        assert "Kettle 12" in shown.text


async def test_a_folder_without_a_log_says_that_it_keeps_none(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    (folder / "log.txt").unlink()
    async with folder_shown(folder, size=(160, 45)) as shown:
        await shown.until_text("not kept", "This folder keeps no log.")
        assert "gone since" not in shown.text


async def test_why_an_item_cannot_be_read_is_told_whole_on_small_screens(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=[{"n": n} for n in range(3000)]), size=(60, 20)) as run:
        await run.pilot.press("3")
        await run.until(lambda: run.items.table.has_focus)
        await run.sees("1    0")
        shutil.rmtree(tmp_path / "s")
        await run.pilot.press("G", "enter")
        await run.until(lambda: "orwasemptied" in "".join(run.text().replace("│", "").split()))
        await run.pilot.press("escape", "g", "enter")
        await run.sees('"n": 0')
        assert isinstance(run.screen, ItemScreen) and not run.screen.frame.view.wrap
