"""Hiding parts of the log: what shows, what is told of the rest, and that one's place is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runmon.insight.sieve import Sifted, backward
from runmon.ui.private_textual import screen_lines
from runmon.ui.widgets import sifted_view
from tests.ui.screens import folder_shown, run_folder
from tests.ui.test_log_pane import JS, PYTHON, Log, log

NEW = b"2026-11-23T18:20:00.000Z "


def shown_numbers(shown: Log) -> list[int]:
    view = shown.view
    return [view.number(place) + 1 for place in range(view.source.line_count())]


async def test_level_keys_hide_what_is_less_and_tell_how_much() -> None:
    async with log(PYTHON) as shown:
        total = shown.view.all_lines()
        await shown.press("f5")
        errors = shown_numbers(shown)
        assert "errors" in shown.title and f"hidden {total - len(errors)}" in shown.title
        assert errors[0] == 21 and len(errors) > 14
        await shown.press("f6")
        assert "warnings and errors" in shown.title and len(shown_numbers(shown)) > len(errors)
        await shown.press("f6")
        assert len(shown_numbers(shown)) == total and "hidden" not in shown.title
        await shown.press("L")
        assert shown_numbers(shown) == errors
        await shown.press("L", "L", "L", "L")
        assert len(shown_numbers(shown)) == total


async def test_patterns_hide_while_they_are_typed_and_all_of_them_must_hold() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"reclaiming")
        await shown.until(lambda: "hidden" in shown.text and "& reclaiming" in shown.title)
        some = len(shown_numbers(shown))
        await shown.press(*" & !econnrefused & /count.:[12]}/")
        assert 0 < len(shown_numbers(shown)) < some
        await shown.press("enter")
        assert all("ECONNREFUSED" not in line for line in shown.lines)
        await shown.press("ampersand", "escape")
        assert len(shown_numbers(shown)) < some
        await shown.press("escape")
        assert len(shown_numbers(shown)) == 141


async def test_a_pattern_that_cannot_be_read_is_said_beside_it() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"/[/")
        await shown.until(lambda: "no regular expression" in shown.text)
        await shown.press("enter")
        assert len(shown_numbers(shown)) == 141, "nothing is hidden by what cannot be read"


async def test_enter_leaves_the_filter_and_stays_on_the_line() -> None:
    async with log(JS) as shown:
        await shown.press("L", "g", "j", "j")
        number, row = shown.view.number(shown.view.cursor), shown.view.cursor - shown.view._first()[0]
        await shown.press("enter")
        assert (shown.view.cursor, shown.view.cursor - shown.view._first()[0]) == (number, row)
        assert "hidden" not in shown.title and "Log entry" not in shown.text
        await shown.press("enter")
        await shown.until(lambda: "Log entry" in shown.text)


async def test_v_shows_an_entry_without_leaving_the_filter() -> None:
    async with log(JS) as shown:
        await shown.press("L", "g", "v")
        await shown.until(lambda: "Log entry" in shown.text)
        await shown.press("escape")
        await shown.until(lambda: "hidden" in shown.title and shown.view.cursor == 0)


async def test_a_prompt_that_is_left_gives_the_place_back() -> None:
    async with log(JS) as shown:
        await shown.press("g", *"jjj", "ampersand", *"product/13")
        await shown.until(lambda: len(shown_numbers(shown)) < 100)
        await shown.press("escape")
        await shown.until(lambda: shown.view.cursor == 3 and len(shown_numbers(shown)) == 141)


async def test_the_filter_keeps_following_what_arrives() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"needle", "enter")
        await shown.write(NEW + b"INFO  hay\n" + NEW + b"INFO  one needle\n" + NEW + b"INFO  half a nee")
        await shown.until(lambda: "one needle" in shown.text)
        assert "hay" not in shown.text and "half" not in shown.text
        await shown.write(b"dle\n" + NEW + b"ERROR x\n")
        await shown.until(lambda: "half a needle" in shown.text)
        assert "ERROR" not in shown.text
        await shown.write(NEW + b"    at needle (x.js:1)\n")
        await shown.until(lambda: "ERROR x" in shown.text and "at needle" in shown.text)
        assert shown_numbers(shown) == [143, 144, 145, 146]


async def test_an_entry_that_turns_out_unwanted_goes_again() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"!bad", "enter")
        await shown.write(NEW + b"ERROR Oh\n")
        await shown.until(lambda: "ERROR Oh" in shown.text)
        await shown.write(NEW + b"    at bad (x.js:1)\n" + NEW + b"INFO  good\n")
        await shown.until(lambda: "good" in shown.text)
        assert "ERROR Oh" not in shown.text and "at bad" not in shown.text


async def test_lines_around_what_passes_are_shown_on_demand() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"/flaky.*(.*)/", "enter", "escape")
        await shown.press("ampersand", *"crawl finished", "enter")
        assert shown_numbers(shown) == [141]
        await shown.press("plus", "plus")
        assert shown_numbers(shown) == [139, 140, 141] and "±2" in shown.title
        await shown.write(NEW + b"INFO  after it\n" * 3)
        await shown.until(lambda: shown_numbers(shown) == [139, 140, 141, 142, 143])
        await shown.press("minus", "minus")
        assert shown_numbers(shown) == [141]


async def test_jumps_marks_and_search_go_to_what_shows_and_count_it() -> None:
    async with log(PYTHON) as shown:
        await shown.press("ctrl+l", "g", "m", "f6", "g", "e", "m")
        assert shown.view.number(shown.view.cursor) == 20
        assert any(line[1:].lstrip().startswith("21 ◆") for line in shown.lines)
        await shown.press("w", "m", "U")
        assert shown.view.number(shown.view.cursor) == 20
        await shown.press("u", "u")
        assert shown.view.number(shown.view.cursor) == 20
        await shown.press("slash", *"request", "enter")
        hidden_too = len(shown.view.hits)
        await shown.until(lambda: "of" in shown.title.partition("/")[2])
        assert int(shown.title.partition(" of ")[2].split()[0]) < hidden_too
        await shown.press("n")
        assert shown.view.number(shown.view.cursor) + 1 in shown_numbers(shown)


async def test_the_mouse_copies_what_shows_of_a_filtered_log() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"failed for good", "enter", "g")
        await shown.pilot.mouse_down(offset=(2, 1))
        await shown.pilot.hover(offset=(20, 2))
        await shown.pilot.mouse_up(offset=(20, 2))
        await shown.until(lambda: shown.screen.get_selected_text())
        await shown.press("c")
        first, second = shown.screen.app.clipboard.split("\n")
        assert "failed for good" in first and second.rstrip() == "18:16:15.800 ERROR"


async def test_a_long_log_is_sifted_from_where_one_is_and_off_the_loop() -> None:
    lines = JS.split(b"\n")[:-1]
    data = b"\n".join(lines[n % len(lines)] for n in range(30_000)) + b"\n"
    async with log(data) as shown:
        await shown.press("f5")
        await shown.until(lambda: "ERROR" in shown.text and "at " in shown.text)
        await shown.until(lambda: not shown.view.sifting)
        expected = shown.view.source.line_count()
        await shown.press("escape", "ctrl+g", *"15000", "enter")
        await shown.until(lambda: shown.view.cursor == 14_999)
        await shown.press("f5")
        await shown.until(lambda: not shown.view.sifting)
        assert shown.view.source.line_count() == expected == 30_000 - shown.view.hidden
        assert abs(shown.view.number(shown.view.cursor) - 14_999) < 141
        assert "ERROR" in "".join(screen_lines(shown.screen.app))


async def test_a_line_asked_for_before_it_was_sifted_is_gone_to_when_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines, gate = JS.split(b"\n")[:-1], threading.Event()

    def gated(*wanted: Any) -> Iterator[Sifted]:
        gate.wait(10)
        yield from backward(*wanted)

    monkeypatch.setattr(sifted_view, "backward", gated)
    async with log(b"\n".join(lines[n % len(lines)] for n in range(9_000)) + b"\n") as shown:
        await shown.press("f5")
        await shown.until(lambda: "ERROR" in shown.text)
        await shown.press("ctrl+g", *"57", "enter")
        await shown.until(lambda: shown.view.cursor == 0 and shown.view.number(0) > 57)
        gate.set()
        await shown.until(lambda: shown.view.number(shown.view.cursor) == 56)


async def test_a_filter_outlives_a_rewritten_log_and_a_head_that_comes_late() -> None:
    head, tail = JS[: JS.index(b"\n") + 1] * 50, JS
    async with log() as shown:
        shown.screen.buffer.begin_at(len(head))
        await shown.write(tail)
        await shown.press("f5", "g", "j", "m")
        before = shown.view.number(shown.view.cursor)
        top = shown.lines[1]
        shown.screen.buffer.fill(head)
        shown.view.more()
        await shown.until(lambda: shown.view.number(shown.view.cursor) == before + 50)
        assert shown.lines[1] == top and list(shown.view.marks.lines) == [before + 50]
        shown.screen.buffer.truncate(0)
        await shown.write(NEW + b"INFO  new\n" + NEW + b"ERROR new\n")
        await shown.until(lambda: shown_numbers(shown) == [2] and "hidden 1" in shown.title)


async def test_nothing_that_passes_is_a_sentence() -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"zzz", "enter")
        await shown.until(lambda: "No entry passes the filter." in shown.text)
        await shown.press("escape")
        await shown.until(lambda: "Crawl finished" in shown.text)


async def test_without_a_frame_a_line_below_tells_what_is_hidden(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=(80, 24)) as shown:
        await shown.press("2")
        await shown.until_text("2 Log 60 lines", "page 59 read")
        await shown.press("ampersand", *"page 3", "enter")
        await shown.until_text("hidden 49   & page 3")
        await shown.press("escape", "pageup")
        await shown.until(lambda: "hidden" not in shown.text and "2 Log 60 lines" in shown.text)


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_without_a_frame_the_tab_tells_errors_and_warnings_as_they_come(
    size: tuple[int, int], tmp_path: Path
) -> None:
    folder = run_folder(tmp_path)
    async with folder_shown(folder, size=size) as shown:
        await shown.press("2")
        await shown.until_text("2 Log 60 lines")
    (folder / "log.txt").write_bytes(JS)
    async with folder_shown(folder, size=size) as shown:
        await shown.press("2")
        await shown.until_text("2 Log E 10 W 17")
        await shown.press("g", "e")
        await shown.until_text("2 Log E 10 W 17", "ERROR")
