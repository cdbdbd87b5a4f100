"""What the log shows, marks and folds agrees with a plain reading of its bytes, however they arrived."""

from __future__ import annotations

import random

import pytest

from runmon.insight.entries import Level, visible
from runmon.insight.sieve import Sieve
from runmon.ui.widgets import line_search, sifted_view
from tests.insight.test_entries import LINES
from tests.insight.test_sieve import TYPED, holds, kept_by_reading
from tests.ui.test_log_pane import Log, log

SOUGHT = ["request", "Error", "/^\\S+ +at/", "/a.print|é/", "info", "zzz"]
WIDE = "ab cd -é日本\u0301👍ﷺ\t"


def some_log(chance: random.Random, lines: int) -> bytes:
    return "".join(chance.choices(LINES, k=lines)).encode()


async def arrive(shown: Log, raw: bytes, chance: random.Random) -> None:
    """Let a log take the place of the one there was, in pieces that are cut anywhere."""
    shown.screen.buffer.truncate(0)
    edges = sorted(chance.choices(range(len(raw) + 1), k=3))
    for first, after in zip([0, *edges], [*edges, len(raw)], strict=True):
        await shown.write(raw[first:after])


@pytest.mark.parametrize("threads", [False, True])
async def test_a_filter_shows_and_a_search_finds_what_a_plain_reading_does(
    threads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if threads:
        monkeypatch.setattr(sifted_view, "AT_ONCE", 2)
        monkeypatch.setattr(line_search, "AT_ONCE", 2)
    chance = random.Random(11)
    async with log(size=(60, 20)) as shown:
        view = shown.view
        for _ in range(25):
            raw, sought = some_log(chance, chance.randrange(1, 60)), chance.choice(SOUGHT)
            sieve = Sieve.typed(chance.choice(TYPED), chance.choice(list(Level)))
            view.sift(sieve)
            view.search(sought)
            await arrive(shown, raw, chance)
            await shown.until(lambda: not view.sifting and not view.searching)
            lines = raw.split(b"\n")[: shown.screen.buffer.lines]
            kept = kept_by_reading(raw, sieve) if sieve else [*range(len(lines))]
            assert [view.number(place) for place in range(view.source.line_count())] == kept
            found = [n for n, line in enumerate(lines) if holds([visible(line)], sought)]
            assert list(view.hits.lines) == found
            assert view.hits_shown() == len(set(found) & set(kept))


async def test_every_match_that_shows_is_marked_and_nothing_else() -> None:
    chance = random.Random(12)
    async with log(some_log(chance, 60), size=(200, 70)) as shown:
        view = shown.view
        await shown.press("g")
        for sought in ("error", "a", "日", "[", "//h/"):
            view.search(sought)
            for n in range(view.source.line_count()):
                plain = view.text_of(n).plain
                marked = [plain[start:end].lower() for (start, end), _ in view.match_spans(n, plain)]
                assert marked == [sought] * plain.lower().count(sought)


@pytest.mark.parametrize("width", [20, 33, 60, 121])
async def test_folding_paints_every_character_once_in_order(width: int) -> None:
    chance = random.Random(width)
    texts = ["".join(chance.choices(WIDE, k=chance.randrange(400))) for _ in range(30)]
    async with log("\n".join(texts).encode(), size=(width, 60)) as shown:
        await shown.press("g", "z")
        view = shown.view
        for line in range(view.source.line_count()):
            view._place(line)
            plain, folds = view.text_of(line).plain, view._folded(line)
            pieces = [plain[a:b] for a, b in zip(folds, [*folds[1:], len(plain)], strict=True)]
            rows = [(y, row) for y, (n, row) in enumerate(view._visible()) if n == line]
            painted = [
                view.render_line(y).text[view.gutter_width + view._set_in(line, row) :] for y, row in rows
            ]
            assert "".join(pieces) == plain
            assert {view.render_line(y).cell_length for y, _ in rows} <= {view.view_width}
            assert [row.rstrip() for row in painted] == [piece.rstrip() for piece in pieces]
