"""Filters keep what a person asked for and nothing else, however odd the items are."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.errors import BadInput
from runmon.model.columns import MISSING
from runmon.model.item_filter import equals, item_filter
from runmon.model.item_order import order_key, ordered
from runmon.model.values import decode, is_number, plain_text

KETTLE = {
    "title": "Blue Kettle",
    "price": 12.9,
    "id": 9007199254740993,
    "tags": ["new", "Hot"],
    "offers": [{"price": 5}],
    "seller": {"name": "Ann", "city": None},
    "a.b": "dotted",
    "note": "",
    "stock": True,
    "#error": False,
}


@pytest.mark.parametrize(
    "wanted",
    [
        "kettle", "Kettle", "blue && ann", "price > 12", "price >= 12.9", "price = 12.90", "price != 13",
        "id = 9007199254740993", "id > 9007199254740992", "tags ~ hot", "offers.0.price = 5",
        "seller.name = Ann", "a.b = dotted", "seller.city is null", "note is empty", "gone is missing",
        "gone is empty", "gone != 5", "title is not missing", "title is text", "price is number",
        "tags is list", "seller is object", "stock = true", "stock is true", '"#error" = false',
        "#error = false", "title > Apple", "!red", "!price < 5", "title !~ red", "seller ~ ann",
        '"12.9"', '!title = "a && b"', 'title = "Blue Kettle" && price > 1',
        "blue & !red & price > 5", 'title ~ blue & "#error" = false', '!"blue & kettle"',
    ],
)  # fmt: skip
def test_an_item_is_kept(wanted: str) -> None:
    assert item_filter(wanted)(decode(json.dumps(KETTLE).encode()))


@pytest.mark.parametrize(
    "wanted",
    [
        "KETTLE", "red", "price > 12.9", "price < a", "title > 5", "id = 9007199254740992",
        "id > 9007199254740993", "tags ~ Cold", "gone = 5", "gone < 5", "price is missing",
        "title is empty", "stock = false", "seller.city is missing", "blue && red", "!kettle",
        "offers.7.price = 5", "blue & red", "title = Blue Kettle & price > 99", '"blue & kettle"',
    ],
)  # fmt: skip
def test_an_item_is_left_out(wanted: str) -> None:
    assert not item_filter(wanted)(decode(json.dumps(KETTLE).encode()))


@pytest.mark.parametrize(
    "wanted", ["", "  ", "!", "a && ", "a & ", "a & & b", "price is purple", "price >", "a && !price ="]
)
def test_what_cannot_be_read_is_a_sentence(wanted: str) -> None:
    with pytest.raises(BadInput, match=r"[A-Z].*\."):
        item_filter(wanted)


texts = st.text(max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
names = st.text(min_size=1, max_size=6).filter(lambda name: name.strip() == name)


@given(names, json_values, st.lists(json_values, max_size=4))
def test_the_filter_of_a_value_keeps_it_and_no_other(name: str, value: Any, others: list[Any]) -> None:
    wanted = decode(json.dumps(value).encode())
    keeps = item_filter(equals((name,), wanted))
    assert keeps({name: wanted})
    for other in others:
        found = decode(json.dumps(other).encode())
        if plain_text(found) != plain_text(wanted) and not (is_number(found) and is_number(wanted)):
            assert not keeps({name: found})


@given(st.lists(st.one_of(st.integers(-(2**90), 2**90), st.floats()), max_size=20), st.booleans())
def test_numbers_stand_in_their_true_order(numbers: list[int | float], descending: bool) -> None:
    found = ordered(range(len(numbers)), [order_key(n) for n in numbers], descending=descending)
    finite = [numbers[place] for place in found if not math.isnan(numbers[place])]
    plain = [n for n in numbers if not math.isnan(n)]
    assert finite == sorted(plain, reverse=descending)
    assert sorted(found) == list(range(len(numbers)))


@given(st.lists(st.one_of(st.none(), st.just(MISSING), texts), max_size=20), st.booleans())
def test_texts_stand_in_order_and_nothing_comes_last(values: list[Any], descending: bool) -> None:
    found = ordered(range(len(values)), [order_key(v) for v in values], descending=descending)
    held = [place for place, value in enumerate(values) if isinstance(value, str)]
    rest = [place for place, value in enumerate(values) if not isinstance(value, str)]
    by_text = sorted(
        held, key=lambda place: values[place].encode("utf-8", "surrogatepass"), reverse=descending
    )
    assert list(found) == by_text + rest
