"""What is copied of a folder's run is the path of a file, which is there after runmon has left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runmon.cli.local_runs import LocalRuns
from runmon.cli.reach import here
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS
from runmon.ui.app import RunmonApp
from runmon.ui.screens.confirm import ConfirmScreen
from runmon.ui.screens.runs_followed import RunsPlace
from runmon.ui.showing import screen_of
from tests.fleet import keep_run
from tests.ui.screens import Shown, run_folder
from tests.ui.test_runs_screen import runs_shown


@asynccontextmanager
async def opened(platform: LocalPlatform, run_id: str, *, files: bool = True) -> AsyncIterator[Shown]:
    """The screen of a run that a platform of this process serves."""
    app = RunmonApp(lambda: screen_of(here(platform, files=files).api(), run_id, DEFAULTS))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        yield Shown(app, pilot, None)  # type: ignore[arg-type]


async def test_of_a_record_in_a_folder_the_path_of_its_file_is_copied(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    with LocalPlatform(read_only=True) as platform:
        run_id = await asyncio.to_thread(platform.open, folder)
        async with opened(platform, run_id) as shown:
            await shown.press("4")
            await shown.until_text("OUTPUT", '"answer"')
            await shown.press("y")
            await shown.until_text("Copied the path of the record's file.")
            assert shown.app.clipboard == str(folder / "key_value_stores" / "default" / "OUTPUT.json")


async def test_a_record_whose_file_goes_with_us_says_that_it_is_to_be_saved(tmp_path: Path) -> None:
    with LocalPlatform(read_only=True) as platform:
        run_id = await asyncio.to_thread(platform.open, run_folder(tmp_path / "shop"))
        async with opened(platform, run_id, files=False) as shown:
            await shown.press("4")
            await shown.until_text("OUTPUT", '"answer"')
            await shown.press("y")
            await shown.until_text("has no address that lasts")
            assert shown.app.clipboard == ""


async def test_of_a_run_in_a_folder_the_list_copies_the_folder_s_path(tmp_path: Path) -> None:
    kept = keep_run(tmp_path / "storage" / "runs", "keptRun0000000000", "FAILED")
    with LocalRuns(tmp_path / "storage") as local:
        place = RunsPlace("here", local.connect, read_only=True, look=local.look)
        async with runs_shown(place) as shown:
            await shown.until_text("1 of 1 runs", str(kept.parent.name))
            await shown.press("y")
            await shown.until_text("Copied the path of the run's folder.")
            assert shown.app.clipboard == str(kept)


async def test_no_command_is_offered_for_a_run_that_no_other_program_can_reach(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run_id = await asyncio.to_thread(platform.create, tmp_path / "run", run={"status": "RUNNING"})
        async with opened(platform, run_id) as shown:
            await shown.until_text("RUNNING")
            await shown.press("A")
            await shown.until(lambda: isinstance(shown.app.screen, ConfirmScreen))
            await shown.until_text("Abort this run?")
            assert "127.0.0.1" not in shown.text and "by command" not in shown.text


async def test_the_status_pane_copies_where_the_run_is_found_again(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    with LocalPlatform(read_only=True) as platform:
        run_id = await asyncio.to_thread(platform.open, folder)
        api = here(platform, str(folder)).api()
        app = RunmonApp(lambda: screen_of(api, run_id, DEFAULTS))
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            shown = Shown(app, pilot, None)  # type: ignore[arg-type]
            await shown.until_text("page 59 read")
            await shown.press("1", "y")
            await shown.until_text("Copied the run's path.")
            assert shown.app.clipboard == str(folder)
