"""One entry over the whole screen: what folds, what is copied, what is opened."""

from __future__ import annotations

import pytest

from runmon.model.units import grouped
from runmon.ui import outside
from runmon.ui.widgets.json_view import JsonView
from tests.ui.test_log_pane import JS, PYTHON, log


async def test_json_and_library_code_fold_and_tell_their_path_and_value() -> None:
    async with log(JS) as shown:
        await shown.press("g", "e", "e", "enter")
        await shown.until(lambda: '"error"' in shown.text)
        await shown.press("minus", "plus", "G", "k", "p")
        assert shown.screen.app.clipboard == "error"
        await shown.press("y")
        assert shown.screen.app.clipboard.startswith("500 - Internal Server Error")
        await shown.press("k", "enter")
        await shown.until(lambda: "▸ {" in shown.text)
        await shown.press("Y")
        assert shown.screen.app.clipboard.startswith(
            "2026-11-23T18:16:15.621Z ERROR CheerioCrawler Request http"
        )


async def test_own_code_comes_first_and_a_librarys_is_a_key_away() -> None:
    own = PYTHON.index(b'  File "/usr/src/pyapp/src/main.py"')
    async with log(PYTHON, size=(120, 40)) as shown:
        await shown.press("ctrl+g", *str(PYTHON[:own].count(b"\n") + 1), "enter", "enter")
        await shown.until(lambda: "▸ library code" in shown.text and "main.py" in shown.text)
        assert "site-packages" not in shown.text
        await shown.press("plus")
        await shown.until(lambda: "▾ library code" in shown.text and "site-packages" in shown.text)


async def test_o_opens_the_address_of_the_line_here_and_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    visited: list[str] = []

    async def visit(url: str) -> None:
        visited.append(url)

    monkeypatch.setattr(outside, "visit", visit)
    async with log(JS, toasts=True) as shown:
        await shown.press("g", "e", "e", "o")
        await shown.until(lambda: visited == ["http://127.0.0.1:58080/broken"])
        await shown.press("enter", "o")
        await shown.until(lambda: len(visited) == 2)
        await shown.press("escape", "g", "o")
        await shown.until(lambda: "There is no web address here." in shown.text)
        assert len(visited) == 2


async def test_folding_moves_neither_marks_nor_matches() -> None:
    async with log(JS) as shown:
        await shown.press("g", "e", "e", "enter", "slash", *"product", "enter")
        await shown.press("G", "m", "minus", "n", "u", "plus")
        view = shown.screen.app.screen.query_one(JsonView)
        assert "◆" in shown.text and view.marks.lines[0] == view.all_lines() - 1
        await shown.press("n", "n")
        assert "product" in view.text_of(view.cursor).plain or not len(view.hits)


async def test_what_is_folded_stands_right_of_where_its_line_begins() -> None:
    async with log(JS, size=(60, 20)) as shown:
        await shown.press("g", "e", "e", "enter")
        await shown.until(lambda: '│     "error": "500 - Internal Server Error:' in shown.text)
        assert '│       <h1>Internal Server Error</h1>"' in shown.text


async def test_a_bar_has_no_thumb_where_all_is_on_the_screen() -> None:
    async with log(JS.split(b"\n")[0] + b"\n", size=(100, 20)) as shown:
        assert "▐" not in shown.text
        await shown.press("g", "enter")
        await shown.until(lambda: "Log entry" in shown.text)
        assert "▐" not in shown.text


async def test_a_text_of_megabytes_in_the_json_of_an_entry_is_reached_to_its_end_and_searched() -> None:
    held = b"x" * 40_000 + b"needle" + b"y" * 2_000_000 + b"END"
    raw = b'2026-11-24T10:00:00.000Z INFO  said {"held":"%s","then":1}\n' % held
    async with log(raw, size=(100, 20)) as shown:
        await shown.press("g", "enter")
        await shown.until(lambda: '"held": "xxx' in shown.text)
        await shown.press("slash", *"needle", "enter")
        await shown.until(lambda: "needleyyy" in shown.text)
        await shown.press("G")
        await shown.until(lambda: 'yyyEND",' in shown.text and '"then": 1' in shown.text)


async def test_json_too_deep_to_fold_is_told_to_be_so_and_shown_whole() -> None:
    deep = b'{"a":' * 3000 + b'"END"' + b"}" * 3000
    async with log(b"2026-11-24T10:00:00.000Z INFO  said " + deep + b"\n", size=(100, 20)) as shown:
        await shown.press("g", "enter")
        await shown.until(lambda: "This JSON is nested too deep to be indented and folded" in shown.text)
        await shown.press("slash", *"END", "enter")
        await shown.until(lambda: '"END"}}}' in shown.text)


async def test_an_entry_of_very_many_lines_says_that_it_goes_on_in_the_next() -> None:
    trace = b"2026-11-23T18:16:15.621Z ERROR deep\n" + b"    at f (a.js:1:1)\n" * 1500
    async with log(trace) as shown:
        await shown.press("g", "enter")
        await shown.until(lambda: "what goes on is the next one" in shown.text)
        await shown.press("right_square_bracket")
        await shown.until(lambda: f"line {grouped(1001)} of {grouped(1501)}" in shown.text)
        assert "what goes on" not in shown.text
