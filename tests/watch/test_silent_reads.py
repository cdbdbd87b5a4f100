"""A read that falls silent, or finds another log, ends by itself: nobody waits for ever for a log."""

from __future__ import annotations

import pytest

from runmon.watch import tail
from runmon.watch.reading import Part
from tests.origin import Begin, Fault, Origin, Watched


def lines(first: int, count: int) -> bytes:
    return b"".join(
        b"2026-11-24T10:11:12.000Z INFO  page %d of many\n" % n for n in range(first, first + count)
    )


async def finish_into_a_hole(watched: Watched) -> None:
    """End the run; the second read of its whole log, which proves that it is whole, falls silent."""
    origin = watched.origin
    origin.finish()
    await watched.until(lambda: any("stream" not in one.query for one in origin.asked_for("/log")))
    origin.faults.append(Fault("hole", 100))
    await watched.until(lambda: not origin.faults)


@pytest.mark.parametrize("ranges", [True, False])
async def test_a_read_that_falls_silent_after_the_end_of_the_run_is_not_waited_for(
    origin: Origin, start: Begin, ranges: bool
) -> None:
    """B2: half-open at the very end, where the log is read whole."""
    origin.ranges, origin.log = ranges, lines(0, 10)
    watched = await start()
    await watched.has_log()
    await finish_into_a_hole(watched)
    origin.write(lines(10, 10))
    await watched.until(lambda: watched.ear.complete, most=60)
    assert watched.log() == origin.log


async def test_a_head_that_falls_silent_is_asked_for_again_while_the_tail_grows(
    origin: Origin, start: Begin
) -> None:
    """B2: bytes of one connection say nothing about another."""
    origin.ranges, origin.log = True, lines(0, 20_000)
    origin.faults.extend([Fault("none"), Fault("hole", 50_000)])
    watched = await start()
    for n in range(20_000, 20_060):
        origin.write(lines(n, 1))
        await watched.clock.advance(1)
    await watched.until(lambda: watched.log() == origin.log, most=2)


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize("after", [lines(20_000, 20_000), lines(0, 3)], ids=["rewritten", "shortened"])
async def test_a_log_that_changes_before_its_head_has_come_is_read_anew(
    origin: Origin, start: Begin, after: bytes, over: bool
) -> None:
    """B4: what was read of its end is of another log, and nobody else would ever look."""
    origin.ranges, origin.log = True, lines(0, 20_000)
    if over:
        origin.finish(ago_s=3600)
    origin.faults.extend([Fault("none"), Fault("status")])
    watched = await start()
    await watched.until(lambda: watched.watch.log.size == len(origin.log))
    await watched.until(lambda: not origin.faults)
    asked, origin.log = len(origin.asked_for("/log")), after
    await watched.until(lambda: watched.log() == after and watched.ear.complete is over, most=30)
    assert len(origin.asked_for("/log")) - asked < 10


async def test_a_log_of_whose_end_only_the_end_of_a_line_came_is_read_whole(
    origin: Origin, start: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it shows before the head has come, and only the head is missing."""
    monkeypatch.setattr(tail, "LAST", Part(last_bytes=8))
    origin.ranges, origin.log = True, lines(0, 100)
    origin.finish(ago_s=3600)
    watched = await start()
    await watched.until(lambda: watched.ear.complete, most=30)
    assert watched.log() == origin.log


async def test_a_watch_woken_from_sleep_opens_a_read_of_the_whole_anew(origin: Origin, start: Begin) -> None:
    """B13: also at the end of a run."""
    origin.log = lines(0, 10)
    watched = await start()
    await watched.has_log()
    await finish_into_a_hole(watched)
    await watched.clock.advance(3)
    watched.clock.jumped += 3600
    await watched.until(lambda: watched.ear.complete, most=3)
    assert watched.log() == origin.log
