"""Facts in words: progress, exit codes, memory, moments, states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model.run import PHASES, Phase, Run, RunStats
from runmon.model.storages import RequestQueue
from runmon.render.facts import (
    PHASE_SIGNS,
    Progress,
    coarse_span,
    elapsed_s,
    exit_words,
    memory_size,
    phase_sign,
    progress_in,
    progress_of,
    short_id,
    shortened,
    state_sign,
)
from runmon.watch.events import Condition, PaneState

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_progress_is_read_from_crawlees_status_message() -> None:
    said = "Crawled 148/612 pages, 3 failed requests, desired concurrency 12."
    assert progress_in(said) == Progress(151, 612, 3)


@pytest.mark.parametrize(
    "message", ["", "Starting", "on 2026/11/24 at noon", "9/3 of them", "v1/2/3", "0.5/1 GB"]
)
def test_other_messages_tell_no_progress(message: str) -> None:
    assert progress_in(message) is None


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_no_message_breaks_the_reading_of_progress(message: str) -> None:
    found = progress_in(message)
    assert found is None or 0.0 <= found.share <= 1.0


def test_a_queue_that_counts_below_zero_is_not_shown_below_zero() -> None:
    assert progress_of(RequestQueue(total_request_count=5, handled_request_count=-1)) == Progress(0, 5)


def test_every_phase_has_a_sign_of_its_own_but_for_the_two_of_which_nobody_knows() -> None:
    signs = {phase: sign.sign for phase, sign in PHASE_SIGNS.items()}
    assert signs.pop(Phase.ENDED) == signs[Phase.UNKNOWN] == "?"
    assert len(set(signs.values())) == len(signs) == len(Phase) - 1


@pytest.mark.parametrize("status", sorted(PHASES))
def test_every_documented_status_is_written_as_apify_writes_it(status: str) -> None:
    assert phase_sign(PHASES[status], status).word == status


def test_a_status_nobody_knows_is_shown_as_it_came() -> None:
    sign = phase_sign(Phase.UNKNOWN, "HIBERNATING")
    assert (sign.sign, sign.word) == ("?", "HIBERNATING")


@pytest.mark.parametrize("code", [0, 1, 91, 137, 143])
def test_common_exit_codes_are_explained(code: int) -> None:
    assert exit_words(code, Phase.FAILED)


def test_an_exit_code_without_a_meaning_gets_no_words() -> None:
    assert exit_words(42, Phase.FAILED) == ""


@pytest.mark.parametrize(("phase", "words"), [(Phase.ABORTED, "abort"), (Phase.TIMED_OUT, "time limit")])
def test_who_was_killed_by_its_ending_did_not_run_out_of_memory(phase: Phase, words: str) -> None:
    assert words in exit_words(137, phase) and "memory" not in exit_words(137, phase)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 MB"),
        (65_431_142, "62.4 MB"),
        (412 * 1_048_576, "412 MB"),
        (1_073_741_824, "1 GB"),
        (1.5 * 2**30, "1.50 GB"),
    ],
)
def test_memory_is_counted_as_apify_counts_it(size: float, words: str) -> None:
    assert memory_size(size) == words


@pytest.mark.parametrize(("seconds", "words"), [(45, "45 s"), (119, "119 s"), (800, "13 min"), (8000, "2 h")])
def test_the_window_of_a_chart_is_told_in_one_unit(seconds: float, words: str) -> None:
    assert coarse_span(seconds) == words


def test_a_reconnecting_pane_counts_down() -> None:
    state = PaneState(Condition.RECONNECTING, NOON, retry_at=104.2)
    assert state_sign(state, NOON, 100.0).word == "reconnecting in 4 s"


def test_a_stale_pane_says_since_when() -> None:
    assert state_sign(PaneState(Condition.STALE, NOON), NOON, 0.0).word == "stale since 12:00"


@pytest.mark.parametrize("condition", list(Condition))
def test_every_condition_has_a_sign_and_words(condition: Condition) -> None:
    said = state_sign(PaneState(condition), NOON, 0.0)
    assert said.sign and said.word and said.tone


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.integers(0, 60))
def test_a_shortened_text_fits(text: str, room: int) -> None:
    assert len(shortened(text, room)) <= max(room, 0) or len(text) <= room


def test_an_id_is_known_by_its_ends() -> None:
    assert short_id("HG7ML7M8z78YcAPEB") == "HG7M…PEB"


def test_the_last_message_of_a_crawl_tells_all_its_requests() -> None:
    said = "Finished! Total 40 requests: 37 succeeded, 3 failed."
    assert progress_in(said) == Progress(40, 40, 3)


def test_the_time_between_two_lives_of_a_run_is_not_counted() -> None:
    began = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    stats = RunStats(resurrect_count=1, run_time_secs=61.0)
    run = Run(status="SUCCEEDED", started_at=began, finished_at=began + timedelta(minutes=24), stats=stats)
    assert elapsed_s(run, began + timedelta(hours=1)) == 61.0
