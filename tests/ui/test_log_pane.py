"""The log pane as a person uses it, on real logs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from runmon.model.log import LogBuffer
from runmon.render.log_lines import LogLines
from runmon.ui.app import RunmonApp
from runmon.ui.private_textual import screen_lines
from runmon.ui.widgets.log_pane import LogPane
from runmon.ui.widgets.log_view import LogView
from runmon.watch.clock import Clock
from runmon.watch.events import Condition, LogGrew, PaneState

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
JS = (SAMPLES / "crawlee-js" / "log.txt").read_bytes()
PYTHON = (SAMPLES / "crawlee-python" / "log.txt").read_bytes()


class LogScreen(Screen[None]):
    """A log pane and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = LogBuffer()
        self.pane = LogPane(self.buffer)

    def compose(self) -> ComposeResult:
        yield self.pane


class Log:
    """A log pane in use."""

    def __init__(self, pilot: Pilot[int], screen: LogScreen) -> None:
        self.pilot, self.screen, self.pane = pilot, screen, screen.pane
        self.view: LogView = screen.pane.view

    @property
    def lines(self) -> list[str]:
        return screen_lines(self.screen.app)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def title(self) -> str:
        return self.pane.label().plain.replace("\u202f", " ")

    async def write(self, data: bytes) -> None:
        buffer = self.screen.buffer
        buffer.append(data)
        self.pane.log_grew(LogGrew(buffer.size, buffer.lines, buffer.generation, False))
        await self.until(lambda: self.view.all_lines() == buffer.lines and not self.view._pending)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"{self.title}\n{self.text}"
            await self.pilot.pause(0.02)


@asynccontextmanager
async def log(
    data: bytes = b"", size: tuple[int, int] = (100, 20), *, toasts: bool = False, clock: Clock | None = None
) -> AsyncIterator[Log]:
    screen = LogScreen()
    app = RunmonApp(lambda: screen, clock=clock)
    async with app.run_test(size=size, notifications=toasts) as pilot:
        await pilot.pause()
        shown = Log(pilot, screen)
        shown.pane.focus_inner()
        if data:
            await shown.write(data)
        try:
            yield shown
        finally:
            screen.buffer.close()


async def test_a_log_that_arrives_is_shown_from_its_end() -> None:
    async with log(JS) as shown:
        await shown.until(lambda: "[Status message]: Crawl finished" in shown.text)
        await shown.until(
            lambda: "141 lines" in shown.title and "E 10" in shown.title and "W 17" in shown.title
        )


async def test_new_lines_appear_while_following_and_do_not_move_a_paused_view() -> None:
    async with log(JS) as shown:
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  one more\n")
        await shown.until(lambda: "one more" in shown.text)
        await shown.press("pageup")
        before = shown.lines[1:-1]
        await shown.write(b"2026-11-23T18:20:01.000Z INFO  another\n")
        await shown.until(lambda: "paused" in shown.title and "+" in shown.title)
        assert shown.lines[1:-1] == before
        await shown.press("end")
        await shown.until(lambda: "another" in shown.text and "paused" not in shown.title)


async def test_s_stops_and_resumes_following() -> None:
    async with log(JS) as shown:
        await shown.press("s")
        await shown.until(lambda: "paused" in shown.title)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  unseen\n" * 3)
        assert "unseen" not in shown.text
        await shown.press("s")
        await shown.until(lambda: "unseen" in shown.text)


async def test_an_unfinished_line_grows_where_it_stands() -> None:
    async with log(b"2026-11-23T18:20:00.000Z INFO  half") as shown:
        await shown.until(lambda: "half" in shown.text)
        await shown.write(b" and whole\nnext")
        await shown.until(lambda: "half and whole" in shown.text and "next" in shown.text)


async def test_parts_of_a_line_stand_in_their_columns_in_both_dialects() -> None:
    async with log(JS.split(b"\n")[2] + b"\n" + PYTHON.split(b"\n")[1] + b"\n") as shown:
        await shown.until(lambda: "maxRequests=100" in shown.text)
        assert shown.lines[1][2:].startswith("18:16:13.694 INFO  CheerioCrawler: Starting the crawler.")
        assert shown.lines[2][2:].startswith("18:16:59.873 INFO  apify: Starting with 2 start URL(s)")


async def test_errors_and_warnings_are_walked_through() -> None:
    async with log(PYTHON) as shown:
        await shown.until(lambda: "E 14" in shown.title)
        await shown.press("g", "e")
        await shown.until(lambda: shown.view.cursor == 20)
        await shown.press("e")
        assert shown.view.cursor == 50
        await shown.press("E", "w")
        assert shown.view.cursor == 80
        await shown.press("W")
        assert shown.view.cursor == 19


