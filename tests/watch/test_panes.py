"""Each pane says how far it can be trusted, and one pane's trouble stays its own (SAFETY.md §2 B)."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import psutil
import pytest

from runmon.model.storages import Place
from runmon.watch.events import Condition, ItemsCounted, LinkMeasured, Pane, QueueCounted
from tests.origin import RUN_ID, Begin, Fault, Origin

RUN = f"actor-runs/{RUN_ID}"
ALL = tuple(Pane)
UNKNOWN = {"type": "record-not-found", "message": "Not here"}


async def test_a_run_is_live_while_it_runs_and_complete_once_its_figures_have_settled(
    origin: Origin, start: Begin
) -> None:
    """B17: figures are read again ten seconds after the end."""
    watched = await start()
    await watched.until_state(Pane.RUN, Condition.LIVE)
    origin.finish()
    ended = watched.clock.at
    await watched.until(lambda: watched.ear.runs()[-1].settled)
    assert watched.clock.at - ended >= 10
    assert watched.ear.conditions(Pane.RUN) == [Condition.LIVE, Condition.SETTLING, Condition.COMPLETE]


async def test_a_server_that_ignores_the_long_wait_is_not_asked_faster(origin: Origin, start: Begin) -> None:
    watched = await start()
    await watched.clock.advance(40)
    times = [one.at for one in origin.asked_for(RUN)]
    assert min(later - one for one, later in pairwise(times)) >= 3.9
    assert len(times) >= 9


async def test_the_end_of_a_run_is_seen_at_once_where_the_long_wait_is_honoured(
    origin: Origin, start: Begin
) -> None:
    origin.waits = True
    watched = await start()
    await watched.until(lambda: len(origin.asked_for(RUN)) == 2)
    now = watched.clock.at
    origin.finish("FAILED")
    await watched.until_state(Pane.RUN, Condition.SETTLING)
    assert watched.clock.at - now < 1


async def test_a_run_that_nobody_looks_at_is_asked_rarely_and_at_once_when_somebody_does(
    origin: Origin, start: Begin
) -> None:
    watched = await start()
    await watched.clock.advance(10)
    watched.watch.rest(True)
    await watched.clock.advance(5)
    asked = len(origin.asked_for(RUN))
    await watched.clock.advance(60)
    assert 3 <= len(origin.asked_for(RUN)) - asked <= 5
    assert Condition.STALE not in watched.ear.conditions(Pane.RUN)

    asked, now = len(origin.asked_for(RUN)), watched.clock.at
    watched.watch.rest(False)
    await watched.until(lambda: len(origin.asked_for(RUN)) > asked)
    assert watched.clock.at - now < 1


async def test_the_end_of_a_run_that_nobody_looks_at_is_still_seen_at_once(
    origin: Origin, start: Begin
) -> None:
    origin.waits = True
    watched = await start()
    await watched.clock.advance(10)
    watched.watch.rest(True)
    await watched.clock.advance(20)
    now = watched.clock.at
    origin.finish("FAILED")
    await watched.until_state(Pane.RUN, Condition.SETTLING)
    assert watched.clock.at - now < 1


async def test_a_status_nobody_knows_is_no_end(origin: Origin, start: Begin) -> None:
    origin.status = "HIBERNATING"
    watched = await start()
    await watched.clock.advance(20)
    assert watched.ear.state(Pane.RUN).condition is Condition.LIVE
    assert watched.ear.runs()[-1].run.view.status == "HIBERNATING"


async def test_a_storage_is_counted_only_while_it_is_shown(origin: Origin, start: Begin) -> None:
    watched = await start()
    await watched.clock.advance(10)
    assert origin.asked_for("/dataset") == []
    watched.watch.show({Pane.ITEMS})
    await watched.until(lambda: any(isinstance(one, ItemsCounted) for one in watched.ear.events))
    watched.watch.show(set())
    asked = len(origin.asked_for("/dataset"))
    await watched.clock.advance(60)
    assert len(origin.asked_for("/dataset")) == asked
    assert origin.asked_for("/request-queue") == []


async def test_a_storage_that_rests_is_asked_less_often_until_it_changes(
    origin: Origin, start: Begin
) -> None:
    watched = await start(panes=(Pane.ITEMS,))
    await watched.clock.advance(120)
    times = [one.at for one in origin.asked_for("/dataset")]
    pauses = [later - one for one, later in pairwise(times)]
    assert pauses[0] < 7
    assert 19 <= pauses[-1] <= 21
    origin.counts["items"] = 5
    await watched.clock.advance(26)
    times = [one.at for one in origin.asked_for("/dataset")]
    assert times[-1] - times[-2] < 7


async def test_a_watch_at_rest_asks_at_most_every_two_seconds(origin: Origin, start: Begin) -> None:
    watched = await start(panes=ALL)
    await watched.clock.advance(100)
    asked = len(origin.asked)
    await watched.clock.advance(100)
    assert len(origin.asked) - asked <= 50


async def test_a_watch_at_rest_asks_no_more_where_streams_end_at_once(origin: Origin, start: Begin) -> None:
    """A server without log streams, or a run that logs nothing, does not make us hurry."""
    origin.log = b"a line\n"
    origin.faults.extend(Fault("end", len(origin.log)) for _ in range(100))
    watched = await start(panes=ALL)
    await watched.clock.advance(100)
    asked, logs = len(origin.asked), len(origin.asked_for("/log"))
    await watched.clock.advance(100)
    assert len(origin.asked) - asked <= 50
    assert 5 <= len(origin.asked_for("/log")) - logs <= 8


async def test_a_log_that_had_nothing_to_say_is_opened_at_once_when_the_run_begins(
    origin: Origin, start: Begin
) -> None:
    origin.status = "READY"
    origin.faults.extend(Fault("end", 0) for _ in range(7))
    watched = await start()
    await watched.until(lambda: len(origin.asked_for("/log")) == 7)
    asked = watched.clock.at
    origin.status = "RUNNING"
    await watched.until(lambda: len(origin.asked_for("/log")) == 8)
    assert watched.clock.at - asked <= 5


async def test_a_storage_unknown_below_the_run_is_reached_by_its_id_and_no_other_pane_notices(
    origin: Origin, start: Begin
) -> None:
    origin.answers[f"{RUN}/dataset"] = (404, UNKNOWN)
    watched = await start(panes=ALL)
    await watched.until_state(Pane.ITEMS, Condition.LIVE)
    assert watched.watch.place(Pane.ITEMS) == Place.by_id("data")
    assert watched.watch.place(Pane.QUEUE) == Place.below(RUN_ID)
    for pane in (Pane.RUN, Pane.LOG, Pane.RECORDS, Pane.QUEUE):
        await watched.until_state(pane, Condition.LIVE)


async def test_a_storage_that_is_gone_blinds_no_other_pane(origin: Origin, start: Begin) -> None:
    origin.answers[f"{RUN}/dataset"] = origin.answers["datasets/data"] = (404, UNKNOWN)
    watched = await start(panes=ALL)
    state = await watched.until_state(Pane.ITEMS, Condition.GONE)
    assert "dataset" in state.detail
    asked = len(origin.asked_for("queue"))
    await watched.clock.advance(60)
    assert len(origin.asked_for("queue")) > asked
    assert watched.ear.state(Pane.QUEUE).condition is Condition.LIVE


async def test_a_storage_that_wants_a_token_is_left_alone_and_the_run_goes_on(
    origin: Origin, start: Begin
) -> None:
    """B9: one pane needs a token, the others do not."""
    origin.answers[f"{RUN}/dataset"] = (401, {"type": "token-not-provided", "message": "Who are you?"})
    watched = await start(panes=ALL, token=False)
    state = await watched.until_state(Pane.ITEMS, Condition.NEEDS_TOKEN)
    assert "APIFY_TOKEN" in state.detail
    asked = len(origin.asked_for("/dataset"))
    await watched.clock.advance(100)
    assert len(origin.asked_for("/dataset")) == asked
    assert watched.ear.state(Pane.RUN).condition is Condition.LIVE


async def test_a_revoked_token_stops_all_polling_within_one_request_until_asked_again(
    origin: Origin, start: Begin
) -> None:
    """B8: 401 in the middle of it all."""
    watched = await start(panes=ALL)
    await watched.until_state(Pane.QUEUE, Condition.LIVE)
    revoked = (401, {"type": "invalid-token", "message": "Not valid"})
    paths = [RUN, *(f"{RUN}/{one}" for one in ("dataset", "key-value-store", "request-queue", "log"))]
    origin.answers.update(dict.fromkeys(paths, revoked))
    origin.cut_all()
    await watched.until_state(Pane.RUN, Condition.NEEDS_TOKEN)
    await watched.clock.advance(5)
    asked = len(origin.asked)
    await watched.clock.advance(120)
    assert len(origin.asked) == asked
    assert {watched.ear.state(pane).condition for pane in Pane} == {Condition.NEEDS_TOKEN}
    origin.answers.clear()
    watched.watch.refresh()
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)


async def test_a_storage_refused_with_a_token_makes_the_run_be_asked_at_once(
    origin: Origin, start: Begin
) -> None:
    watched = await start(panes=(Pane.ITEMS,))
    await watched.until_state(Pane.ITEMS, Condition.LIVE)
    origin.answers[RUN] = origin.answers[f"{RUN}/dataset"] = (401, {"type": "invalid-token", "message": "no"})
    await watched.until_state(Pane.ITEMS, Condition.NEEDS_TOKEN)
    now = watched.clock.at
    await watched.until_state(Pane.RUN, Condition.NEEDS_TOKEN)
    assert watched.clock.at - now < 1


async def test_a_deleted_run_keeps_its_log_and_says_since_when_it_is_gone(
    origin: Origin, start: Begin
) -> None:
    """B7: data stays, asking stops."""
    origin.log = b"2026-11-24T10:11:12.345Z the only line\n"
    watched = await start(panes=ALL)
    await watched.has_log()
    await watched.until_state(Pane.RUN, Condition.LIVE)
    known = origin.log
    origin.answers.update(
        {
            f"{RUN}{one}": (404, UNKNOWN)
            for one in ("", "/log", "/dataset", "/key-value-store", "/request-queue")
        }
    )
    origin.cut_all()
    state = await watched.until_state(Pane.RUN, Condition.GONE)
    assert state.since is not None
    assert state.since < watched.clock.wall()
    await watched.clock.advance(10)
    asked = len(origin.asked)
    await watched.clock.advance(120)
    assert len(origin.asked) == asked
    assert watched.log() == known
    assert {watched.ear.state(pane).condition for pane in Pane} == {Condition.GONE}


async def test_a_run_missing_for_a_moment_is_no_deleted_run(origin: Origin, start: Begin) -> None:
    """B7: a lagging replica has three seconds."""
    origin.answers[RUN] = (404, UNKNOWN)
    watched = await start()
    await watched.until(lambda: len(origin.asked_for(RUN)) == 2)
    origin.answers.clear()
    await watched.until_state(Pane.RUN, Condition.LIVE)
    assert Condition.GONE not in watched.ear.conditions(Pane.RUN)


async def test_a_run_that_ended_long_ago_without_a_log_says_so_at_once(origin: Origin, start: Begin) -> None:
    origin.finish(ago_s=3600)
    origin.answers[f"{RUN}/log"] = (404, UNKNOWN)
    watched = await start()
    await watched.until_state(Pane.LOG, Condition.ABSENT, most=2)
    assert len(origin.asked_for("/log")) <= 2


async def test_a_resurrected_run_opens_every_pane_again(origin: Origin, start: Begin) -> None:
    """B6: also from Console, and within its poll."""
    watched = await start(panes=ALL)
    origin.finish()
    for pane in Pane:
        await watched.until_state(pane, Condition.COMPLETE)
    origin.resurrect()
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE, most=40)


async def test_a_storage_is_counted_again_after_the_end_when_servers_have_settled(
    origin: Origin, start: Begin
) -> None:
    watched = await start(panes=(Pane.ITEMS,))
    origin.finish()
    await watched.until_state(Pane.ITEMS, Condition.SETTLING)
    origin.counts["items"] = 77
    await watched.until_state(Pane.ITEMS, Condition.COMPLETE)
    counted = [one for one in watched.ear.events if isinstance(one, ItemsCounted)]
    assert counted[-1].dataset.view.item_count == 77


async def test_a_pane_shown_after_the_end_is_counted_once(origin: Origin, start: Begin) -> None:
    origin.finish(ago_s=3600)
    watched = await start()
    await watched.until_state(Pane.RUN, Condition.COMPLETE)
    watched.watch.show({Pane.QUEUE})
    await watched.until_state(Pane.QUEUE, Condition.COMPLETE)
    await watched.clock.advance(100)
    assert len(origin.asked_for("/request-queue")) == 1
    assert any(isinstance(one, QueueCounted) for one in watched.ear.events)


async def test_an_outage_is_probed_by_one_request_at_a_time_at_most_twelve_times_a_minute(
    origin: Origin, start: Begin
) -> None:
    """B10: one probe for all panes."""
    origin.log = b"a line\n"
    watched = await start(panes=ALL)
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    before = watched.watch._api.meter.total
    await origin.stop()
    for pane in (Pane.RUN, Pane.LOG):
        await watched.until_state(pane, Condition.RECONNECTING, most=20)
    await watched.clock.advance(60)
    assert watched.watch._api.meter.total - before <= 12
    state = watched.ear.state(Pane.LOG)
    assert state.retry_at is not None
    assert state.retry_at <= watched.clock.at + 60
    assert watched.ear.state(Pane.ITEMS).condition in {Condition.RECONNECTING, Condition.STALE}
    await origin.start()
    watched.watch.refresh()
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)


async def test_a_server_that_asks_to_wait_is_given_its_time(origin: Origin, start: Begin) -> None:
    """B10: Retry-After is honoured by a follower."""
    watched = await start(panes=(Pane.ITEMS,))
    await watched.until_state(Pane.ITEMS, Condition.LIVE)
    origin.answers[f"{RUN}/dataset"] = (429, {"type": "rate-limit-exceeded", "message": "Slow down"})
    await watched.until_state(Pane.ITEMS, Condition.RECONNECTING)
    refused = watched.clock.at
    origin.answers.clear()
    await watched.until_state(Pane.ITEMS, Condition.LIVE)
    assert watched.clock.at - refused >= 7
    assert watched.ear.state(Pane.RUN).condition is Condition.LIVE


async def test_a_page_of_a_captive_portal_is_trouble_with_the_link_not_an_empty_run(
    origin: Origin, start: Begin
) -> None:
    """B10: status 200 with HTML."""
    origin.answers[RUN] = (200, b"<html>Please accept our terms</html>")
    watched = await start()
    state = await watched.until_state(Pane.RUN, Condition.RECONNECTING)
    assert "Apify" in state.detail
    assert watched.ear.runs() == []


async def test_data_older_than_promised_is_called_stale_while_the_answer_is_still_awaited(
    origin: Origin, start: Begin
) -> None:
    watched = await start()
    await watched.until_state(Pane.RUN, Condition.LIVE)
    origin.hung.add(RUN)
    last = watched.ear.runs()[-1].at
    await watched.until_state(Pane.RUN, Condition.STALE, most=15)
    assert watched.ear.state(Pane.RUN).since == last
    assert (watched.clock.wall() - last).total_seconds() <= 8.75


@pytest.mark.parametrize("worker", ["run", "log", "items", "ticker", "head"])
async def test_a_killed_worker_is_shown_at_once_and_works_again_within_two_seconds(
    origin: Origin, start: Begin, worker: str
) -> None:
    """B15: shown within 1 s, restarted within 2 s."""
    watched = await start(panes=ALL)
    watched.breaks = True
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    killed = watched.watch._supervisor.task(worker)
    killed.cancel()
    await watched.until(
        lambda: Condition.TROUBLE in {one.condition for one in watched.watch.states.values()}, most=1
    )
    await watched.until(lambda: watched.watch._supervisor.task(worker) is not killed, most=2)
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    assert watched.watch.faults[-1].kind == "killed"


async def test_an_exception_in_a_worker_never_vanishes(
    origin: Origin, start: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B15: the class of the exception is told."""
    watched = await start()
    watched.breaks = True
    await watched.until_state(Pane.RUN, Condition.LIVE)
    monkeypatch.setattr(watched.watch._run, "saw", lambda document: 1 / 0)
    state = await watched.until_state(Pane.RUN, Condition.TROUBLE)
    assert "ZeroDivisionError" in state.detail
    monkeypatch.undo()
    await watched.until_state(Pane.RUN, Condition.LIVE)


