"""Lines of kilobytes and megabytes: every character is reached by scrolling, by folding and by a search."""

from __future__ import annotations

import random

import pytest
from rich.cells import cell_len
from textual.geometry import Region

from runmon.model.log import Blocks, LogBuffer
from runmon.render import long_line
from runmon.render.log_line import LEVEL_WIDTH
from runmon.render.untrusted import line as made_visible
from runmon.ui.widgets import line_search
from tests.ui.test_log_pane import JS, Log, log

STAMP = b"2026-11-24T10:00:00.000Z "
BITS = [b"word ", b"plain" * 30, b"\x1b[31mred", b"\x1b[0m", b"\t", b"\x07", b"\xff"]
BITS += [wide.encode() for wide in ("日本語", "e\u0301", "👍", "👩\u200d💻")]


def some_line(chance: random.Random, size: int) -> bytes:
    parts, length = [STAMP + b"INFO  begins "], 0
    while length < size:
        parts.append(chance.choice(BITS) * chance.randrange(1, 9))
        length += len(parts[-1])
    return b"".join(parts)


def row_text(shown: Log, y: int) -> str:
    """The text of a row of the view, behind its margin."""
    view = shown.view
    (strip,) = view.render_lines(Region(0, y, view.size.width, 1))
    return strip.crop(view.gutter_width, view.view_width).text


def as_shown(raw: bytes) -> str:
    """A whole line of a log in one text, however long."""
    plain = made_visible(raw, limit=1 << 30).plain
    return f"10:00:00.000 {'INFO':<{LEVEL_WIDTH}} " + plain.partition("INFO  ")[2]


def window(plain: str, left: int, room: int) -> str:
    """The cells of a text from one on, a blank for half a character."""
    cells = [
        cell for char in plain for cell in ([char] if cell_len(char) < 2 else [char, ""]) if cell_len(char)
    ]
    shown = cells[left : left + room]
    if shown and not shown[0] and left:
        shown[0] = " "
    if shown and left + room < len(cells) and not cells[left + room]:
        shown[-1] = " "
    return "".join(shown)


def without_marks(text: str) -> str:
    return "".join(char for char in text if cell_len(char))


async def test_what_shows_of_a_long_line_is_what_stands_there_in_the_whole_line() -> None:
    chance = random.Random(3)
    raws = [some_line(chance, 60_000) for _ in range(6)]
    async with log(b"\n".join(raws) + b"\n", size=(70, 12)) as shown:
        await shown.press("g", "dollar_sign")
        await shown.until(lambda: shown.view.scroll_x > 30_000)
        lines = [as_shown(raw) for raw in raws]
        longest = max(map(cell_len, lines))
        assert shown.view.max_scroll_x == longest - shown.view.text_width
        for left in [0, 1, *chance.choices(range(longest), k=120)]:
            shown.view.scroll_to(left, animate=False)
            await shown.pilot.pause()
            left = round(shown.view.scroll_x)
            for y, plain in enumerate(lines):
                wanted = window(plain, left, shown.view.text_width)
                assert without_marks(row_text(shown, y)).rstrip() == wanted.rstrip(), left


@pytest.mark.parametrize("width", [40, 71])
async def test_folding_a_long_line_keeps_every_character_and_leads_through_all_its_rows(width: int) -> None:
    raw = some_line(random.Random(width), 40_000)
    async with log(JS + raw + b"\n", size=(width, 12)) as shown:
        await shown.press("z", "G")
        view, rows = shown.view, []
        line = view._count - 1
        while view._first()[0] >= line:
            rows.append((view._first()[1], row_text(shown, 0)[view._set_in(line, view._first()[1]) :]))
            view.scroll_rows(-1)
            await shown.pilot.pause()
        assert len(rows) == len({sub for sub, _ in rows}) > 500
        view._place(line)
        bottom = [row_text(shown, y) for y in range(view.view_height)]
        await shown.press("G")
        last = [row_text(shown, y)[view._set_in(line, 1) :] for y in range(1, view.view_height)]
        joined = "".join(row.rstrip() for _, row in reversed(rows)) + "".join(row.rstrip() for row in last)
        assert "begins" in bottom[0]
        assert joined.replace(" ", "") == as_shown(raw).replace(" ", "")


@pytest.mark.parametrize("wrap", [False, True])
async def test_a_match_megabytes_away_in_a_line_is_brought_to_sight_and_marked(wrap: bool) -> None:
    far = b"x" * 3_000_000
    raw = STAMP + b"INFO  a needle " + far + b" needle " + far + b" needle end\n"
    async with log(JS + raw, size=(60, 14)) as shown:
        await shown.press(*("z" * wrap), "g", "slash", *"needle", "enter")
        for key in ("n", "n", "N", "n"):
            await shown.until(lambda: "needle" in shown.text and "/1 of 1" in shown.title)
            assert "match" not in shown.title
            await shown.press(key)
        await shown.until(lambda: "needle end" in shown.text)
        looks = {
            segment.style.bgcolor
            for y in range(shown.view.view_height)
            for strip in shown.view.render_lines(Region(0, y, shown.view.size.width, 1))
            for segment in strip
            if "needle" in segment.text and segment.style
        }
        assert looks == {shown.view.painter.style("current").bgcolor}


