"""Going to a time, and to where the log was silent."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from runmon.watch.clock import Clock
from tests.ui.test_log_pane import JS, log

BEGIN = datetime(2026, 11, 23, 18, 0)


def minutes(count: int = 300, gap_at: int = 200) -> bytes:
    """A line each minute, and an hour without one before line `gap_at`."""
    return b"".join(
        b"%sZ INFO  line %d\n" % ((BEGIN + timedelta(minutes=n + 60 * (n >= gap_at))).isoformat().encode(), n)
        for n in range(count)
    )


async def test_a_time_of_day_a_span_and_a_share_are_gone_to() -> None:
    async with log(minutes(), toasts=True) as shown:
        await shown.press("ctrl+g", *"18:31", "enter")
        await shown.until(lambda: shown.view.cursor == 31)
        await shown.press("ctrl+g", *"-5m", "enter")
        await shown.until(lambda: shown.view.cursor == 294)
        await shown.press("ctrl+g", *"+1h", "enter")
        await shown.until(lambda: shown.view.cursor == 60)
        await shown.press("ctrl+g", *"50%", "enter")
        await shown.until(lambda: shown.view.cursor == 150)
        await shown.press("ctrl+g", *"soon", "enter")
        await shown.until(lambda: "soon is no line here." in shown.text)
        assert shown.view.cursor == 150


async def test_a_time_is_meant_in_the_zone_that_is_shown() -> None:
    async with log(JS, clock=Clock(timezone(timedelta(hours=2)))) as shown:
        await shown.press("g", "t")
        assert shown.lines[1][2:].startswith("20:16:13.562")
        await shown.press("ctrl+g", *"20:16:15", "enter")
        await shown.until(
            lambda: shown.lines[shown.view.cursor - shown.view._first()[0] + 1][2:14] >= "20:16:15"
        )


async def test_the_next_silence_is_found_and_its_length_told() -> None:
    async with log(minutes(), toasts=True) as shown:
        await shown.press("g", "ctrl+g", *">5m", "enter")
        await shown.until(
            lambda: shown.view.cursor == 200 and "Silent for 1 h 01 min before line 201." in shown.text
        )
        await shown.press("p")
        await shown.until(lambda: "No silence of 5 min 00 s or more" in shown.text)
        await shown.press("G", "P")
        await shown.until(lambda: shown.view.cursor == 200)
        await shown.press("ctrl+g", *">soon", "enter")
        await shown.until(lambda: ">soon is no silence" in shown.text)


async def test_a_time_in_a_filtered_log_is_the_next_line_that_shows() -> None:
    async with log(minutes(), toasts=True) as shown:
        await shown.press("ctrl+l", "ampersand", *"/line .*0$/", "enter", "ctrl+g", *"18:31", "enter")
        await shown.until(lambda: shown.view.number(shown.view.cursor) == 40)
