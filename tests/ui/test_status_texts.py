"""Status and usage in words: what was told, aligned, inside the width; nothing that was not told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from runmon.model.run import Run, RunOptions
from runmon.render.facts import Progress
from runmon.render.status_text import now_text, rows_text
from runmon.ui.widgets.usage_pane import bill_text

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STARTED = NOON - timedelta(minutes=30)


def test_a_bill_shows_total_limit_rate_and_aligned_rows() -> None:
    run = Run(
        started_at=STARTED,
        usage_total_usd=0.05,
        usage={"DATASET_WRITES": 1204, "ACTOR_COMPUTE_UNITS": 0.0138},
        usage_usd={"DATASET_WRITES": 0.006, "ACTOR_COMPUTE_UNITS": 0.044},
        options=RunOptions(max_total_charge_usd=5.0),
    )
    lines = bill_text(run, NOON, 40, has_token=True).plain.split("\n")
    assert lines[0] == "$0.0500 of $5.00  $0.1000/h"
    assert [line.split()[0] for line in lines[3:]] == ["compute", "dataset"]
    assert {len(line) for line in lines[3:]} == {40}


def test_no_name_of_a_kind_or_an_event_is_cut_however_narrow_the_pane() -> None:
    run = Run(
        started_at=STARTED,
        usage_total_usd=34.5,
        usage={"DATASET_WRITES": 33, "KEY_VALUE_STORE_WRITES": 1_234_567, "QUITE_A_NEW_KIND_OF_UNIT": 2},
        charged_event_counts={"apify-default-dataset-item": 31},
        options=RunOptions(max_total_charge_usd=2000.0),
    )
    for width in (20, 23, 29, 40):
        lines = bill_text(run, NOON, width, has_token=True).plain.split("\n")
        words = "".join(lines).replace(" ", "")
        assert max(map(len, lines)) <= width and "…" not in words
        assert "apify-default-dataset-item" in words and "recordwrites1\u202f234\u202f567" in words
    assert "dataset writes             33" in lines_at(run, 29)


def lines_at(run: Run, width: int) -> list[str]:
    return bill_text(run, NOON, width, has_token=True).plain.split("\n")


def test_without_a_token_the_cost_is_said_to_be_hidden() -> None:
    assert bill_text(Run(), NOON, 40, has_token=False).plain == "Cost is hidden without a token."


def test_a_share_above_the_limit_stays_inside_the_bar() -> None:
    run = Run(usage_total_usd=9.0, options=RunOptions(max_total_charge_usd=5.0))
    assert max(len(line) for line in bill_text(run, NOON, 30, has_token=True).plain.split("\n")) <= 30


def test_a_status_message_takes_at_most_three_lines_until_it_is_the_last_and_fires_no_markup() -> None:
    run = Run(status="RUNNING", status_message="[@click=app.leave]" + "word " * 100 + "\x1b[2J")
    text = now_text(run, None, 30)
    assert text.cell_len <= 90 and text.plain.startswith("[@click=app.leave]") and "\x1b" not in text.plain
    assert (
        "why-it-failed"
        in now_text(Run(status="FAILED", status_message="x " * 60 + "why-it-failed"), None, 30).plain
    )


def test_progress_fills_the_line_exactly() -> None:
    for done in (0, 1, 50, 99, 100):
        assert len(now_text(Run(), Progress(done, 100), 40).plain) == 40


def test_what_was_not_told_takes_no_line_and_long_values_take_several() -> None:
    text = rows_text([("exit code", "91 · the Actor's code raised (SDK code)"), ("web", "")], 34).plain
    assert text.split("\n") == ["exit code 91 · the Actor's code", "          raised (SDK code)"]
    address = "https://hg7ml7m8z78ycapeb.runs.apify.net/some/page"
    assert "".join(rows_text([("web", address)], 30).plain.split()) == "web" + address


def test_an_ended_run_without_a_message_waits_for_none() -> None:
    assert now_text(Run(status="FAILED"), None, 40).plain == "No status message."
