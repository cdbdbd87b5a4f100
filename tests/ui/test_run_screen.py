"""The run screen: what shows at which size, where keys lead, and what is asked of the server."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from textual import events

from runmon.local.folder import open_folder
from runmon.local.holding import hold
from runmon.settings import Settings
from runmon.ui.screens.run import RunScreen
from runmon.watch.events import Pane
from tests.ui.screens import Shown, folder_shown, left, run_folder

ALL, SOME, ONE = (200, 55), (120, 40), (80, 24)


def showing(shown: Shown) -> set[str]:
    panes = ("status", "usage", "log", "items", "records", "queue", "input")
    return {name for name in panes if shown.app.screen.query_one(f"#{name}").region.area > 0}


async def test_a_folder_is_seen_in_every_pane_of_a_large_terminal(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ALL, title="kettles") as shown:
        await shown.until_text("kettles", "page 59 read", "Kettle 12", "OUTPUT", "https://shop.example")
        assert showing(shown) == {"status", "usage", "log", "items", "records", "queue"}


async def test_a_middle_terminal_shows_one_storage_at_a_time(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.until_text("Kettle 12", "3 Dataset", "4 Records", "5 Queue")
        assert showing(shown) == {"status", "usage", "log", "items"}


async def test_a_small_terminal_shows_one_pane_and_a_tab_for_each(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE) as shown:
        await shown.until_text("1 Status", "2 Log", "3 Dataset", "4 Records", "5 Queue", "page 59 read")
        assert showing(shown) == {"log"}


async def test_sixty_columns_are_still_enough(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=(60, 20), title="a-rather-long-actor-name") as shown:
        await shown.until_text("page 59 read")
        await shown.press("3")
        await shown.until_text("Kettle 12")


@pytest.mark.parametrize(
    ("key", "pane"),
    [("1", "status"), ("2", "log"), ("3", "items"), ("4", "records"), ("5", "queue"), ("6", "input")],
)
async def test_a_number_brings_its_pane_and_the_focus(tmp_path: Path, key: str, pane: str) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE) as shown:
        await shown.press(key)
        await shown.until(lambda: pane in showing(shown))
        await shown.until(lambda: shown.app.screen.query_one(f"#{pane}").has_focus_within)


async def test_hurried_keys_end_in_the_pane_of_the_last(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE) as shown:
        screen = shown.app.screen
        assert isinstance(screen, RunScreen)
        for name in ("log", "status", "log", "queue", "records"):
            screen.action_pane(name)
        await shown.until(lambda: screen.query_one("#records-table").has_focus)
        await shown.press("f", "f")
        assert showing(shown) == {"records"} and screen.query_one("#records-table").has_focus


async def test_tab_goes_round_all_panes_and_back(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE) as shown:
        seen = []
        for _ in range(6):
            await shown.press("tab")
            seen.append(next(iter(showing(shown) - {"usage"})))
        assert seen == ["items", "records", "queue", "input", "status", "log"]


async def test_f_gives_the_focused_pane_everything_and_escape_gives_it_back(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.press("4", "f")
        await shown.until(lambda: showing(shown) == {"records"})
        await shown.press("escape")
        await shown.until(lambda: showing(shown) == {"status", "usage", "log", "records"})


async def test_a_terminal_that_grows_shows_more_and_keeps_the_focus(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE) as shown:
        await shown.press("3")
        await shown.until_text("Kettle 12")
        await shown.pilot.resize_terminal(*ALL)
        await shown.until(lambda: len(showing(shown)) == 6)
        assert shown.app.screen.query_one("#items").has_focus_within


async def test_sixty_columns_tell_how_many_lines_came_below_where_one_stopped(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    run = {"id": "HG7ML7M8z78YcAPEB", "status": "RUNNING", "startedAt": "2026-11-23T18:16:00.000Z"}
    (folder / "run.json").write_text(json.dumps(run))
    held = hold(open_folder(folder))
    assert held is not None
    async with folder_shown(folder, size=(60, 24)) as shown:
        await shown.until_text("page 59 read")
        await shown.press("g")
        await shown.until_text("Log paused +39", "● live")
    os.close(held)


async def test_only_storages_on_show_are_counted(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.press("4")
        assert Pane.RECORDS in shown.watch.counted and Pane.ITEMS not in shown.watch.counted


async def test_the_footer_names_the_keys_of_the_focused_pane_first(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.until(lambda: "search" in shown.lines[-1])
        assert shown.lines[-1].index("search") < shown.lines[-1].index("zoom") < shown.lines[-1].index("help")


async def test_q_leaves_with_success(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path)) as shown:
        await left(shown.app, "q")
        assert shown.app.return_code == 0


async def test_ctrl_c_leaves_as_an_interrupt_and_aborts_nothing(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path)) as shown:
        await left(shown.app, "ctrl+c")
        assert shown.app.return_code == 130


async def test_help_lists_every_key_that_works_now(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ALL) as shown:
        await shown.press("question_mark")
        await shown.until_text("Follow the end of the log", "esc close")
        await shown.press("space", "space", "space")
        await shown.until_text("Give the focused pane the whole screen")
        await shown.press("escape")
        assert "Give the focused pane the whole screen" not in shown.text


async def test_the_palette_runs_a_command_by_its_name(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.press("ctrl+p", *"request queue")
        await shown.until_text("queue: Go to the request queue.")
        await shown.press("enter")
        await shown.until(lambda: "queue" in showing(shown))


async def test_a_click_beyond_the_edge_of_the_window_leaves_the_palette_open(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.press("ctrl+p")
        await shown.until_text("Find a command")
        screen = shown.app.screen
        screen.post_message(events.Click(screen, 300, 90, 0, 0, 1, False, False, False, 300, 90))
        await shown.press("down")
        assert "Find a command" in shown.text


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (40, 2), (10, 5)])
async def test_the_palette_outlives_a_window_of_hardly_any_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with folder_shown(run_folder(tmp_path), size=SOME) as shown:
        await shown.press("ctrl+p")
        await shown.until_text("Find a command")
        await shown.pilot.resize_terminal(*size)
        await shown.press("pageup", "pagedown", "down", "up", "end", "home")
        await shown.pilot.resize_terminal(*SOME)
        await shown.until_text("Find a command")


async def test_the_theme_changes_while_everything_stays(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ALL) as shown:
        await shown.until_text("Kettle 12", "page 59 read")
        await shown.press("alt+t")
        assert shown.app.theme == "runmon-light" and "Kettle 12" in shown.text


@pytest.mark.parametrize("theme", ["nord", "textual-light", "ansi-dark"])
async def test_any_theme_of_textual_can_be_worn(tmp_path: Path, theme: str) -> None:
    async with folder_shown(run_folder(tmp_path), size=ALL) as shown:
        shown.app.theme = theme
        await shown.until_text("Kettle 12", "page 59 read", "complete")


async def test_panes_left_out_by_the_settings_are_reached_by_their_key_alone(tmp_path: Path) -> None:
    settings = Settings(panes=("log", "records"), time_zone="Asia/Tokyo")
    async with folder_shown(run_folder(tmp_path), size=SOME, settings=settings) as shown:
        await shown.until_text("page 59 read", "OUTPUT")
        assert showing(shown) == {"log", "records"}
        await shown.press("tab")
        assert showing(shown) == {"log", "records"}
        await shown.press("3")
        await shown.until_text("Kettle 12")
        assert showing(shown) == {"log", "items"}

        await shown.press("2", "t")
        await shown.until_text("03:16:59.000")


async def test_a_pane_that_is_left_out_does_not_come_first(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=ONE, settings=Settings(panes=("items",))) as shown:
        await shown.until_text("Kettle 12")
        assert showing(shown) == {"items"}
