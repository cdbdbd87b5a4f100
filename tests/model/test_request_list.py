"""Requests as they are listed: counted, filtered, failed ones first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.request_list import Listed, RequestList, Wanted, listed, listed_head
from runmon.model.requests import HeadRequest, QueuedRequest, RequestState

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STATES = st.sampled_from(list(RequestState))
LISTED = st.builds(
    Listed, id=st.text(max_size=3), url=st.text("ab/", max_size=4), method=st.just("GET"),
    retries=st.integers(0, 3), state=STATES, label=st.sampled_from(["", "list", "product"]),
)  # fmt: skip


def test_a_lock_that_has_expired_is_none() -> None:
    held = QueuedRequest(id="a", lock_expires_at=NOW + timedelta(seconds=1))
    assert listed(held, NOW).state is RequestState.LOCKED
    late = listed(held, NOW + timedelta(seconds=2))
    assert late.state is RequestState.PENDING and late.at is None


@pytest.mark.parametrize(
    ("user_data", "errors", "retries", "state"),
    [
        ({"__crawlee": {"state": 5}}, ["e"], 1, RequestState.FAILED),
        ({"__crawlee": {"state": 6}}, None, 0, RequestState.FAILED),
        ({"__crawlee": {"state": 4}}, ["e"], 1, RequestState.HANDLED),
        ({}, ["e", "e"], 1, RequestState.FAILED),
        ({"__crawlee": 7}, [], 0, RequestState.HANDLED),
        ({"__crawlee": {"state": [5]}}, [], 0, RequestState.HANDLED),
    ],
)
def test_what_became_of_a_request_follows_from_either_dialect(
    user_data: dict[str, object], errors: list[str] | None, retries: int, state: RequestState
) -> None:
    request = QueuedRequest(user_data=user_data, error_messages=errors, retry_count=retries, handled_at=NOW)
    assert listed(request, NOW).state is state


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", "abcd"),
        ("failed", "b"),
        ("!failed", "acd"),
        ("state:pend", "a"),
        ("label:product", "bc"),
        ("label:", "bc"),
        ("error:TIMED", "b"),
        ("shop/1", "ab"),
        ("http://shop/12", "b"),
        ("shop !label:product", "ad"),
        ("nothing", ""),
    ],
)
def test_a_filter_takes_what_its_words_say(text: str, ids: str) -> None:
    requests = [
        Listed("a", "http://shop/1", "GET", 0, RequestState.PENDING),
        Listed("b", "http://shop/12", "GET", 3, RequestState.FAILED, "product", "timed out"),
        Listed("c", "http://shop/3", "GET", 0, RequestState.HANDLED, "product"),
        Listed("d", "http://shop/4", "POST", 0, RequestState.LOCKED),
    ]
    assert "".join(each.id for each in requests if Wanted.typed(text).takes(each)) == ids


@given(
    st.lists(st.lists(LISTED, max_size=8), max_size=5),
    st.sampled_from(["", "failed", "label:list a"]),
    st.booleans(),
)
def test_pages_in_slices_show_what_all_at_once_would(
    pages: list[list[Listed]], text: str, failed_first: bool
) -> None:
    wanted, found = Wanted.typed(text), RequestList()
    found.show(wanted, failed_first=failed_first)
    for page in pages:
        found.extend(page)
        while found.sort(most=3):
            pass
    everything = [each for page in pages for each in page]
    shown = [each for each in everything if wanted.takes(each)]
    if failed_first:
        shown.sort(key=lambda each: each.state is not RequestState.FAILED)
    assert list(found) == shown
    assert found.counts.total() == len(everything)
    assert found[: len(found)] == shown and (not shown or found[-1] == shown[-1])


def test_the_head_tells_no_state() -> None:
    assert listed_head(HeadRequest(id="a", url="u")).state is None