async def test_an_error_is_tinted_over_all_its_lines() -> None:
    async with log(PYTHON) as shown:
        assert [shown.view.ground(n) for n in (19, 20, 35, 49, 63)] == ["", *["error_ground"] * 3, ""]
        assert shown.view.margin(35)[1] == "bad"
        assert shown.view.margin(2)[1] == shown.view.margin(14)[1] == "line"


async def test_search_marks_counts_and_walks() -> None:
    async with log(JS) as shown:
        await shown.press("g", "slash", *"retrycount")
        await shown.until(lambda: "1 of 17" in shown.text)
        await shown.press("enter", "n")
        await shown.until(lambda: "/2 of 17" in shown.title)
        assert "retryCount" in shown.view.text_of(shown.view.cursor).plain
        await shown.press("N", "N")
        await shown.until(lambda: "/17 of 17" in shown.title)
        await shown.press("escape")
        await shown.until(lambda: "/" not in shown.title)


async def test_the_first_match_shows_while_the_rest_is_still_being_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search comes to the last quarter of the log only when the first match has been seen."""
    filler = b"2026-11-24T10:00:00.000Z INFO  nothing to see\n" * 60_000
    seen, blocks = threading.Event(), LogLines.blocks

    def held(lines: LogLines, first_line: int, skip: int = 0) -> Iterator[tuple[int, bytes]]:
        for first, block in blocks(lines, first_line, skip):
            if first > 90_000 and threading.current_thread() is not threading.main_thread():
                seen.wait(60)
            yield first, block

    async with log(filler + b"a rare needle\n" + filler + b"a needle too\n", size=(100, 12)) as shown:
        await shown.until(lambda: len(shown.view.errors) == 0 and shown.view.errors.scanned > 120_000)
        monkeypatch.setattr(LogLines, "blocks", held)
        await shown.press("g")
        shown.view.search("needle")
        await shown.until(lambda: "a rare needle" in shown.text and "1 of 1+" in shown.title)
        seen.set()
        await shown.until(lambda: "1 of 2" in shown.title)


@pytest.mark.parametrize("keys", ["g", "G", "e", "s", "L", "^g"])
async def test_a_key_that_leads_on_from_a_match_far_to_the_right_shows_lines_from_their_start(
    keys: str,
) -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("g", "slash", *"retrycount", "enter")
        await shown.until(lambda: round(shown.view.scroll_x) > 0 and '"retryCount":1' in shown.text)
        await shown.press(*(("ctrl+g", *"9", "enter") if keys == "^g" else keys))
        await shown.until(lambda: sum(line[2:7] == "18:16" for line in shown.lines) > 2)


async def test_a_key_that_leads_on_keeps_the_place_sideways_that_a_person_chose() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("g", "slash", *"retrycount", "enter", "left")
        left = round(shown.view.scroll_x)
        await shown.press("e", "n", "g")
        assert round(shown.view.scroll_x) == left > 0


async def test_search_that_is_left_returns_to_where_it_began() -> None:
    async with log(JS) as shown:
        await shown.press("g", "slash", *"crawl finished")
        await shown.until(lambda: shown.view.cursor == 140)
        await shown.press("escape")
        await shown.until(lambda: shown.view.cursor == 0 and "System info" in shown.text)


async def test_a_search_without_a_match_goes_back_and_finds_what_arrives_later() -> None:
    async with log(JS, toasts=True) as shown:
        await shown.press("slash", *"needle", "enter")
        assert "needle was not found" in shown.text
        await shown.until(lambda: "/not found" in shown.title and shown.view.following)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  a needle\n")
        await shown.until(lambda: "1 of 1" in shown.title or "/1 line" in shown.title)


async def test_folding_keeps_the_place_and_every_character() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("g", "z")
        text = "".join(line[1:-2].strip(" ▎▐│") for line in shown.lines[1:-1])
        assert '"nodeVersion":"v20.20.2"}' in text.replace(" ", "")
        await shown.press(*["pagedown"] * 3)
        top = shown.view._first()[0]
        await shown.press("z")
        assert shown.view._first()[0] == top


async def test_the_end_shows_when_folded() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("z")
        await shown.until(lambda: "Crawl finished" in shown.text)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  " + b"word " * 40 + b"END\n")
        await shown.until(lambda: "END" in shown.text)


async def test_stamps_are_written_in_five_ways() -> None:
    async with log(JS) as shown:
        await shown.press("g")
        seen = []
        for _ in range(5):
            seen.append(shown.lines[2][2:].partition("INFO")[0].strip())
            await shown.press("t")
        assert seen[0] == "18:16:13.645"
        assert seen[2:4] == ["+00:00:00.083", "+0.083 s"]
        assert seen[4] == ""


async def test_line_numbers_and_a_jump_to_a_line() -> None:
    async with log(JS) as shown:
        await shown.press("ctrl+l", "ctrl+g", *"100", "enter")
        await shown.until(lambda: shown.view.cursor == 99)
        assert any(line[1:].lstrip().startswith("100 ") for line in shown.lines)
        await shown.press("ctrl+g", *"50%", "enter")
        await shown.until(lambda: shown.view.cursor == 70)


async def test_the_mouse_selects_and_what_is_copied_is_what_is_seen() -> None:
    async with log(JS) as shown:
        await shown.press("g")
        await shown.pilot.mouse_down(offset=(2, 1))
        await shown.pilot.hover(offset=(14, 1))
        await shown.pilot.mouse_up(offset=(14, 1))
        await shown.until(lambda: shown.screen.get_selected_text())
        assert (shown.screen.get_selected_text() or "").startswith("18:16:13.562")
        await shown.press("c")
        assert shown.screen.app.clipboard.startswith("18:16:13.562")


async def test_the_wheel_scrolls_and_reaching_the_end_follows_again() -> None:
    async with log(JS) as shown:
        shown.view.scroll_rows(-9)
        await shown.until(lambda: "paused  +" in shown.title)
        shown.view.scroll_rows(99)
        await shown.until(lambda: "paused" not in shown.title)


async def test_sideways_and_back() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("g", "right")
        await shown.until(lambda: shown.lines[1][2:].startswith(".562 INFO"))
        await shown.press("0")
        await shown.until(lambda: shown.lines[1][2:].startswith("18:16"))


async def test_a_rewritten_log_is_read_again() -> None:
    async with log(JS) as shown:
        await shown.until(lambda: "E 10" in shown.title)
        shown.screen.buffer.truncate(0)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  new log\n")
        await shown.until(
            lambda: "new log" in shown.text and "1 line" in shown.title and "E" not in shown.title
        )


async def test_an_empty_log_is_a_sentence() -> None:
    async with log() as shown:
        shown.pane.state = PaneState(Condition.LIVE)
        await shown.until(lambda: "No log yet." in shown.text)
        shown.pane.state = PaneState(Condition.COMPLETE)
        await shown.until(lambda: "The run wrote no log." in shown.text)


async def test_a_hundred_thousand_lines_are_counted_off_the_loop() -> None:
    lines = JS.split(b"\n")[:-1]
    data = b"\n".join(lines[n % len(lines)] for n in range(100_000)) + b"\n"
    expected = data.count(b"ERROR\x1b")
    async with log(data) as shown:
        await shown.until(lambda: len(shown.view.errors) == expected)
        await shown.press("slash", *"crawl finished", "enter")
        await shown.until(lambda: not shown.view.searching and len(shown.view.hits) == 100_000 // 141)


async def test_the_title_says_that_errors_are_still_being_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counting comes to the second half of the log only when the title has been read."""
    read, blocks = threading.Event(), LogBuffer.blocks

    def held(buffer: LogBuffer, first_line: int = 0, **how: Any) -> Iterator[tuple[int, bytes]]:
        for first, block in blocks(buffer, first_line, **how):
            if first > 150_000 and threading.current_thread() is not threading.main_thread():
                read.wait(60)
            yield first, block

    monkeypatch.setattr(LogBuffer, "blocks", held)
    async with log() as shown:
        shown.pane.state = PaneState(Condition.COMPLETE)
        await shown.write(b"2026-11-24T10:00:00.000Z ERROR no\n" * 200_000)
        await shown.until(lambda: re.search(r"E [\d ]{7}…", shown.title))
        read.set()
        await shown.until(lambda: "E 200 000" in shown.title and "…" not in shown.title)


