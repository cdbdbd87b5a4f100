"""The bar of a log that grows is drawn when its thumb moves, and then only."""

from __future__ import annotations

import pytest
from rich.console import RenderableType

from runmon.ui.widgets.thin_bar import VERTICAL, ThinBar
from tests.ui.test_log_pane import log

LINES = b"".join(b"line %d\n" % n for n in range(2000))


def thumb(rows: list[str]) -> list[int]:
    """The rows in which the thumb shows."""
    return [row for row, text in enumerate(rows) if VERTICAL in text]


async def test_lines_that_arrive_at_the_end_of_a_long_log_do_not_draw_the_bar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[int] = []
    render = ThinBar.render

    def counted(self: ThinBar) -> RenderableType:
        drawn.append(self.window_virtual_size)
        return render(self)

    async with log(LINES) as shown:
        await shown.until(lambda: thumb(shown.lines))
        monkeypatch.setattr(ThinBar, "render", counted)
        for n in range(5):
            await shown.write(b"one more, %d\n" % n)
            await shown.pilot.pause()
        assert not drawn
        assert "one more, 4" in shown.text
        assert thumb(shown.lines)[-1] == len(shown.lines) - 2


async def test_the_thumb_moves_up_as_lines_come_below_where_one_stopped() -> None:
    async with log(LINES[:2000]) as shown:
        await shown.press("up")
        before = thumb(shown.lines)
        await shown.write(LINES)
        await shown.until(lambda: thumb(shown.lines) < before)