async def test_an_older_answer_never_follows_the_answer_to_an_order(origin: Origin, start: Begin) -> None:
    """B16: an answer under way is older than the order."""
    origin.waits = True
    watched = await start()
    await watched.until(lambda: len(origin.asked_for(RUN)) == 2)
    origin.status = "ABORTING"
    watched.watch.saw(await watched.watch._api.run(RUN_ID))
    asked = len(origin.asked_for(RUN))
    await watched.until(lambda: len(origin.asked_for(RUN)) > asked, most=0.5)
    await watched.clock.advance(3)
    statuses = [one.run.view.status for one in watched.ear.runs()]
    assert statuses[-1] == "ABORTING"
    assert "RUNNING" not in statuses[statuses.index("ABORTING") :]


async def test_our_own_request_rate_is_told(origin: Origin, start: Begin) -> None:
    watched = await start(panes=ALL)
    await watched.until(lambda: any(isinstance(one, LinkMeasured) for one in watched.ear.events))
    told = [one for one in watched.ear.events if isinstance(one, LinkMeasured)]
    assert told[-1].answered
    assert told[-1].requests_per_second > 0


async def test_events_nobody_reads_fold_into_the_newest_of_each_kind(origin: Origin, start: Begin) -> None:
    watched = await start()
    await watched.until_state(Pane.RUN, Condition.LIVE)
    await watched.ear.stop_listening()
    for n in range(50):
        origin.write(b"line %d\n" % n)
        await watched.has_log()
    assert len(watched.watch._board._waiting) <= 1 + len(Pane) + 6