async def test_the_title_says_that_errors_are_being_counted_before_one_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, blocks = threading.Event(), LogBuffer.blocks

    def held(buffer: LogBuffer, first_line: int = 0, **how: Any) -> Iterator[tuple[int, bytes]]:
        if threading.current_thread() is not threading.main_thread():
            read.wait(60)
        yield from blocks(buffer, first_line, **how)

    monkeypatch.setattr(LogBuffer, "blocks", held)
    async with log(b"2026-11-24T10:00:00.000Z INFO  yes\n" * 10_000) as shown:
        await shown.until(lambda: "counting…" in shown.title)
        read.set()
        await shown.until(lambda: "counting…" not in shown.title)
        assert "10 000 lines" in shown.title and "E " not in shown.title


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 55), (20, 5), (1, 1)])
async def test_the_pane_survives_any_size(size: tuple[int, int]) -> None:
    async with log(PYTHON, size=size) as shown:
        await shown.press("z", "g", "j", "pagedown", "ctrl+l", "G")
        await shown.pilot.resize_terminal(90, 30)
        await shown.until(lambda: "Exiting Actor" in shown.text)


async def test_enter_shows_the_whole_entry_and_steps_through_them() -> None:
    async with log(JS) as shown:
        await shown.press("g", "e", "enter")
        await shown.until(lambda: "Log entry" in shown.text and "CheerioCrawler" in shown.text)
        await shown.until(lambda: "_parseResponse" in shown.text and '"id": "ICVMjfCKmROUtZ4"' in shown.text)
        await shown.press("J")
        assert shown.screen.app.clipboard.startswith('{"id":"ICVMjfCKmROUtZ4"')
        await shown.press("right_square_bracket")
        await shown.until(lambda: "failed for good" in shown.text)
        await shown.press("escape")
        await shown.until(lambda: shown.view.cursor == 61 and "paused" in shown.title)


