"""Every key of the log, in any order, on real and hostile logs that grow and are rewritten meanwhile."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input

from runmon.render.untrusted import clean
from runmon.ui import outside
from runmon.ui.commands import commands
from runmon.ui.screens.entry import EntryScreen
from runmon.ui.screens.groups import GroupsScreen
from runmon.ui.screens.save_log import SaveLog
from tests.hostile import ATTACKS
from tests.ui.test_log_pane import JS, PYTHON, LogScreen, log


def keys_of(*scopes: str) -> list[str]:
    """Every key of the command table that means something where these scopes are in force."""
    return [key for scope in scopes for command in commands(scope) for key in command.keys]


KEYS: dict[type[Screen[Any]], list[str]] = {
    LogScreen: keys_of("lines", "log"),
    EntryScreen: keys_of("lines", "entry"),
    GroupsScreen: keys_of("table", "groups"),
    SaveLog: ["tab", "down", "enter", "space", "x", "escape"],
}
PROMPTS = {command.keys[0] for command in commands("lines") if command.id in ("lines.search", "lines.go_to")}
PROMPTS |= {command.keys[0] for command in commands("log") if command.id == "log.hide"}
TYPED = [
    "",
    "request",
    "/ERROR|x{2}/",
    "!scraping & err",
    "50%",
    "18:16",
    "-1s",
    ">1s",
    "[/",
    "é\u202e",
    "/(/",
]
HOSTILE = b"".join(
    f"2026-11-23T18:16:{n % 60:02}.000Z ERROR {attack}\n".encode("utf-8", "surrogatepass")
    for n, attack in enumerate(ATTACKS)
)


@pytest.mark.parametrize(("data", "seed"), [(JS, 1), (PYTHON, 2), (HOSTILE, 3), (HOSTILE, 4)])
async def test_any_keys_in_any_order_leave_a_view_that_works(
    data: bytes, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handed_on(*_handed: Any) -> None:
        """Neither a browser nor a pager is started."""

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(outside, "visit", handed_on)
    monkeypatch.setattr(outside, "page", handed_on)
    chance = random.Random(seed)
    async with log(data, size=(70, 18)) as shown:
        app = shown.screen.app
        for _ in range(60):
            key = chance.choice(KEYS[type(app.screen)])
            asks = key in PROMPTS and isinstance(app.screen, LogScreen | EntryScreen)
            await shown.pilot.press(key)
            if asks and isinstance(app.focused, Input):
                await shown.pilot.press(*chance.choice(TYPED), chance.choice(["enter", "escape"]))
            if chance.random() < 0.1:
                shown.screen.buffer.truncate(chance.randrange(shown.screen.buffer.size))
                await shown.write(chance.choice([data, b"", b"2026-11-23T18:16:20.000Z INFO  one"]))
            view = shown.view
            numbers = [view.number(place) for place in range(view.source.line_count())]
            assert numbers == sorted(set(numbers)) and all(n < shown.screen.buffer.lines for n in numbers)
        while app.screen is not shown.screen:
            await shown.press("escape")
        await shown.write(b"\n2026-11-23T18:20:00.000Z INFO  the end\n")
        await shown.press("escape", "escape", "escape", "0", "G")
        await shown.until(lambda: "the end" in shown.text and not shown.view.sieve)


async def test_what_is_copied_of_hostile_lines_is_what_is_seen() -> None:
    async with log(HOSTILE, size=(100, 60)) as shown:
        await shown.press("g")
        for attack in ATTACKS:
            await shown.press("c", "j")
            copied = shown.screen.app.clipboard
            assert copied.isprintable() and copied.endswith(clean(attack.removesuffix("\r"))[-10:]), attack


async def test_folded_hostile_and_wide_lines_keep_every_character() -> None:
    wide = "日本語 wörds ".encode() * 40 + b"\n"
    async with log(HOSTILE + wide + JS, size=(60, 20)) as shown:
        await shown.press("g", "z")
        view, rows = shown.view, dict[int, list[str]]()
        for line in range(view._last_first()[0]):
            folds, plain = view._folded(line), view.text_of(line).plain
            ends = [*folds[1:], len(plain)]
            rows[line] = [plain[a:b] for a, b in zip(folds, ends, strict=True)]
            view._place(line)
            painted = "".join(view.render_line(row).text[1:] for row in range(len(folds)) if row < 17)
            assert "".join(rows[line]) == plain
            if len(folds) < 17:
                assert painted.replace(" ", "") == plain.replace(" ", "")


async def test_a_copy_of_a_line_that_is_too_long_for_the_clipboard_says_how_much_it_is() -> None:
    async with log(b"x" * 100_000 + b"\nshort\n", toasts=True) as shown:
        await shown.press("g", "g", "y")
        await shown.until(lambda: "The first 64 KiB are copied." in shown.text)
        copied = shown.screen.app.clipboard
        assert (len(copied), set(copied.lstrip())) == (65_536, {"x"})
