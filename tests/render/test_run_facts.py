"""Facts of a run as rows, and the page that shows it; what was not told takes no row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runmon.model.document import read
from runmon.model.run import Run, RunOptions, RunStats
from runmon.render.run_facts import console, moment, oddities, outcome, page_of, state, times, upsets, where
from runmon.settings import APIFY

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_times_are_told_exactly_and_in_words_and_how_long_is_left() -> None:
    run = Run(status="RUNNING", started_at=NOON - timedelta(minutes=5), options=RunOptions(timeout_secs=3600))
    assert dict(times(run, NOON)) == {
        "elapsed": "00:05:00",
        "left": "00:55:00 of 1 h",
        "started": "11:55:00 · 5 min ago",
        "finished": "",
    }
    assert moment(NOON - timedelta(days=2), NOON) == "2026-11-22 12:00:00"
    assert dict(times(run, NOON + timedelta(hours=2)))["left"] == "past its time limit"


@pytest.mark.parametrize(
    ("server", "link"),
    [
        (APIFY, "https://console.apify.com/actors/runs/HG7M"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v2/actor-runs/HG7M"),
        ("", "HG7M"),
    ],
)
def test_a_run_is_found_again_by_its_page_its_address_or_its_id(server: str, link: str) -> None:
    assert where(Run(id="HG7M"), server)[0] == link


def test_every_upset_is_counted() -> None:
    stats = RunStats(migration_count=1, reboot_count=2, resurrect_count=0)
    assert upsets(Run(stats=stats, metamorphs=[{}])) == [
        ("migrated", "once"),
        ("rebooted", "2 times"),
        ("metamorph", "once"),
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "0 · success"),
        (91, "91 · the Actor's code raised (SDK code)"),
        (137, "137 · killed; often out of memory"),
        (138, "138 · ended by signal 10"),
        (42, "42"),
    ],
)
def test_an_exit_code_is_explained_as_far_as_anybody_can_know(code: int, words: str) -> None:
    assert outcome(Run(exit_code=code)) == [("exit code", words)]


def test_what_is_not_known_yet_is_shown_and_not_hidden() -> None:
    document = read(b'{"id": "x", "status": "FROZEN", "new": {"a": 1}, "stats": {"gpu": 2.5}}', Run)
    assert oddities(document) == [("also", "new {1}"), ("also", "stats.gpu 2.5")]
    assert state(document.view) == [("status", "FROZEN · not known to this version of runmon")]


def test_the_page_of_a_run_is_console_or_what_its_container_serves_and_nothing_else() -> None:
    assert page_of(Run(id="HG7M"), APIFY) == "https://console.apify.com/actors/runs/HG7M"
    other = "http://127.0.0.1:8000"
    assert page_of(Run(id="x", container_url="http://127.0.0.1:9000"), other) == "http://127.0.0.1:9000"
    assert page_of(Run(id="x", container_url="file:///etc/passwd"), other) == ""
    assert console(Run(id="x"), other) == []
    assert console(Run(id="HG7M"), APIFY) == [("console", "https://console.apify.com/actors/runs/HG7M")]
