"""JSON folds by its indentation, and every line knows where it stands and what it holds."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.render.json_lines import JsonLines

DOCUMENT = {"urls": [{"url": "http://shop/"}, {"url": "http://b/"}], "a key": {"n": 1.5}, "last": None}


def lines_of(value: Any) -> JsonLines:
    return JsonLines(msgspec.json.format(json.dumps(value).encode(), indent=2).split(b"\n"))


def shown(lines: JsonLines) -> list[str]:
    return [lines.text(n).plain for n in range(lines.line_count())]


def test_an_object_folds_into_its_first_line_and_back() -> None:
    lines = lines_of(DOCUMENT)
    whole = shown(lines)
    assert lines.toggle(1)
    assert shown(lines)[1:3] == ['  "urls": [ … ],  6 lines', '  "a key": {']
    assert lines.is_open(1) is False
    lines.toggle(1)
    assert shown(lines) == whole


def test_a_fold_inside_a_fold_stays_folded() -> None:
    lines = lines_of(DOCUMENT)
    lines.toggle(2)
    inner = shown(lines)
    lines.toggle(1)
    lines.toggle(1)
    assert shown(lines) == inner


def test_all_folds_and_unfolds_at_once() -> None:
    lines = lines_of(DOCUMENT)
    whole = shown(lines)
    lines.fold_all()
    assert len(shown(lines)) == 5
    lines.unfold_all()
    assert shown(lines) == whole


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        (3, "urls[0].url", "http://shop/"),
        (6, "urls[1].url", "http://b/"),
        (10, '["a key"].n', "1.5"),
        (12, "last", "null"),
    ],
)
def test_a_line_knows_its_path_and_its_value(line: int, path: str, value: str) -> None:
    lines = lines_of(DOCUMENT)
    assert (lines.path(line), lines.value(line)) == (path, value)


def test_the_value_of_an_object_is_the_whole_of_it() -> None:
    assert json.loads(lines_of(DOCUMENT).value(1)) == DOCUMENT["urls"]


def test_paths_are_right_below_a_fold() -> None:
    lines = lines_of(DOCUMENT)
    lines.toggle(1)
    assert lines.path(3) == '["a key"].n'


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab{}[]":,\n é', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab."', max_size=3), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=150)
@given(value=values, picks=st.lists(st.integers(0, 60), max_size=6))
def test_folding_hides_whole_values_only_and_loses_nothing(value: Any, picks: list[int]) -> None:
    lines = lines_of(value)
    whole = shown(lines)
    for pick in picks:
        if pick < lines.line_count():
            lines.toggle(pick)
        folded = shown(lines)
        assert lines.line_count() == len(folded) <= len(whole)
        if value not in ({}, []) and len(whole) > 1 and lines.is_open(0):
            assert folded[-1] == whole[-1]
    lines.unfold_all()
    assert shown(lines) == whole
    assert json.loads(lines.value(0)) == value if not isinstance(value, str) else lines.value(0) == value
