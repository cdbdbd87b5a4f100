"""Runs of several places in one list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from runmon.model.run import Run, RunShort
from runmon.model.run_list import RunList

START = datetime(2026, 11, 25, 12, tzinfo=UTC)


def short(run_id: str, status: str = "RUNNING", minutes: int = 0) -> RunShort:
    return RunShort(id=run_id, status=status, act_id="act", started_at=START + timedelta(minutes=minutes))


def test_runs_come_newest_first_and_each_once() -> None:
    runs = RunList()
    runs.take([short("a"), short("b", minutes=5)], "apify")

    assert not runs.take([short("a"), short("b", minutes=5)], "apify")
    assert runs.take([short("c", minutes=9), RunShort(id="x"), RunShort()], "apify")
    assert [run.id for run in runs] == ["c", "b", "a", "x"]


def test_what_was_read_of_a_run_is_kept_until_its_status_changes() -> None:
    runs = RunList()
    runs.take([short("a")], "apify")
    runs.learn("a", run=Run(id="a", status="RUNNING"), error="boom", items=5)
    runs.take([short("a")], "apify")
    kept = runs.get("a")
    assert kept is not None and kept.run is not None and kept.error == "boom"

    runs.take([short("a", "FAILED")], "apify")
    changed = runs.get("a")
    assert changed is not None and changed.run is None and changed.error is None and changed.items == 5


def test_a_whole_run_is_newer_than_the_list() -> None:
    runs = RunList()
    runs.take([short("a")], "apify")
    runs.saw(Run(id="a", status="ABORTING", usage_total_usd=0.5, started_at=START))

    seen = runs.get("a")
    assert seen is not None and seen.short.status == "ABORTING" and seen.cost == 0.5


def test_the_account_goes_before_the_folder_of_the_same_run() -> None:
    runs = RunList()
    runs.take([short("a")], "here", read_only=True)
    runs.take([short("a")], "server")
    runs.take([short("a", "FAILED")], "here", read_only=True)

    only = runs.get("a")
    assert only is not None and (only.place, only.read_only, only.short.status) == (
        "server",
        False,
        "RUNNING",
    )


def test_an_actor_is_named_once_for_all_its_runs() -> None:
    runs = RunList()
    runs.take([short("a")], "apify")
    assert not runs.knows_actor("act")
    runs.named("act", "shop")
    runs.take([short("b")], "apify")

    assert [run.name for run in runs] == ["shop", "shop"] and runs.knows_actor("act")
