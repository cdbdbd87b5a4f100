"""Keys that arrive at once, as over a slow line, mean what they mean one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult, ScreenStackError
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.screen import Screen
from textual.widget import MountError
from textual.widgets import Static

from runmon.ui.screens.help import HelpScreen
from runmon.ui.screens.item import ItemScreen
from runmon.ui.screens.run import RunScreen
from runmon.ui.widgets.lines import LineView
from runmon.ui.widgets.prompt import Prompt
from runmon.ui.widgets.usage_pane import UsagePane
from runmon.ui.widgets.words import Words
from tests.ui.screens import Shown, folder_shown, left, run_folder

NAMED = {"slash": "/", "space": " ", "question_mark": "?"}


def at_once(shown: Shown, *keys: str) -> None:
    """Type faster than anything is done about it."""
    for key in keys:
        character = NAMED.get(key, key)
        shown.app.post_message(events.Key(key, character if len(character) == 1 else None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return run_folder(tmp_path / "shop")


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (160, 45)])
async def test_a_pane_is_gone_to_before_its_search_is_asked_for(folder: Path, size: tuple[int, int]) -> None:
    async with folder_shown(folder, size=size) as shown:
        await shown.press("3")
        await shown.until_text("Kettle 12")
        at_once(shown, "2", "slash", *"page", "space", "7", "enter")
        await shown.until_text("page 7 read")


async def test_a_key_behind_one_that_opens_a_screen_is_for_that_screen(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        at_once(shown, "question_mark", "q")
        await shown.until(lambda: len(shown.app.screen_stack) == 1)
        assert shown.app.is_running and shown.app.return_code is None


async def test_many_keys_at_once_all_count_in_their_order(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.press("3")
        await shown.until_text("Kettle 12")
        at_once(shown, *"jjjjjkk", "enter")
        await shown.until_text('"title": "Kettle 4"')


async def test_a_key_whose_widget_is_gone_holds_up_no_other(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.until_text("page 59")
        at_once(shown, "slash", "x", "escape", "question_mark", "escape")
        await left(shown.app, "q")
        assert shown.app.return_code == 0


class Slow(Screen[None]):
    """Looks, at a key, for what it consists of."""

    BINDINGS = [("x", "look", "")]

    def compose(self) -> ComposeResult:
        yield Static("what is looked for")

    def action_look(self) -> None:
        self.query_one(Static).update("found")


async def test_a_key_for_a_screen_that_is_not_all_there_yet_does_no_harm(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        screen = Slow()
        there = shown.app.push_screen(screen)
        await shown.app.run_action("look", screen)
        await there
        await shown.until_text("what is looked for")
        await shown.press("x")
        await shown.until_text("found")


async def test_a_key_behind_the_one_that_leaves_does_nothing(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        lines = shown.app.screen.query_one(LineView)
        shown.app.exit()
        await shown.app.run_action("go_to", lines)
        assert not shown.app.query(Prompt)


async def test_a_press_on_what_is_taken_away_and_still_shows_does_no_harm(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.until_text("page 59")
        pane = shown.app.screen.query_one(UsagePane)
        x, y = pane.query_one(Words).region.offset
        with shown.app.batch_update():
            await pane.remove()
            shown.app.post_message(events.MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))
            await shown.pilot.pause()
        await shown.press("3")
        await shown.until_text("Kettle 12")


async def test_a_pane_that_is_gone_to_while_its_run_is_closed_does_no_harm(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.until_text("page 59")
        screen = shown.app.screen
        assert isinstance(screen, RunScreen)
        await screen.query("#side").remove()
        await left(shown.app, "q")
        screen.action_pane("queue")
        assert shown.app.return_code == 0


async def test_a_key_that_comes_when_the_last_screen_is_closed_does_no_harm(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.until_text("page 59")
    await shown.app.on_event(events.Key("slash", "/"))
    assert not shown.app.is_running


@pytest.mark.parametrize(
    "error", [NoMatches("#side"), NoScreen("none"), ScreenStackError("none"), MountError()]
)
async def test_what_is_missed_while_leaving_does_not_end_it_as_a_crash(
    folder: Path, error: Exception
) -> None:
    async with folder_shown(folder) as shown:
        shown.app.exit(return_code=0)
        shown.app._handle_exception(error)
        assert shown.app.return_code == 0


async def test_two_clicks_at_once_beside_the_palette_close_it_and_nothing_else(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.press("ctrl+p")
        await shown.until_text("Find a command")
        for _ in range(2):
            for kind in (events.MouseDown, events.MouseUp):
                shown.app.post_message(kind(None, 2, 30, 0, 0, 1, False, False, False, 2, 30))
        await shown.until(lambda: isinstance(shown.app.screen, RunScreen))
        await shown.press("3")
        await shown.until_text("Kettle 12")


async def test_a_screen_that_is_answered_twice_closes_no_other(folder: Path) -> None:
    async with folder_shown(folder) as shown:
        await shown.press("3")
        await shown.until_text("Kettle 12")
        await shown.press("enter")
        await shown.until(lambda: isinstance(shown.app.screen, ItemScreen))
        item = shown.app.screen
        await shown.press("question_mark")
        await shown.until(lambda: isinstance(shown.app.screen, HelpScreen))
        item.dismiss(None)
        await shown.pilot.pause()
        assert isinstance(shown.app.screen, HelpScreen)