async def test_a_match_across_two_pieces_is_found_and_marked_whole() -> None:
    raw = STAMP + b"INFO  "
    raw += b"x" * (long_line.PIECE * 3 - len(raw) - 3) + b"needle" + b"y" * 30_000 + b"\n"
    async with log(raw, size=(60, 14)) as shown:
        await shown.press("slash", *"needle", "enter")
        await shown.until(lambda: "needle" in shown.text)
        spans = [
            plain[start:end]
            for piece in (2, 3)
            for plain in [shown.view.piece_of(0, piece).plain]
            for (start, end), _ in shown.view.match_spans(0, plain, piece)
        ]
        assert spans == ["nee", "dle"]


async def test_the_keys_of_a_lines_ends_reach_the_ends_of_a_long_line() -> None:
    async with log(STAMP + b"INFO  " + "長い行".encode() * 200_000 + b"END\n" + JS, size=(60, 14)) as shown:
        await shown.press("g")
        await shown.until(lambda: shown.view.show_horizontal_scrollbar and shown.view.show_vertical_scrollbar)
        await shown.press("dollar_sign")
        await shown.until(lambda: "行END" in shown.text)
        await shown.press("left")
        assert "END" not in shown.text
        await shown.press("0")
        await shown.until(lambda: "10:00:00.000 INFO  長い行" in shown.text)


async def test_folding_and_unfolding_keep_the_place_in_a_long_line() -> None:
    raw = STAMP + b"INFO  " + b" ".join(b"%07d" % n for n in range(400_000)) + b"\n"
    async with log(raw + JS, size=(60, 14)) as shown:
        await shown.press("g", "slash", *"0300000", "enter")
        await shown.until(lambda: "0300000" in shown.text)
        for _ in range(4):
            await shown.press("z")
            await shown.until(lambda: "030000" in shown.text)


async def test_what_is_selected_across_the_pieces_of_a_line_is_copied() -> None:
    raw = STAMP + b"INFO  "
    raw += b"x" * (long_line.PIECE * 2 - len(raw) - 5) + b"12345" + b"67890" + b"y" * 30_000 + b"\n"
    async with log(raw, size=(60, 14)) as shown:
        await shown.press("slash", *"1234567890", "enter")
        await shown.until(lambda: "1234567890" in shown.text)
        x = shown.lines[1].index("1234567890")
        await shown.pilot.mouse_down(offset=(x, 1))
        await shown.pilot.hover(offset=(x + 9, 1))
        await shown.pilot.mouse_up(offset=(x + 9, 1))
        await shown.until(lambda: shown.screen.get_selected_text())
        await shown.press("c")
        assert shown.screen.app.clipboard == "1234567890"


async def test_a_long_line_of_json_says_what_it_says_and_then_all_of_it_as_it_was_written() -> None:
    raw = b'{"level":"ERROR","msg":"page 7 broke","held":"' + b"x" * 50_000 + b'needle"}'
    async with log(STAMP + raw + b"\n", size=(80, 14)) as shown:
        await shown.until(lambda: "ERROR page 7 broke {" in shown.text)
        await shown.press("dollar_sign")
        await shown.until(lambda: 'xneedle"}' in shown.text)


@pytest.mark.parametrize("threads", [False, True])
async def test_a_line_that_arrives_is_searched_once_also_where_a_match_comes_in_two_parts(
    threads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, blocks = [0], LogBuffer.blocks

    def counted(buffer: LogBuffer, first: int = 0, *, skip: int = 0, open_line: int | None = None) -> Blocks:
        for start, block in blocks(buffer, first, skip=skip, open_line=open_line):
            read[0] += len(block)
            yield start, block

    monkeypatch.setattr(line_search, "AT_ONCE_BYTES", 0 if threads else 1 << 20)
    async with log(JS + STAMP + b"INFO  begins", size=(60, 14)) as shown:
        await shown.press("slash", *"needle", "enter")
        await shown.until(lambda: "/not found" in shown.title)
        monkeypatch.setattr(LogBuffer, "blocks", counted)
        for _ in range(20):
            await shown.write(b"x" * 200_000)
            await shown.until(lambda: not shown.view.searching)
        await shown.write(b"nee")
        await shown.write(b"dle")
        await shown.until(lambda: "/1 line" in shown.title or "/1 of 1" in shown.title)
        await shown.write(b"x" * 200_000 + b"\n" + JS)
        await shown.until(lambda: not shown.view.searching and shown.view.hits.scanned > 280)
        assert len(shown.view.hits) == 1
        assert read[0] < 3 * 4_400_000
