"""The strip that shows the volume of the log along time."""

from __future__ import annotations

from textual.events import MouseMove, MouseScrollDown, MouseScrollUp

from runmon.ui.widgets.time_strip import TimeStrip
from tests.ui.test_log_pane import JS, Log, log

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


async def test_the_wheel_over_the_strip_goes_from_column_to_column_and_skips_empty_ones() -> None:
    async with log(b"".join(MINUTES), size=(160, 24)) as shown:
        await shown.press("g", "i")
        await shown.until(lambda: "10:59:00" in shown.lines[3])
        seen = [await wheel(shown, MouseScrollDown) for _ in range(3)]
        seen += [await wheel(shown, MouseScrollUp) for _ in range(2)]
        assert seen == ["10:01:00", "10:02:00", "10:03:00", "10:02:00", "10:01:00"]
        await shown.press("G")
        assert await wheel(shown, MouseScrollUp) == "10:58:00"


async def wheel(shown: Log, event: type[MouseScrollDown | MouseScrollUp]) -> str:
    """Turn the wheel over the strip by one; the time of the line that is gone to."""
    await shown.pilot._post_mouse_events([event], offset=(20, 1))
    await shown.pilot.pause()
    return shown.view.text_of(shown.view.cursor).plain[:8]


async def test_dragging_along_the_strip_takes_the_log_along_and_ends_with_the_button() -> None:
    async with log(b"".join(MINUTES * 3), size=(100, 24)) as shown:
        await shown.press("i")
        await shown.until(lambda: "10:59:00" in shown.lines[3])
        await shown.pilot.mouse_down(offset=(2, 1))
        tops = []
        for column in (20, 50, 80):
            await shown.pilot._post_mouse_events([MouseMove], offset=(column, 12), button=1)
            await shown.until(lambda: not shown.view._pending)
            tops.append(shown.view.in_view()[0])
        assert tops == sorted(set(tops)) and tops[0] > 0
        await shown.pilot.mouse_up(offset=(80, 12))
        await shown.pilot.hover(offset=(10, 12))
        assert shown.view.in_view()[0] == tops[-1] and "at most" in shown.lines[3]


async def test_new_lines_join_the_strip() -> None:
    async with log(JS, size=(100, 24)) as shown:
        await shown.press("g", "i")
        await shown.until(lambda: "18:16:13" in shown.lines[3])
        await shown.write(b"2026-11-23T18:20:00.000Z INFO  much later\n")
        await shown.until(lambda: "18:20:00" in shown.lines[3])


async def test_errors_warnings_and_what_shows_are_told_apart_without_colours() -> None:
    warned = [b"2026-11-24T10:40:00.000Z WARN  hm\n"] * 40
    async with log(b"".join([*MINUTES[:30], *LOUD, *MINUTES[30:40], *warned]), size=(100, 24)) as shown:
        await shown.press("g", "i")
        await shown.until(lambda: "█" in shown.lines[2] and "▌" in shown.lines[2])
        axis = shown.pane.query_one(TimeStrip).render()
        (lined,) = (axis.plain[s.start : s.end] for s in axis.spans if s.style == "underline")
        assert lined.startswith("10:00:00 ") and not lined.endswith("10:40:00")
