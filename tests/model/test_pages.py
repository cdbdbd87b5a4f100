"""Pages never show a row that is not the dataset's, never lose one, and stay within their budget."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model.asked import OVERHEAD, Span
from runmon.model.pages import Pages
from runmon.model.storages import ItemsPage


def dataset(count: int, *, width: int = 20) -> list[bytes]:
    return [b'{"n":%d,"x":"%s"}' % (n, b"y" * width) for n in range(count)]


def serve(items: list[bytes], span: Span, *, total: int | None = None) -> ItemsPage:
    part = items[span.first : span.end]
    told = len(items) if total is None else total
    return ItemsPage([msgspec.Raw(raw) for raw in part], span.first, len(part), told)


def read_window(pages: Pages, items: list[bytes], first: int, last: int, *, ahead: int = 0) -> int:
    """Ask until nothing is wanted; gives the number of requests."""
    requests = 0
    while (span := pages.want(first, last, ahead=ahead)) is not None:
        pages.asked(span)
        pages.answered(span, serve(items, span))
        requests += 1
        assert requests < 500
    return requests


def test_a_jump_to_the_last_row_of_a_million_is_one_request() -> None:
    pages = Pages()
    pages.grew(1_000_000)
    pages.answered(Span(0, 10), ItemsPage([msgspec.Raw(b"{}")] * 10, 0, 10, 1_000_000))
    span = pages.want(999_970, 999_999)
    assert span is not None
    rows = [msgspec.Raw(b'{"n":1}')] * span.length
    pages.answered(span, ItemsPage(rows, span.first, span.length, 1_000_000))
    assert pages.want(999_970, 999_999) is None
    assert pages.count == 1_000_000


@settings(deadline=None, max_examples=150)
@given(
    count=st.integers(0, 400),
    windows=st.lists(
        st.tuples(st.integers(0, 420), st.integers(1, 60), st.integers(0, 40)), min_size=1, max_size=12
    ),
    budget=st.sampled_from([2_000, 20_000, 1_000_000]),
    width=st.sampled_from([0, 30, 900]),
)
def test_every_row_that_is_shown_is_the_datasets_own(
    count: int, windows: list[tuple[int, int, int]], budget: int, width: int
) -> None:
    items = dataset(count, width=width)
    pages = Pages(budget=budget, request_bytes=8_000)
    pages.grew(count)
    for first, height, ahead in windows:
        read_window(pages, items, first, first + height - 1, ahead=ahead)
        for row, raw in pages.in_hand():
            assert bytes(raw) == items[row]
        assert pages.count == count
        assert pages.held == sum(len(bytes(raw)) + OVERHEAD for _, raw in pages.in_hand())


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(st.integers(0, 70), min_size=1, max_size=10), lag=st.integers(0, 30))
def test_a_growing_dataset_is_followed_to_its_end(steps: list[int], lag: int) -> None:
    items: list[bytes] = []
    pages = Pages()
    for step in steps:
        items = dataset(len(items) + step)
        pages.grew(max(0, len(items) - lag))
        end = pages.count
        while (span := pages.want(max(0, end - 20), end - 1, ahead=100)) is not None:
            pages.answered(span, serve(items, span, total=max(0, len(items) - lag)))
        assert len(items) - lag <= pages.count <= len(items)
        assert [bytes(raw) for row, raw in pages.in_hand() if row >= end - 20] == items[
            max(0, end - 20) : pages.seen
        ]


def test_the_oldest_rows_are_let_go_when_the_budget_is_spent() -> None:
    items = dataset(5_000, width=500)
    pages = Pages(budget=100_000)
    pages.grew(len(items))
    for first in range(0, 5_000, 40):
        read_window(pages, items, first, first + 39)
        assert pages.held <= 100_000 + 40 * 700
    assert pages.get(0) is None
    assert pages.get(4_999) is not None


def test_rows_under_way_are_not_asked_for_twice_until_the_request_fails() -> None:
    pages = Pages()
    pages.grew(50)
    span = pages.want(0, 30)
    assert span is not None
    pages.asked(span)
    assert pages.want(0, 30) is None
    pages.gave_up(span)
    assert pages.want(0, 30) == span


def test_an_answer_too_large_is_asked_for_in_halves_down_to_one_row() -> None:
    pages = Pages()
    pages.grew(50)
    lengths = []
    for _ in range(10):
        span = pages.want(0, 49)
        assert span is not None
        lengths.append(span.length)
        pages.gave_up(span, too_large=True)
    assert lengths[:3] == [50, 25, 12]
    assert lengths[-1] == 1


def test_big_items_are_asked_for_in_small_requests() -> None:
    items = dataset(300, width=100_000)
    pages = Pages(request_bytes=500_000)
    pages.grew(300)
    pages.answered(Span(0, 1), serve(items, Span(0, 1)))
    span = pages.want(100, 199)
    assert span is not None
    assert span.length <= 5


def test_a_count_ahead_of_the_items_is_settling_and_not_asked_for_in_a_circle() -> None:
    items = dataset(30)
    pages = Pages()
    pages.grew(36)
    span = pages.want(0, 35)
    assert span is not None
    pages.answered(span, serve(items, span, total=36))
    assert pages.want(0, 35) is None
    assert pages.settling
    pages.grew(37)
    assert pages.want(0, 36) == Span(30, 7)


def test_items_ahead_of_the_count_are_shown_and_called_settling() -> None:
    items = dataset(30)
    pages = Pages()
    pages.grew(20)
    span = pages.want(0, 19, ahead=40)
    assert span is not None
    pages.answered(span, serve(items, span, total=20))
    assert (pages.count, pages.settling) == (30, True)
    pages.grew(30)
    assert not pages.settling


def test_rows_that_a_server_counts_but_withholds_are_not_asked_for_again() -> None:
    pages = Pages()
    pages.grew(10)
    span = pages.want(0, 9)
    assert span is not None
    pages.answered(span, ItemsPage([msgspec.Raw(b"{}")] * 4, 0, 10, 10))
    assert pages.want(0, 9) is None
    withheld = pages.get(9)
    assert withheld is not None
    assert bytes(withheld) == b""


def test_a_negative_or_missing_count_says_nothing() -> None:
    pages = Pages()
    pages.grew(12)
    pages.grew(None)
    pages.grew(-3)
    assert pages.count == 12


def test_a_row_too_large_to_keep_is_noted_with_its_size() -> None:
    pages = Pages(row_limit=1_000)
    pages.grew(2)
    pages.answered(Span(0, 2), ItemsPage([msgspec.Raw(b"1"), msgspec.Raw(b'"%s"' % (b"x" * 2_000))], 0, 2, 2))
    assert pages.heavy == {1: 2_002}
    assert pages.held < 1_000
    assert pages.want(0, 1) is None