@pytest.mark.parametrize("wrap", [False, True])
async def test_matches_of_a_line_longer_than_the_screen_are_walked_through(wrap: bool) -> None:
    long = b"2026-11-23T18:20:00.000Z INFO  " + (b"word " * 300 + b"needle ") * 3 + b"\n"
    async with log(JS + long + JS, size=(60, 14)) as shown:
        await shown.press("g", *(["z"] if wrap else []), "slash", *"needle", "enter")
        places = []
        for key in ("n", "n", "N", "N"):
            assert "needle" in shown.text and shown.view.cursor == 141
            places.append((round(shown.view.scroll_x), shown.view._first()))
            await shown.press(key)
        assert (len(set(places)) == 3 and places[1] == places[3]) or wrap
        assert "needle" in shown.text


async def test_the_mouse_selects_across_the_rows_of_a_folded_line() -> None:
    line = b"2026-11-23T18:20:00.000Z INFO  " + b"".join(b"word%d " % n for n in range(40)) + b"\n"
    async with log(line + JS, size=(60, 14)) as shown:
        await shown.press("g", "z")
        first, third = shown.lines[1], shown.lines[3]
        await shown.pilot.mouse_down(offset=(first.index("word0"), 1))
        await shown.pilot.hover(offset=(third.index("word") + 3, 3))
        await shown.pilot.mouse_up(offset=(third.index("word") + 3, 3))
        await shown.until(lambda: shown.screen.get_selected_text())
        await shown.press("c")
        copied = shown.screen.app.clipboard
        assert copied.startswith("word0 word1 ") and "\n" not in copied
        assert line.decode().partition("INFO  ")[2].startswith(copied[:-4])


async def test_a_regular_expression_is_said_between_slashes_and_its_trouble_beside_it() -> None:
    async with log(JS) as shown:
        await shown.press("slash")
        await shown.until(lambda: "/expression/" in shown.text)
        await shown.press(*"/product.1[23]$/")
        await shown.until(lambda: "of 7" in shown.text)
        await shown.press("left", *"(")
        await shown.until(lambda: "no regular expression" in shown.text)


async def test_the_trouble_with_an_expression_stays_beside_it_while_the_log_grows() -> None:
    async with log(JS) as shown:
        await shown.press("slash", *"/product(/")
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  one more\n")
        await shown.until(lambda: "142 lines" in shown.title)
        await shown.pilot.pause()
        assert "product( is no regular expression: missing )." in shown.text


async def test_the_trouble_with_an_expression_is_not_told_beside_the_next_prompt() -> None:
    async with log(JS) as shown:
        await shown.press("slash", *"/product(/", "enter")
        await shown.press("ctrl+g")
        await shown.until(lambda: "50%" in shown.text)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  one more\n")
        await shown.until(lambda: "142 lines" in shown.title)
        await shown.pilot.pause()
        assert "regular expression" not in shown.text


async def test_enter_after_a_broken_expression_says_what_is_wrong_and_leaves_the_log_where_it_was() -> None:
    async with log(JS, toasts=True) as shown:
        await shown.press("g")
        before = shown.lines[1]
        await shown.press("slash")
        await shown.until(lambda: "/expression/" in shown.text)
        await shown.press(*"/product(/", "enter")
        await shown.until(lambda: "product( is no regular expression" in shown.text)
        assert "was not found" not in shown.text
        assert shown.lines[1] == before
