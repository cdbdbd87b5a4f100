"""The strip that shows the volume of the log along time."""

from __future__ import annotations

from runmon.ui.widgets.time_strip import TimeStrip
from tests.ui.test_log_pane import JS, log

MINUTES = [b"2026-11-24T10:%02d:00.000Z INFO  said\n" % n for n in range(60)]
LOUD = [b"2026-11-24T10:30:00.000Z ERROR no\n"] * 40


async def test_the_strip_shows_volume_errors_and_times_and_goes_where_it_is_clicked() -> None:
    async with log(b"".join([*MINUTES[:30], *LOUD, *MINUTES[30:]]), size=(100, 24)) as shown:
        assert not shown.pane.query_one(TimeStrip).display
        await shown.press("i")
        await shown.until(lambda: "at most 41 lines in 36.9 s" in shown.text)
        assert shown.lines[3].split()[1] == "10:00:00"
        assert "10:59:00" in shown.lines[3]
        assert shown.lines[1].count("█") == shown.lines[2].count("█") == 1
        place = shown.lines[1].index("█")
        assert shown.lines[2].index("█") == place
        await shown.pilot.hover(offset=(place, 1))
        await shown.until(lambda: "lines  E 40" in shown.lines[3])
        await shown.pilot.click(offset=(place, 1))
        await shown.until(lambda: "ERROR no" in shown.lines[4] and "paused" in shown.title)
        await shown.press("i")
        await shown.until(lambda: "at most" not in shown.text)


async def test_the_wheel_over_the_strip_moves_the_log_and_new_lines_join_it() -> None:
    async with log(JS, size=(100, 24)) as shown:
        await shown.press("g", "i")
        strip = shown.pane.query_one(TimeStrip)
        await shown.until(lambda: "18:16:13" in shown.lines[3])
        strip.action_step(1)
        await shown.until(lambda: shown.view.cursor == 1)
        strip.action_step(-1)
        await shown.until(lambda: shown.view.cursor == 0)
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  much later\n")
        await shown.until(lambda: "18:20:00" in shown.lines[3])
