"""Rows that a server makes of items are read from either end, kept within bounds, and read again alike."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.asked import Span
from runmon.model.row_pages import RowPages
from runmon.model.storages import ItemsPage


class Server:
    """A dataset whose item n becomes `made[n]` rows named by item and place."""

    def __init__(self, made: list[int]) -> None:
        self.made, self.calls = made, 0

    def rows(self, offset: int, limit: int) -> list[str]:
        items = range(offset, min(offset + limit, len(self.made)))
        return [f"{n}.{place}" for n in items for place in range(self.made[n])]

    def answer(self, offset: int, limit: int) -> ItemsPage:
        self.calls += 1
        raws = [msgspec.Raw(f'"{row}"'.encode()) for row in self.rows(offset, limit)]
        scanned = max(min(limit, len(self.made) - offset), 0)
        return ItemsPage(raws, offset, scanned, len(self.made))

    def fill(self, pages: RowPages, first: int, last: int, ahead: int = 0) -> None:
        while (span := pages.want(first, last, ahead=ahead)) is not None:
            pages.asked(span)
            pages.answered(span, self.answer(*pages.place(span)))


def text(raw: msgspec.Raw | None) -> str:
    assert raw is not None
    return str(msgspec.json.decode(raw))


@given(st.lists(st.integers(0, 4), max_size=60), st.booleans(), st.integers(1, 40))
def test_every_row_has_its_place_from_either_end_and_can_be_read_again_by_itself(
    made: list[int], newest: bool, window: int
) -> None:
    server = Server(made)
    pages = RowPages(len(made), newest=newest, budget=400, request_bytes=60)
    wanted = server.rows(0, len(made))
    wanted = wanted[::-1] if newest else wanted
    top = 0
    while not pages.complete:
        server.fill(pages, top, top + window, ahead=window)
        top = pages.count
    assert pages.count == len(wanted) and pages.read == len(made)
    for row, name in enumerate(wanted):
        spot = pages.where(row)
        assert spot is not None
        assert server.rows(spot.offset, spot.limit)[spot.index] == name
        server.fill(pages, row, row)
        assert text(pages.get(row)) == name
    assert server.calls <= 2 * len(made) + len(wanted) + 1


def test_what_is_let_go_leaves_no_more_in_hand_than_the_budget_and_the_window() -> None:
    server = Server([1] * 4000)
    pages = RowPages(4000, budget=100_000, request_bytes=20_000)
    for top in range(0, 4000, 40):
        server.fill(pages, top, top + 39)
    assert pages.count == 4000
    assert 0 < len(list(pages.in_hand())) < 1500
    assert pages.get(0) is None and text(pages.get(3999)) == "3999.0"


def test_new_items_are_read_on_where_the_oldest_stands_first_and_left_aside_where_the_newest_does() -> None:
    server = Server([2] * 5)
    pages, newest = RowPages(5), RowPages(5, newest=True)
    for each in (pages, newest):
        server.fill(each, 0, 40)
    server.made += [3]
    for each in (pages, newest):
        each.grew(6)
        server.fill(each, 0, 40)
    assert pages.count == 13 and pages.items == 6
    assert newest.count == 10 and text(newest.get(0)) == "4.1"


@pytest.mark.parametrize("newest", [False, True])
def test_a_server_without_the_items_it_counted_is_not_asked_on_and_on(newest: bool) -> None:
    server = Server([1] * 3)
    pages = RowPages(10, newest=newest)
    server.fill(pages, 0, 40)
    assert pages.complete and server.calls <= 2


def test_too_large_an_answer_is_asked_for_in_halves() -> None:
    pages = RowPages(100)
    span = pages.want(0, 10)
    assert span == Span(0, 100)
    pages.asked(span)
    pages.gave_up(span, too_large=True)
    assert pages.want(0, 10) == Span(0, 50)