async def test_leaving_a_watch_leaves_no_task_behind(origin: Origin, start: Begin) -> None:
    watched = await start(panes=ALL)
    origin.faults.append(Fault("fin", 0))
    await watched.until_state(Pane.QUEUE, Condition.LIVE)
    await watched.watch.__aexit__(None, None, None)
    await watched.ear.stop()
    mine = [task for task in asyncio.all_tasks() if "runmon" in repr(task.get_coro())]
    assert mine == []


async def test_break_after_break_leaves_no_task_and_no_file_behind(origin: Origin, start: Begin) -> None:
    origin.log = b"a line\n" * 100
    watched = await start(panes=ALL)
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    before = (ours(origin), open_files())
    for kind in ("fin", "reset", "end", "status", "refuse", "corrupt") * 2:
        origin.faults.append(Fault(kind, 200))
        origin.cut_all()
        await watched.clock.advance(20)
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    await watched.until(lambda: ours(origin) <= before[0] and open_files() <= before[1])


def ours(origin: Origin) -> int:
    return len(asyncio.all_tasks() - origin.serving)


def open_files() -> int:
    return psutil.Process().num_fds()


async def test_an_hour_leaves_tasks_and_files_flat(origin: Origin, start: Begin) -> None:
    """B15: an hour of following, with a break in each part of it, keeps nothing."""
    origin.log = b"a line\n" * 100
    watched = await start(panes=ALL)
    for pane in Pane:
        await watched.until_state(pane, Condition.LIVE)
    await watched.clock.advance(60)
    before = (ours(origin), open_files())
    for kind in ("fin", "reset", "end", "status", "refuse", "hole"):
        origin.faults.append(Fault(kind, 200))
        origin.cut_all()
        await watched.clock.advance(600, turn_s=0)
        origin.write(b"news\n")
        await watched.has_log()
        for pane in Pane:
            await watched.until_state(pane, Condition.LIVE)
        await watched.until(lambda: ours(origin) <= before[0] and open_files() <= before[1], most=90)
