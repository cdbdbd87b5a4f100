"""No byte of a log is lost, doubled or reordered, whatever the link and the server do (SAFETY.md §4.2)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from runmon.watch.events import Condition, Pane
from runmon.watch.pace import Pace
from tests.origin import Begin, Fault, Origin


def lines(first: int, count: int) -> bytes:
    return b"".join(
        b"2026-11-24T10:11:12.%03dZ INFO  page %d \xe2\x9c\x93 \xff\r\n" % (n % 1000, n)
        for n in range(first, first + count)
    )


async def test_the_log_arrives_as_it_is_written(origin: Origin, start: Begin) -> None:
    watched = await start()
    for n in range(5):
        origin.write(lines(n * 10, 10))
        await watched.has_log()
    last = watched.ear.grown()[-1]
    assert (last.size, last.lines, last.complete) == (len(origin.log), 50, False)


@pytest.mark.parametrize("ranges", [False, True])
@pytest.mark.parametrize("kind", ["fin", "reset"])
async def test_a_cut_stream_resumes_without_losing_a_byte(
    origin: Origin, start: Begin, kind: str, ranges: bool
) -> None:
    """B1: FIN and RST, with ranges and without."""
    origin.log, origin.ranges = lines(0, 8000), ranges
    origin.faults.extend([Fault(kind, 100_001), Fault(kind, 7), Fault(kind, 0), Fault(kind, 150_000)])
    watched = await start()
    await watched.has_log()
    origin.cut_all()
    origin.write(lines(8000, 10))
    await watched.has_log()
    assert watched.watch.log.generation == int(ranges), "only the head that came later moves lines"


async def test_a_server_with_ranges_is_asked_only_for_the_end_after_a_cut(
    origin: Origin, start: Begin
) -> None:
    origin.log, origin.ranges = lines(0, 8000), True
    watched = await start()
    await watched.has_log()
    asked = len(origin.asked_for("/log"))
    origin.cut_all()
    origin.write(lines(8000, 1))
    await watched.has_log()
    (again,) = origin.asked_for("/log")[asked:]
    assert again.headers["range"] == f"bytes={len(lines(0, 8000)) - 65_536}-"


async def test_the_end_of_a_big_log_shows_before_its_beginning(origin: Origin, start: Begin) -> None:
    origin.log, origin.ranges = lines(0, 20_000), True
    origin.faults.extend([Fault("none"), Fault("hole", 100_000), Fault("fin", 100_000)])
    watched = await start()
    await watched.until(lambda: watched.watch.log.size == len(origin.log) and len(origin.faults) == 1)
    assert watched.watch.log.start > 0
    tail_lines = watched.watch.log.lines
    assert watched.watch.log.line(watched.watch.log.lines - 1).startswith(lines(19_999, 1)[:40])
    origin.cut_all()
    await watched.has_log()
    assert watched.watch.log.start == 0
    assert watched.watch.log.changes[0].moved == 20_000 - tail_lines
    assert watched.ear.conditions(Pane.LOG).count(Condition.CATCHING_UP) <= 3


async def test_a_server_that_rewrote_its_log_is_believed_once_it_says_so_twice(
    origin: Origin, start: Begin
) -> None:
    """B4: a rewritten log is rolled back to its first difference, once."""
    origin.log = lines(0, 3000)
    watched = await start()
    await watched.has_log()
    same = lines(0, 1000)
    origin.log = same + b"another past\n" + lines(0, 500)
    origin.cut_all()
    await watched.has_log()
    (change,) = watched.watch.log.changes
    assert change.kept == len(same)
    assert watched.ear.grown()[-1].generation == 1


async def test_bytes_garbled_on_a_replay_change_nothing_on_show(origin: Origin, start: Begin) -> None:
    """B4: corruption on the way is not a rewrite."""
    origin.log = lines(0, 3000)
    watched = await start()
    await watched.has_log()
    origin.faults.append(Fault("corrupt", 50_000))
    origin.cut_all()
    await watched.until(lambda: not origin.faults and len(origin.asked_for("/log")) >= 3)
    origin.write(lines(3000, 5))
    await watched.has_log()
    assert watched.watch.log.generation == 0


async def test_bytes_garbled_while_live_are_healed_by_the_end(origin: Origin, start: Begin) -> None:
    origin.log = lines(0, 100)
    origin.faults.append(Fault("corrupt", len(origin.log) + 10))
    watched = await start()
    origin.write(lines(100, 100))
    await watched.until(lambda: watched.watch.log.size == len(origin.log))
    assert watched.log() != origin.log
    origin.finish()
    await watched.until(lambda: watched.ear.complete)
    assert watched.log() == origin.log


async def test_a_clean_end_before_known_bytes_counts_only_when_seen_twice(
    origin: Origin, start: Begin
) -> None:
    """B3: a clean end proves nothing."""
    origin.log = lines(0, 2000)
    watched = await start()
    await watched.has_log()
    origin.faults.append(Fault("end", 5000))
    origin.cut_all()
    origin.write(b"more\n")
    await watched.has_log()
    assert watched.watch.log.generation == 0


async def test_a_server_that_shortened_its_log_is_followed_after_a_second_look(
    origin: Origin, start: Begin
) -> None:
    """B4: a truncated log."""
    origin.log = lines(0, 2000)
    watched = await start()
    await watched.has_log()
    origin.log = lines(0, 500)
    origin.faults.extend([Fault("end", len(origin.log)), Fault("end", len(origin.log))])
    origin.cut_all()
    await watched.has_log()
    assert watched.watch.log.changes[0].kept == len(origin.log)


async def test_a_shorter_log_in_place_of_the_one_known_is_read_whole_also_by_ranges(
    origin: Origin, start: Begin
) -> None:
    """B4: a rotated log."""
    origin.log, origin.ranges = lines(0, 8000), True
    watched = await start()
    await watched.has_log()
    origin.log = lines(90_000, 7000)
    origin.cut_all()
    await watched.has_log()
    assert watched.log() == origin.log


async def test_the_last_lines_before_the_end_are_not_missed(origin: Origin, start: Begin) -> None:
    watched = await start()
    origin.write(lines(0, 10))
    await watched.has_log()
    origin.faults.append(Fault("fin", 0))
    origin.cut_all()
    origin.write(b"the very reason it failed, without a newline")
    origin.finish("FAILED")
    await watched.until(lambda: watched.ear.complete)
    assert watched.log() == origin.log


async def test_lines_that_arrive_after_the_end_are_still_taken(origin: Origin, start: Begin) -> None:
    origin.log = lines(0, 10)
    watched = await start()
    origin.finish()
    await watched.until(lambda: watched.ear.complete)
    origin.write(b"late line\n")
    await watched.has_log()
    await watched.until(lambda: watched.ear.complete)


async def test_the_log_is_complete_only_after_two_reads_agree_two_seconds_after_the_end(
    origin: Origin, start: Begin
) -> None:
    """B3, B17: complete only after verification."""
    origin.log = lines(0, 10)
    watched = await start()
    await watched.has_log()
    origin.finish()
    ended = watched.clock.at
    await watched.until(lambda: watched.ear.complete)
    assert watched.clock.at - ended >= 2
    assert len([one for one in origin.asked_for("/log") if "stream" not in one.query]) >= 2
    assert watched.ear.state(Pane.LOG).condition is Condition.COMPLETE


async def test_a_run_that_ended_long_ago_is_complete_after_one_read(origin: Origin, start: Begin) -> None:
    origin.log = lines(0, 1000)
    origin.finish(ago_s=3600)
    watched = await start()
    await watched.until(lambda: watched.ear.complete, most=1)
    assert watched.log() == origin.log
    await watched.clock.advance(60)
    assert len(origin.asked_for("/log")) == 1


async def test_a_run_that_has_logged_nothing_yet_is_asked_again_at_a_pace(
    origin: Origin, start: Begin
) -> None:
    """B5: a stream that ends while the run goes on is no end."""
    origin.faults.extend(Fault("end", 0) for _ in range(6))
    watched = await start()
    await watched.until(lambda: not origin.faults)
    times = [one.at for one in origin.asked_for("/log")]
    assert times[-1] - times[0] >= 0.5 + 1 + 2 + 4
    origin.write(lines(0, 3))
    await watched.has_log()


async def test_a_silent_stream_is_replaced_after_a_minute_and_loses_nothing(
    origin: Origin, start: Begin
) -> None:
    """B2: a black hole is noticed within 75 s."""
    origin.log = lines(0, 1000)
    origin.faults.append(Fault("hole", len(origin.log)))
    watched = await start()
    await watched.has_log()
    silent_since = watched.clock.at
    origin.write(lines(1000, 10))
    await watched.has_log()
    assert 60 <= watched.clock.at - silent_since <= 75


async def test_a_log_that_never_pauses_is_live_all_the_same(origin: Origin, start: Begin) -> None:
    watched = await start()
    for n in range(20):
        origin.write(lines(n, 1))
        await watched.has_log()
        await watched.clock.advance(0.2)
    assert watched.ear.state(Pane.LOG).condition is Condition.LIVE


async def test_a_quiet_run_is_looked_at_less_and_less_often(origin: Origin, start: Begin) -> None:
    origin.log = lines(0, 10)
    watched = await start(pace=Pace(silence_s=(6.0, 12.0, 24.0)))
    await watched.until(lambda: len(origin.asked_for("/log")) == 4)
    times = [one.at for one in origin.asked_for("/log")]
    assert [round((later - one) / 6) for one, later in pairwise(times)] == [1, 2, 4]


async def test_a_stream_that_hangs_after_the_end_of_the_run_is_not_waited_for(
    origin: Origin, start: Begin
) -> None:
    """B2: half-open at the very end."""
    origin.log = lines(0, 10)
    origin.faults.append(Fault("hole", len(origin.log)))
    watched = await start()
    await watched.has_log()
    origin.write(lines(10, 10))
    origin.finish()
    await watched.until(lambda: watched.ear.complete, most=30)
    assert watched.log() == origin.log


async def test_a_resurrected_run_goes_on_growing_its_log(origin: Origin, start: Begin) -> None:
    """B6: a complete log opens again."""
    origin.log = lines(0, 10)
    watched = await start()
    origin.finish()
    await watched.until(lambda: watched.ear.complete)
    origin.resurrect()
    origin.write(lines(10, 5))
    await watched.has_log()
    await watched.until(lambda: not watched.ear.complete)
    await watched.until_state(Pane.LOG, Condition.LIVE)


async def test_a_link_that_always_breaks_too_early_says_that_it_cannot_catch_up(
    origin: Origin, start: Begin
) -> None:
    """B14: no livelock in silence."""
    origin.log = lines(0, 2000)
    watched = await start()
    await watched.has_log()
    origin.faults.extend(Fault("reset", 1000) for _ in range(8))
    origin.cut_all()
    origin.write(b"more\n")
    await watched.until(lambda: "cannot catch up" in watched.ear.state(Pane.LOG).detail)
    await watched.has_log()


async def test_a_watch_woken_from_sleep_opens_a_new_stream(origin: Origin, start: Begin) -> None:
    """B13: a clock that jumped means the machine slept."""
    origin.log = lines(0, 10)
    origin.faults.append(Fault("hole", len(origin.log)))
    watched = await start()
    await watched.has_log()
    await watched.clock.advance(2)
    origin.write(lines(10, 10))
    watched.clock.jumped += 3600
    await watched.until(lambda: watched.log() == origin.log, most=2)
