"""Lists with NaN or nested by the thousand are cut into what was sent; what broke off is none."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runmon.api import wire
from runmon.api.loose_json import loose_elements
from runmon.errors import NotApify

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\a[]{},', max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000


@given(st.lists(VALUES, min_size=1, max_size=5), st.sampled_from([None, 1]))
@example(['",]["', {"a,": "\\"}], None)
def test_the_elements_of_any_list_are_those_that_were_sent(values: list[Any], indent: int | None) -> None:
    body = json.dumps(values, indent=indent).encode()
    found = loose_elements(body)
    assert found is not None
    assert [json.dumps(json.loads(each)) for each in found] == [json.dumps(value) for value in values]
    assert all(each in body for each in found)


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_list_that_broke_off_is_none(values: list[Any]) -> None:
    body = json.dumps(values).encode()
    assert [at for at in range(len(body)) if loose_elements(body[:at]) is not None] == []


@pytest.mark.parametrize("body", [b"[NaN,]", b"[,1]", b"[NaN] x", b"<html>[1]</html>", b'{"a":NaN}', b"[x]"])
def test_what_is_no_list_is_not_taken_for_one(body: bytes) -> None:
    with pytest.raises(NotApify):
        wire.elements(body, "items")


def test_a_page_with_a_value_that_no_decoder_likes_is_read() -> None:
    """C3: NaN, and nesting past any decoder's limit."""
    found = wire.elements(b'[{"n":NaN},\n' + DEEP + b"]", "items")
    assert [bytes(each) for each in found] == [b'{"n":NaN}', DEEP]
    assert isinstance(found[0], msgspec.Raw)
