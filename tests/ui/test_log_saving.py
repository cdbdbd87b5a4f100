"""Getting the log out of the pane: into a file that is never overwritten unasked, or into a pager."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runmon.model.search import SGR
from runmon.ui import outside
from runmon.ui.screens.save_log import SaveLog
from tests.ui.screens import DEADLINE_S
from tests.ui.test_log_pane import JS, log


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


async def test_everything_is_saved_and_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    raw = JS + b"2026-11-23T18:20:00.000Z INFO  \x1b]0;title\x07 caf\xc3\xa9"
    async with log(raw, toasts=True) as shown:
        await shown.press("ctrl+s")
        await shown.until(lambda: "Save the log" in shown.text and "run.log" in shown.text)
        await shown.press("enter")
        await shown.until(lambda: "Saved" in shown.text)
        clean = SGR.sub(b"", JS) + "2026-11-23T18:20:00.000Z INFO  ␛]0;title␇ café".encode()
        assert (tmp_path / "run.log").read_bytes() == clean
        await shown.press("ctrl+s", "shift+tab", "right")
        await shown.until(lambda: "[raw: as it came]" in shown.text)
        await shown.press("tab", "tab", "tab", "enter")
        await shown.until(
            lambda: (
                "run.log is there already: Enter again replaces it." in shown.text
                and "Overwrite" in shown.text
            )
        )
        assert (tmp_path / "run.log").read_bytes() == clean
        await shown.until(lambda: not shown.screen.app.screen.query_one("#go").has_class("-active"))
        await shown.press("enter")
        await shown.until(lambda: (tmp_path / "run.log").read_bytes() == raw)


async def test_only_what_shows_is_saved_where_some_is_hidden(tmp_path: Path) -> None:
    async with log(JS) as shown:
        await shown.press("ampersand", *"failed for good", "enter", "ctrl+s")
        await shown.until(lambda: "only what shows" in shown.text)
        await shown.press("ctrl+u", *"some.txt", "enter")
        await shown.until(lambda: (tmp_path / "some.txt").exists())
        lines = (tmp_path / "some.txt").read_text().splitlines()
        assert len(lines) == 5 and all("failed for good" in line for line in lines)


async def test_what_cannot_be_saved_is_said_where_it_was_asked(tmp_path: Path) -> None:
    async with log(JS) as shown:
        await shown.press("ctrl+s")
        await shown.until(lambda: "Save the log" in shown.text)
        await shown.press("ctrl+u", *"no/such/folder.txt", "enter")
        await shown.until(lambda: "There is no folder" in shown.text)
        await shown.press("ctrl+u", "enter")
        await shown.until(lambda: "Name a file." in shown.text)
        await shown.press("escape")
        await shown.until(lambda: "Save the log" not in shown.text)
        assert not any(tmp_path.iterdir())  # noqa: ASYNC240


@pytest.mark.parametrize("stops", ["escape", "button"])
async def test_a_log_that_is_being_saved_can_be_stopped_and_leaves_nothing(
    tmp_path: Path, stops: str
) -> None:
    go_on, begun = threading.Event(), list[str]()

    def pieces(_everything: bool, _clean: bool) -> Iterator[bytes]:
        begun.append("one")
        yield b"the first piece\n"
        assert go_on.wait(DEADLINE_S)
        yield b"the second\n"

    async with log(JS) as shown:
        app = shown.screen.app
        app.push_screen(dialog := SaveLog("run.log", pieces, hidden=False))
        await shown.until(lambda: dialog.is_current and dialog.query("#file"))
        await shown.press("enter")
        await shown.until(lambda: "16 B  esc stops" in shown.text and "Stop" in shown.text)
        await shown.press("enter", *(["escape"] if stops == "escape" else ["tab", "enter"]))
        await shown.until(lambda: "Stopped." in shown.text)
        go_on.set()
        await shown.until(lambda: not any(tmp_path.iterdir()))
        assert begun == ["one"]
        await shown.press("escape")
        await shown.until(lambda: "Save the log" not in shown.text)


async def test_another_name_is_not_overwritten_with_a_word_that_was_given_for_the_first(
    tmp_path: Path,
) -> None:
    for name in ("run.log", "run.logs"):
        (tmp_path / name).write_text("precious")
    async with log(JS) as shown:
        await shown.press("ctrl+s")
        await shown.until(lambda: "run.log" in shown.text)
        await shown.press("enter")
        await shown.until(lambda: "Overwrite" in shown.text)
        await shown.press("shift+tab", "shift+tab", "s")
        await shown.until(lambda: "Overwrite" not in shown.text)
        await shown.press("enter")
        await shown.until(lambda: "run.logs is there already" in shown.text)
        assert [file.read_text() for file in tmp_path.iterdir()] == ["precious"] * 2  # noqa: ASYNC240


async def test_f3_shows_what_shows_in_a_pager(monkeypatch: pytest.MonkeyPatch) -> None:
    paged: list[bytes] = []

    async def page(_app: Any, _name: str, text: bytes) -> None:
        paged.append(text)

    monkeypatch.setattr(outside, "page", page)
    async with log(JS) as shown:
        await shown.press("f3")
        await shown.until(lambda: paged == [SGR.sub(b"", JS)])
        await shown.press("L", "f3")
        await shown.until(lambda: len(paged) == 2)
        assert paged[1].count(b"\n") == shown.view.source.line_count() and b" INFO " not in paged[1]
