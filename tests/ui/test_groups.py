"""The messages of the log counted by kind, and the way from a kind to its lines."""

from __future__ import annotations

import pytest

from runmon.ui.screens.groups import GroupsScreen
from runmon.ui.widgets.table import Table
from tests.ui.test_log_pane import JS, Log, log


def messages(shown: Log) -> str:
    assert isinstance(shown.pilot.app.screen, GroupsScreen)
    return "\n".join(shown.lines)


async def test_messages_are_counted_failures_first_and_enter_walks_through_one_kind() -> None:
    async with log(JS) as shown:
        await shown.press("F")
        await shown.until(lambda: "21 kinds  E 6  W 5" in messages(shown))
        assert "× 5  18:16:15  18:16:16  ERROR  Request ‹url› failed for good" in shown.lines[2]
        assert "for one: Request http://127.0.0.1:58080/broken failed for good" in messages(shown)
        assert "enter walk through" in shown.lines[-1] and "enter open" not in shown.lines[-1]
        await shown.press("enter")
        await shown.until(lambda: "≡ 1 of 5 Request ‹url› failed" in shown.title)
        await shown.press("n")
        await shown.until(lambda: "≡ 2 of 5" in shown.title)
        assert shown.view.cursor == 83
        await shown.press("N", "N")
        assert shown.view.cursor == 135
        await shown.press("escape")
        await shown.until(lambda: "≡" not in shown.title)


async def test_messages_that_arrive_are_counted_while_one_looks_and_the_cursor_stays_on_its_kind() -> None:
    async with log(b"2026-11-24T10:00:00.000Z INFO  hello\n2026-11-24T10:00:01.000Z INFO  bye\n") as shown:
        await shown.press("F", "j")
        await shown.until(lambda: "2 kinds" in messages(shown))
        shown.screen.buffer.append(b"2026-11-24T10:00:02.000Z ERROR no\n" * 3)
        await shown.until(lambda: "× 3" in shown.lines[2])
        table = shown.pilot.app.screen.query_one(Table)
        assert table.cursor == 2
        await shown.press("escape")
        assert shown.view.cursor == -1


async def test_on_a_small_screen_the_message_has_the_room_and_its_times_stand_below() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("F")
        await shown.until(lambda: "21 kinds" in messages(shown))
        assert "× 5  ERROR  Request ‹url› failed for good" in shown.lines[2]
        assert "18:16:15 … 18:16:16" in messages(shown)


async def test_long_messages_that_begin_alike_show_what_differs() -> None:
    async with log(JS, size=(80, 24)) as shown:
        await shown.press("F")
        await shown.until(lambda: "21 kinds" in messages(shown))
        errors = [line.partition("ERROR")[2] for line in shown.lines if "ERROR" in line]
        assert len(set(errors)) == len(errors) == 6
        assert "Request fail… 500 - Internal Server" in messages(shown)


async def test_times_since_the_start_are_whole_seconds_of_their_column() -> None:
    async with log(JS) as shown:
        await shown.press("t", "t", "F")
        await shown.until(lambda: "× 5  00:00:02  00:00:02  ERROR" in shown.lines[2])


@pytest.mark.parametrize("size", [(60, 20), (160, 40)])
async def test_the_count_of_a_message_is_never_cut(size: tuple[int, int]) -> None:
    async with log(b"2026-11-24T10:00:00.000Z ERROR no\n" * 165_032, size=size) as shown:
        await shown.press("F")
        await shown.until(lambda: "× 165\u202f032  " in shown.lines[2])


@pytest.mark.parametrize("theme", ["runmon-dark", "runmon-light", "runmon-16"])
async def test_every_word_of_the_messages_has_a_colour_of_the_theme(theme: str) -> None:
    async with log(JS) as shown:
        shown.screen.app.theme = theme
        await shown.press("F")
        await shown.until(lambda: "21 kinds  E 6  W 5" in messages(shown))
        strips = shown.pilot.app.screen._compositor.render_strips()
        parts = [part for strip in strips[2:-2] for part in strip if part.text.strip()]
        assert [part.text for part in parts if part.style is None or part.style.color is None] == []
