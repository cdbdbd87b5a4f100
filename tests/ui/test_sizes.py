"""Colours and sizes that a person chose by hand are there the next time; no file can break the start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from runmon.api.address import address
from runmon.api.client import Api
from runmon.settings import Settings
from runmon.ui.app import RunmonApp
from runmon.ui.private_textual import screen_lines
from runmon.ui.remembered import Remembered
from runmon.ui.screens.run import RunScreen
from runmon.watch.watch import Watch
from tests.loopback import data
from tests.ui.screens import serving

RUN_ID = "HG7ML7M8z78YcAPEB"


@asynccontextmanager
async def screen(file: Path, size: tuple[int, int] = (120, 40), theme: str = "") -> AsyncIterator[Pilot[int]]:
    async with serving(lambda seen: data({"id": RUN_ID, "status": "RUNNING"})) as server:

        def open_screen() -> RunScreen:
            api = Api(address(server.url), None)
            return RunScreen(Watch(api, RUN_ID), api)

        settings = Settings(theme=theme) if theme else Settings()
        app = RunmonApp(open_screen, settings=settings, remembered=Remembered(file))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot


def region(pilot: Pilot[int], name: str) -> Region:
    return pilot.app.screen.query_one(f"#{name}").region


async def until(pilot: Pilot[int], condition: Callable[[], object]) -> None:
    for _ in range(500):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("\n".join(screen_lines(pilot.app)))


async def test_keys_move_the_line_beside_the_focused_pane_and_the_next_start_has_it_there(
    tmp_path: Path,
) -> None:
    file = tmp_path / "state" / "screen.json"
    async with screen(file) as pilot:
        side, log = region(pilot, "side").width, region(pilot, "log").height
        await pilot.press("ctrl+right", "1", "ctrl+left", "ctrl+left")
        await pilot.pause()
        assert (region(pilot, "side").width, region(pilot, "log").height > log) == (side - 8, True)
        higher = region(pilot, "log").height
    async with screen(file) as pilot:
        assert (region(pilot, "side").width, region(pilot, "log").height) == (side - 8, higher)
        await pilot.press("1", "f")
        await pilot.pause()
        assert region(pilot, "side").width == 120


async def test_one_key_gives_back_the_usual_sizes_for_the_next_start_too(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    async with screen(file) as pilot:
        usual = [region(pilot, name) for name in ("side", "log", "items")]
        await pilot.press("ctrl+right", "1", "ctrl+left")
        await pilot.pause()
        assert [region(pilot, name) for name in ("side", "log", "items")] != usual
        await pilot.press("equals_sign")
        await pilot.pause()
        assert [region(pilot, name) for name in ("side", "log", "items")] == usual
    async with screen(file) as pilot:
        assert [region(pilot, name) for name in ("side", "log", "items")] == usual


async def test_the_mouse_moves_the_lines_too_and_never_so_far_that_a_pane_is_lost(tmp_path: Path) -> None:
    async with screen(tmp_path / "screen.json") as pilot:
        edge, bottom = region(pilot, "side").right - 1, region(pilot, "stores").y
        await pilot.mouse_down(offset=(edge, 20))
        await pilot.hover(offset=(50, 20))
        await pilot.mouse_up(offset=(50, 20))
        await pilot.pause()
        assert region(pilot, "side").right == 51
        await pilot.mouse_down(offset=(90, bottom))
        await pilot.hover(offset=(90, 2))
        await pilot.mouse_up(offset=(90, 2))
        await pilot.pause()
        assert 3 <= region(pilot, "log").height < 8
        await pilot.press("1", *["ctrl+left"] * 12)
        await pilot.pause()
        assert region(pilot, "side").width == 26


async def test_a_theme_is_chosen_from_a_list_and_kept_but_the_settings_go_before(tmp_path: Path) -> None:
    file = tmp_path / "screen.json"
    async with screen(file) as pilot:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: any("runmon-dark-safe" in line for line in screen_lines(pilot.app)))
        await pilot.press(*"nord", "enter")
        await until(pilot, lambda: pilot.app.theme == "nord")
    async with screen(file) as pilot:
        assert pilot.app.theme == "nord"
    async with screen(file, theme="dracula") as pilot:
        assert pilot.app.theme == "dracula"


@pytest.mark.parametrize("content", [b"", b"\xff{", b"[]", b'{"theme": 5}', b'{"theme": "gone", "log": 0.5}'])
async def test_a_file_that_cannot_be_used_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "screen.json").write_bytes(content)
    async with screen(tmp_path / "screen.json") as pilot:
        assert pilot.app.theme == "runmon-dark"
