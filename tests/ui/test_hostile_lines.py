"""Hostile lines on every view: the log, JSON, text, a page and its source, and bytes."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyte
import pytest
from rich.segment import Segment
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from runmon.model.log import LogBuffer
from runmon.render.log_lines import LogLines
from runmon.render.preview import Preview, preview
from runmon.ui.app import RunmonApp
from runmon.ui.widgets.json_view import JsonView
from runmon.ui.widgets.line_rows import LineSource
from runmon.ui.widgets.lines import LineView
from runmon.ui.widgets.log_view import LogView
from tests.hostile import ATTACKS

STAMP = "2026-11-24T10:00:00.000Z"
VIEWS = ["log", "log of JSON", "JSON", "text", "page", "source", "bytes"]
WORDS = VIEWS[:-1]
"""Views that show words; `bytes` shows what cannot be anything else."""


def source(kind: str, attacks: list[str]) -> LineSource:
    """Lines of one kind of view that hold these texts."""
    joined = "\n".join(attacks).encode("utf-8", "surrogatepass")
    match kind:
        case "log" | "log of JSON":
            buffer = LogBuffer()
            for each in attacks:
                record = json.dumps({"level": "ERROR", "msg": each, each: each}, ensure_ascii=False)
                said = f"ERROR Crawler: {each}" if kind == "log" else record
                buffer.append(f"{STAMP} {said}\n".encode("utf-8", "surrogatepass"))
            return LogLines(buffer)
        case "JSON":
            found = preview(
                json.dumps([{each: each} for each in attacks], ensure_ascii=False).encode("utf-8", "replace")
            )
        case "page" | "source":
            body = b"<html><body>" + b"".join(b"<p>%s</p>\n" % each for each in joined.split(b"\n"))
            found = preview(body, "text/html; charset=utf-8")
        case _:
            found = preview(joined, "text/plain; charset=utf-8")
    return other(found, kind)


def other(found: Preview, kind: str) -> LineSource:
    """What is shown first, or the view of this name."""
    return next((each.lines() for each in found.others if each.name == kind), found.lines)


class One(Screen[None]):
    """One view and nothing else."""

    def __init__(self, lines: LineSource) -> None:
        super().__init__()
        self.view: LineView = LogView(lines) if isinstance(lines, LogLines) else JsonView(lines)

    def compose(self) -> ComposeResult:
        yield self.view

    def rows(self) -> list[list[Segment]]:
        """What is painted, row by row."""
        return [list(strip) for strip in self._compositor.render_strips()]

    def texts(self) -> list[str]:
        return ["".join(part.text for part in row).rstrip() for row in self.rows()]


@asynccontextmanager
async def view_of(
    lines: LineSource, size: tuple[int, int] = (400, 120)
) -> AsyncIterator[tuple[One, Pilot[int]]]:
    screen = One(lines)
    async with RunmonApp(lambda: screen).run_test(size=size) as pilot:
        await pilot.pause()
        if isinstance(screen.view, LogView):
            screen.view.more()
        screen.view.focus()
        await pilot.press("g")
        await pilot.pause()
        yield screen, pilot
    if isinstance(lines, LogLines):
        lines.buffer.close()


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("kind", VIEWS)
async def test_no_control_character_is_painted_and_none_vanishes_without_a_sign(
    kind: str, wrap: bool
) -> None:
    """A1, A5: every control character, every one that hides or turns text, is a visible sign instead."""
    async with view_of(source(kind, ATTACKS)) as (screen, pilot):
        screen.view.wrap = wrap
        await pilot.pause()
        painted = "".join(screen.texts())
        hidden = [c for c in painted if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert (hidden, "evil" in painted or kind == "bytes") == ([], True)
        assert kind == "bytes" or "�evil� �iso� �zw� �bom" in painted


@pytest.mark.parametrize("kind", VIEWS)
async def test_no_text_is_a_button_or_a_link(kind: str) -> None:
    """A2: nothing that is painted carries an action, and a click on any cell fires none."""
    async with view_of(source(kind, ATTACKS), size=(120, 60)) as (screen, pilot):
        parts = [part.style for row in screen.rows() for part in row if part.style is not None]
        assert not [style for style in parts if "@click" in style.meta or style.link]
        for row in range(0, 60, 3):
            await pilot.click(offset=(4 + row % 40, row))
        assert pilot.app.is_running and pilot.app.screen is screen


@pytest.mark.parametrize("kind", WORDS)
async def test_what_looks_like_markup_is_shown_as_it_is_written(kind: str) -> None:
    """A3: brackets are text."""
    marked = ["[/", "[/]", "[INFO] said", "[link=http://x]y[/link]", "[bold red]shout[/bold red]", "\\["]
    async with view_of(source(kind, marked)) as (screen, _):
        painted = "\n".join(screen.texts())
        quoted = [json.dumps(each)[1:-1] if kind == "JSON" else each for each in marked]
        assert [each for each in quoted if each not in painted] == []


@pytest.mark.parametrize("kind", ["log", "text", "source", "JSON"])
async def test_a_sequence_that_is_cut_swallows_nothing_behind_it_and_colours_no_other_line(kind: str) -> None:
    """A4: whatever a line leaves open ends with it."""
    cut = [
        attack[:at] for attack in ("\x1b[38;2;1;2;3m", "\x1b]8;;http://e/\x1b\\") for at in range(1, 13, 2)
    ]
    lines = [each for start in cut for each in (f"before{start}", "behind")]
    async with view_of(source(kind, lines)) as (screen, _):
        behind = [row for row in screen.rows() if any("behind" in part.text for part in row)]
        parts = [part for row in behind for part in row if part.text.strip(' ",:') == "behind"]
        looks = {str(part.style.color) for part in parts if part.style is not None}
        assert (len(behind), len(looks)) == (len(cut), 2 if kind == "JSON" else 1)


@pytest.mark.parametrize("kind", VIEWS)
async def test_every_row_is_as_wide_for_a_terminal_as_for_the_screen(kind: str) -> None:
    """A6: heaps of marks, fillers and joined signs move nothing that stands behind them."""
    async with view_of(source(kind, ATTACKS), size=(150, 90)) as (screen, _):
        for strip in screen._compositor.render_strips():
            terminal = pyte.Screen(400, 1)
            pyte.Stream(terminal).feed(strip.text)
            assert (terminal.cursor.x, strip.cell_length) == (150, 150), strip.text


@pytest.mark.parametrize("kind", VIEWS)
async def test_lines_of_megabytes_and_hundreds_of_thousands_of_lines_hold_up_no_frame(kind: str) -> None:
    """A7: what a frame costs does not grow with what is behind it."""
    lines = source(kind, ["x" * 3_000_000, *["short"] * 50_000, "y" * 3_000_000])
    async with view_of(lines, size=(120, 40)) as (screen, pilot):
        for key in ("z", "G", "z", "g"):
            await pilot.press(key)
            screen.view.forget_paint(texts=True)
            begun = time.process_time()
            screen.texts()
            assert time.process_time() - begun < 0.25
        assert max(map(len, screen.texts())) <= 120


@pytest.mark.parametrize("attack", ["<!--", "<a b='", "&#", "{%", '"\\'])
@pytest.mark.parametrize(
    "media", ["text/html", "application/xml", "text/javascript", "text/css", "text/x-python"]
)
def test_no_source_holds_up_its_colours(attack: str, media: str) -> None:
    """A8: what once kept a highlighter busy for half a minute."""
    begun = time.process_time()
    found = preview((attack * 40_000).encode(), media)
    for lines in (found.lines, *(each.lines() for each in found.others)):
        assert [lines.text(n).plain for n in range(min(lines.line_count(), 60))]
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("kind", WORDS)
async def test_no_line_can_look_like_another(kind: str) -> None:
    """A9: no carriage return or backspace goes back over what was written, and the gutter is ours."""
    forged = ["real\rfake", "real\x1b[1Gfake", "real\b\b\b\bfake", f"real\x0b{STAMP} INFO  fake"]
    async with view_of(source(kind, forged)) as (screen, _):
        for row in screen.texts():
            assert row.find("real") <= row.find("fake") or "real" not in row
        assert sum("real" in row and "fake" in row for row in screen.texts()) >= (4 if kind != "page" else 1)
        gutters = {"".join(part.text for part in row)[: screen.view.MARGIN] for row in screen.rows()}
        assert gutters <= {"▎", " ", "▾ ", "▸ ", "  "}


@pytest.mark.parametrize("kind", VIEWS)
async def test_what_is_copied_holds_nothing_that_a_terminal_obeys(kind: str) -> None:
    """A10: a copy is made on a key only, and has no control character but the ends of lines."""
    async with view_of(source(kind, ATTACKS)) as (screen, pilot):
        assert pilot.app.clipboard == ""
        for _ in range(screen.view.source.line_count()):
            await pilot.press("y", "j")
            copied = pilot.app.clipboard
            assert not [
                char for char in copied if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"
            ]
            assert kind == "JSON" or "\n" not in copied


async def test_a_copy_is_no_longer_than_can_be_handed_on() -> None:
    """A10: 64 KiB, however long the line."""
    async with view_of(source("JSON", ["x" * 200_000])) as (_, pilot):
        await pilot.press("j", "j", "y")
        assert set(pilot.app.clipboard) == {"x"} and len(pilot.app.clipboard) == 65_536
