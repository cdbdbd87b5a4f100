"""Frequencies and descriptions are what counting by hand gives, and their memory has a bound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.columns import MISSING
from runmon.model.distinct import ERROR, Distinct, Pool, hash_of
from runmon.model.field_facts import Description
from runmon.model.frequency import LONGEST, Frequency
from runmon.model.item_filter import item_filter
from runmon.model.values import decode

values = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b", "1", "null"]),
                   st.lists(st.integers(0, 1), max_size=2), st.just({"x": 1}))  # fmt: skip
items = st.lists(st.dictionaries(st.sampled_from(["a", "b.c", "#d"]), values, max_size=3), max_size=30)


@given(items)
def test_a_frequency_is_a_count_of_each_value(made: list[dict[str, Any]]) -> None:
    found = Frequency(("a",))
    found.take(decode(json.dumps(item).encode()) for item in made)
    counted = Counter(json.dumps(item["a"]) if "a" in item else "MISSING" for item in made)
    told = {"MISSING" if t.value is MISSING else json.dumps(t.value): t.count for t in found.tallies()}
    assert told == counted
    assert [t.count for t in found.tallies()] == sorted(counted.values(), reverse=True)
    assert found.total == len(made)


@given(items)
def test_the_filter_of_a_counted_value_finds_as_many_items(made: list[dict[str, Any]]) -> None:
    found = Frequency(("a",))
    found.take(made)
    for tally in found.tallies():
        keeps = item_filter(found.filter_of(tally))
        as_text = isinstance(tally.value, str)
        alike = [item for item in made if keeps(item) and isinstance(item.get("a"), str) is as_text]
        assert len(alike) == tally.count


def test_values_beyond_the_bound_are_counted_together() -> None:
    found = Frequency(("n",), most_values=10)
    found.take({"n": n % 20} for n in range(200))
    assert len(found.tallies()) == 10
    assert found.others == 100
    assert found.total == 200


def test_a_value_too_long_to_keep_is_still_told_apart_and_found() -> None:
    found = Frequency(("t",))
    long = "x" * (LONGEST + 1)
    found.take([{"t": long + "1"}, {"t": long + "2"}, {"t": long + "1"}])
    first, second = found.tallies()
    assert (first.count, second.count) == (2, 1)
    assert len(first.value) == 200
    assert item_filter(found.filter_of(first))({"t": long + "1"})


@given(items)
def test_a_description_is_what_counting_by_hand_gives(made: list[dict[str, Any]]) -> None:
    found = Description()
    found.take(enumerate(made))
    named = {facts.path[0]: facts for facts in found.snapshot()[1]}
    assert set(named) == {name for item in made for name in item}
    for name, facts in named.items():
        held = [item[name] for item in made if name in item]
        numbers = [v for v in held if isinstance(v, int) and not isinstance(v, bool)]
        assert facts.present == len(held)
        assert facts.empty == sum(v in (None, "", [], {}) and v is not False and v != 0 for v in held)
        assert (facts.least, facts.most) == (min(numbers, default=None), max(numbers, default=None))
        assert facts.longest == max((len(v) for v in held if isinstance(v, str | list)), default=0)
        assert sum(facts.types.values()) == len(held)
        filled = {repr((type(v), v)) for v in held if v not in (None, "", [], {}) or v is False or v == 0}
        assert (facts.different, facts.estimated) == (len(filled), False)


def test_opened_objects_are_described_by_their_fields() -> None:
    found = Description({("a",)})
    found.take([(0, {"a": {"b": 1, "c": {"d": 2}}, "e": {"f": 3}})])
    assert [facts.path for facts in found.snapshot()[1]] == [("a", "b"), ("a", "c"), ("e",)]


def test_fifty_thousand_different_values_are_counted_exactly() -> None:
    found = Description()
    found.take((n, {"title": f"title {n}"}) for n in range(50_000))
    facts = found.snapshot()[1][0]
    assert (facts.different, facts.estimated) == (50_000, False)


@pytest.mark.parametrize("count", [100, 5_000, 40_000, 200_000])
def test_estimates_are_within_their_error_at_any_size(count: int) -> None:
    found = Distinct(most=10)
    for number in range(count):
        found.take(hash_of(f"value {number}"))
    assert not found.exact
    assert abs(found.count - count) <= count * ERROR


def test_the_count_of_different_values_is_the_same_in_every_process() -> None:
    counting = (
        "from runmon.model.distinct import Distinct, hash_of\n"
        "found = Distinct(most=10)\n"
        "for n in range(3000): found.take(hash_of(f'title {n}'))\n"
        "print(found.count)"
    )
    told = {
        subprocess.run([sys.executable, "-c", counting], env=os.environ | {"PYTHONHASHSEED": seed},
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(told) == 1


def test_an_estimate_never_exceeds_what_is_filled_and_says_where_it_could_be_all_of_it() -> None:
    for offset in range(5):
        found = Description()
        found._pool = Pool(1000)
        found.take((n, {"id": f"{offset} {n}", "half": n // 2}) for n in range(4000))
        named = {facts.path[0]: facts for facts in found.snapshot()[1]}
        assert named["id"].different <= 4000
        assert named["id"].all_differ
        assert named["half"].estimated
        assert not named["half"].all_differ


def test_a_snapshot_stays_as_it_was_while_more_is_counted() -> None:
    found = Description()
    found.take([(0, {"a": 1})])
    total, (facts,) = found.snapshot()
    found.take((n, {"a": n}) for n in range(1, 50))
    assert (total, facts.present, facts.different, facts.types) == (1, 1, 1, {"number": 1})
