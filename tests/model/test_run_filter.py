"""What a person types to see some runs only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import BadInput
from runmon.model.run import RunShort
from runmon.model.run_filter import parse
from runmon.model.run_list import ListedRun

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_run(status: str = "FAILED", hours: float = 1, actor: str = "shop-crawler") -> ListedRun:
    short = RunShort(id="HG7ML7M8z78YcAPEB", status=status, started_at=NOW - timedelta(hours=hours))
    return ListedRun(short, "apify", actor=actor)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", True), ("failed", True), ("FAILED", True), ("status:failed,aborted", True), ("bad", True),
        ("timed-out", False), ("timedout", False), ("active", False), ("!failed", False),
        ("!succeeded", True),
        ("status:active", False), ("shop", True), ("SHOP", True), ("hg7ml", True), ("password", True),
        ("!password", False), ("shop price", False), ("actor:crawler", True), ("actor:password", False),
        ("!actor:shop", False), ("since:2h", True), ("since:30m", False), ("until:30m", True),
        ("until:2h", False), ("failed since:1d shop !price", True), ("!", True), ("http://x", False),
    ],
)  # fmt: skip
def test_words_choose_runs(text: str, shown: bool) -> None:
    assert parse(text).shows(a_run(), "Login failed: wrong password", NOW) is shown


@pytest.mark.parametrize("text", ["since:soon", "since:", "until:5", "status:broken", "status:ok,failed"])
def test_what_means_nothing_is_refused_with_what_would(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text)

    assert "2h" in str(refused.value) or "succeeded" in str(refused.value)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_sentence(text: str) -> None:
    try:
        parse(text).shows(a_run(), "", NOW)
    except BadInput as refused:
        assert refused.hint


def test_an_empty_filter_is_no_filter() -> None:
    assert not parse("  ") and parse("x")
