"""Columns stand where they first stood, as wide as they first were, and never hide a value."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model.columns import MISSING, MOST_COLUMNS, USUAL_WIDTH, Column, Columns


def columns_of(*items: Any) -> Columns:
    columns = Columns(lambda value: len(str(value)), len)
    columns.see(items)
    return columns


def names(columns: Columns) -> list[str]:
    return [column.name for column in columns.shown()]


def test_fields_stand_in_the_order_in_which_they_were_first_met() -> None:
    columns = columns_of({"url": "u", "price": 1}, {"url": "u", "stock": True})
    columns.see([{"first": 1, "url": "u"}])
    assert names(columns) == ["url", "price", "stock", "first"]


def test_a_small_nested_object_is_shown_by_its_fields_side_by_side() -> None:
    columns = columns_of({"rating": {"value": 4.5}, "url": "u"}, {"rating": {"value": 4, "count": 3}})
    assert names(columns) == ["rating.value", "rating.count", "url"]


def test_a_large_or_deep_object_is_one_column_until_it_is_opened() -> None:
    item = {"seller": {"name": "n", "address": {"city": "c"}}, "url": "u"}
    columns = columns_of(item)
    assert names(columns) == ["seller", "url"]
    assert columns.open(columns.shown()[0], [item])
    assert names(columns) == ["seller.name", "seller.address", "url"]
    columns.close(columns.shown()[0])
    assert names(columns) == ["seller", "url"]


def test_a_field_that_is_an_object_here_and_a_word_there_loses_neither() -> None:
    columns = columns_of({"price": {"amount": 5}}, {"price": "sold out"})
    assert names(columns) == ["price.amount", "price"]


def test_debug_fields_come_last_and_only_when_asked_for() -> None:
    columns = columns_of({"#debug": {"retryCount": 1}, "url": "u"})
    assert names(columns) == ["url"]
    columns.show_debug = True
    assert names(columns) == ["url", "#debug.retryCount"]


def test_a_width_stays_when_longer_text_comes_and_grows_for_longer_numbers() -> None:
    columns = columns_of({"title": "short", "n": 1})
    columns.see([{"title": "a very much longer title", "n": 123_456}])
    assert columns.widths(columns.shown(), 0) == [5, 6]
    assert columns.widths(columns.shown(), 100) == [24, 6]


def test_long_text_is_limited_unless_there_is_room() -> None:
    columns = columns_of({"text": "x" * 80, "n": 1})
    assert columns.widths(columns.shown(), 0) == [USUAL_WIDTH, 3]
    assert columns.widths(columns.shown(), 60) == [53, 3]
    assert columns.widths(columns.shown(), 200) == [80, 3]


def test_a_null_is_none_and_an_absent_field_is_missing() -> None:
    column = Column(("a", "b"))
    assert column.of({"a": {"b": None}}) is None
    assert column.of({"a": {}}) is MISSING
    assert column.of([1]) is MISSING


def test_items_that_are_no_objects_make_one_column() -> None:
    columns = columns_of("text", 3)
    assert names(columns) == ["value"]
    assert columns.shown()[0].of("text") == "text"


def test_more_fields_than_anyone_reads_are_counted_and_left_out() -> None:
    columns = columns_of({f"field{n}": n for n in range(MOST_COLUMNS + 40)})
    assert len(columns.shown()) == MOST_COLUMNS
    assert columns.left_out == 40


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(batches=st.lists(st.lists(values, max_size=4), min_size=1, max_size=4))
def test_every_field_of_every_item_can_be_seen_in_some_column(batches: list[list[Any]]) -> None:
    columns = Columns(lambda value: len(str(value)), len)
    columns.show_debug = True
    order: list[str] = []
    for batch in batches:
        columns.see(batch)
        order = [name for name in order if name in names(columns)]
        assert [name for name in names(columns) if name in order] == order or not order
        order = names(columns)
    shown = columns.shown()
    for batch in batches:
        for item in batch:
            fields = item.keys() if isinstance(item, dict) else [None]
            for field in fields:
                if isinstance(item, dict) and item[field] in ({}, None):
                    continue
                assert any(
                    column.of(item) is not MISSING for column in shown if column.path[:1] in ((field,), ())
                )
