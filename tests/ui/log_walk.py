"""Every key of the log, of an entry and of the messages, pressed once, and what the screen shows then.

`python -m tests.ui.log_walk` writes down the screens anew. Of each screen only the rows that changed are
kept, so that a reader sees what the key did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.color import Color

from runmon.insight.failures import Subject
from runmon.ui import jumps, outside
from runmon.ui.app import RunmonApp
from runmon.ui.theme import palette
from runmon.ui.widgets import log_pane
from runmon.watch.clock import Clock
from tests.ui.test_log_pane import JS, PYTHON, Log, log

KEPT = Path(__file__).parents[1] / "data" / "log_walk"
FORMS = {
    "js-60x20": (JS, (60, 20)),
    "python-80x24": (PYTHON, (80, 24)),
    "js-120x40": (JS, (120, 40)),
}
"""The log and the size of each walk."""
Step = tuple[str, tuple[str, ...]]
"""The id of a command, and the keys of one way to use it."""
_ENTER = ("enter",)
WALK: tuple[Step, ...] = (
    ("lines.top", ("g",)),
    ("log.next_error", ("e",)),
    ("log.next_error", ("e",)),
    ("log.previous_error", ("E",)),
    ("log.next_warning", ("w",)),
    ("log.previous_warning", ("W",)),
    ("lines.down", ("j", "down")),
    ("lines.up", ("k", "up")),
    ("lines.page_down", ("pagedown", "space")),
    ("lines.page_up", ("pageup", "b")),
    ("lines.half_down", ("ctrl+d",)),
    ("lines.half_up", ("ctrl+u",)),
    ("lines.right", ("l",)),
    ("lines.bit_right", ("right",)),
    ("lines.bit_left", ("left",)),
    ("lines.left", ("h",)),
    ("lines.line_end", ("dollar_sign",)),
    ("lines.line_start", ("0",)),
    ("lines.numbers", ("ctrl+l",)),
    ("lines.wrap", ("z",)),
    ("lines.wrap", ("z",)),
    ("lines.mark", ("m",)),
    ("lines.bottom", ("end",)),
    ("lines.top", ("home",)),
    ("lines.next_mark", ("u",)),
    ("lines.bottom", ("G",)),
    ("lines.previous_mark", ("U",)),
    ("lines.go_to", ("ctrl+g", *"50%", *_ENTER)),
    ("lines.search", ("slash", *"retry", *_ENTER)),
    ("lines.next_match", ("n",)),
    ("lines.previous_match", ("N",)),
    ("lines.copy", ("c",)),
    ("lines.copy", ("y",)),
    ("lines.end_search", ("escape",)),
    *[("log.stamps", ("t",))] * 5,
    ("log.next_silence", ("p",)),
    ("log.previous_silence", ("P",)),
    ("lines.go_to", ("ctrl+g", *">1s", *_ENTER)),
    ("log.next_level", ("L",)),
    ("log.errors", ("f5",)),
    ("log.warnings", ("f6",)),
    ("log.infos", ("f7",)),
    ("log.debugs", ("f8",)),
    ("log.hide", ("ampersand", *"failed", *_ENTER)),
    ("log.more_around", ("plus",)),
    ("log.less_around", ("minus",)),
    ("log.page", ("f3",)),
    ("log.save", ("ctrl+s", "escape")),
    ("log.open", ("v",)),
    ("entry.back", ("escape",)),
    ("log.end_filter", ("escape",)),
    ("log.volume", ("i",)),
    ("log.volume", ("i",)),
    ("log.follow", ("s",)),
    ("log.follow", ("s",)),
    ("lines.top", ("g",)),
    ("log.next_error", ("e",)),
    ("log.next_error", ("e",)),
    ("log.open_url", ("o",)),
    ("log.to_request", ("r",)),
    ("log.to_snapshot", ("S",)),
    ("log.to_items", ("D",)),
    ("lines.choose", _ENTER),
    ("entry.next", ("right_square_bracket",)),
    ("entry.previous", ("left_square_bracket",)),
    ("entry.fold", ("minus",)),
    ("entry.unfold", ("plus",)),
    ("entry.copy", ("Y",)),
    ("entry.copy_json", ("J",)),
    ("lines.bottom", ("G",)),
    ("lines.up", ("k",)),
    ("entry.copy_path", ("p",)),
    ("lines.copy", ("y",)),
    ("entry.open_url", ("o",)),
    ("entry.to_request", ("r",)),
    ("entry.to_snapshot", ("S",)),
    ("entry.to_items", ("D",)),
    ("entry.back", ("q",)),
    ("lines.choose", _ENTER),
    ("entry.back", ("backspace",)),
    ("lines.choose", _ENTER),
    ("entry.in_log", ("L",)),
    ("log.groups", ("F",)),
    ("groups.copy", ("c",)),
    ("groups.copy", ("y",)),
    ("groups.back", ("q",)),
    ("log.groups", ("F",)),
    ("groups.back", ("backspace",)),
    ("log.groups", ("F",)),
    ("groups.back", ("escape",)),
    ("log.groups", ("F",)),
    ("groups.walk", _ENTER),
    ("lines.next_match", ("n",)),
)
"""In this order, each from where the one before left off."""


class Walker:
    """Presses keys and writes down what they do. Stands for the ways to other parts of the run."""

    def __init__(self, shown: Log) -> None:
        self._shown, self._app = shown, shown.screen.app
        self._rows: list[str] = []
        self.heard: list[str] = []
        """What was said in passing, or left the program."""

    async def take(self, step: Step) -> list[str]:
        """The command, the rows that changed, and what was said."""
        name, keys = step
        for key in keys:
            self._app.simulate_key(key)
            await self._shown.pilot._wait_for_screen()
        await self.settle()
        before, self._rows = self._rows, list(self._rows_now())
        was, now = dict(enumerate(before)), enumerate(self._rows)
        heard, self.heard[:] = [f"   « {said}" for said in self.heard], []
        return [f"# {name}: {' '.join(keys)}", *(row for n, row in now if was.get(n) != row), *heard]

    def _rows_now(self) -> Iterator[str]:
        """Every row with its number; `›` stands before those on the ground of the current line."""
        ground = Color.parse(palette(self._app).cursor)
        for n, strip in enumerate(self._app.screen._compositor.render_strips()):
            current = any(part.style and part.style.bgcolor == ground for part in strip)
            yield f"{n:2}{'›' if current else ' '}{strip.text}".rstrip()

    async def settle(self) -> None:
        """Wait until nothing more comes of what was pressed."""
        for _ in range(4):
            await self._app.workers.wait_for_complete()
            await self._shown.pilot._wait_for_screen()
            await asyncio.sleep(0)
            self._app.screen._on_timer_update()

    def go(self, where: str, subject: Subject) -> None:
        """To another part of the run."""
        self.heard.append(f"to {where} of {subject}")

    def to_line(self, number: int) -> None:
        """Back to the log, on a line."""
        while self._app.screen is not self._shown.screen:
            self._app.pop_screen()
        self._shown.view.go_to_number(number)


async def walked(form: str) -> str:
    """What a walk through one of the forms shows."""
    data, size = FORMS[form]
    async with log(size=size, clock=Clock(timezone(timedelta(hours=2)))) as shown:
        walker = Walker(shown)

        def notify(_app: RunmonApp, said: str, **_options: Any) -> None:
            walker.heard.append(said)

        async def visit(url: str) -> None:
            walker.heard.append(f"browser: {url}")

        async def page(_app: RunmonApp, name: str, text: bytes) -> None:
            walker.heard.append(f"pager: {name}, {len(text)} bytes")

        def copied(_app: RunmonApp, text: str) -> None:
            walker.heard.append(f"clipboard: {text}")

        with (
            patch.object(RunmonApp, "notify", notify),
            patch.object(RunmonApp, "copy_to_clipboard", copied),
            patch.object(outside, "visit", visit),
            patch.object(outside, "page", page),
            patch.object(log_pane, "COUNT_S", 0.0),
            patch.object(jumps, "_ways", lambda _app: walker),
            patch.object(Path, "cwd", lambda: Path("/runs")),
        ):
            await shown.write(data)
            await walker.settle()
            lines = [line for step in WALK for line in await walker.take(step)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for form in FORMS:
        (KEPT / f"{form}.txt").write_text(asyncio.run(walked(form)))
