"""A cell tells its type at a glance and never takes more room than it has."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from runmon.model.columns import MISSING
from runmon.model.values import Broken, Number
from runmon.render.cells import Cell, cell, cut, fitted, middle_cut


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("kettle", Cell("kettle")),
        ("", Cell('""', "faint")),
        (Number("12.90"), Cell("12.90", "number", True)),
        (42, Cell("42", "number", True)),
        (True, Cell("true")),
        (False, Cell("false", "quiet")),
        (None, Cell("·", "faint")),
        (MISSING, Cell("")),
        ([1, 2, 3], Cell("[3]", "quiet")),
        ({"a": 1}, Cell("{1}", "quiet")),
        (Broken("{oops"), Cell("{oops", "bad")),
    ],
)
def test_a_value_is_shown_by_its_type(value: object, shown: Cell) -> None:
    assert cell(value) == shown


def test_a_long_key_keeps_its_end() -> None:
    assert middle_cut("ERROR_SNAPSHOT_a04b9f1ed67bc5ad596f9ac43d25a7_No-price", 20) == "ERROR_SNAPSHO…-price"


@given(text=st.text(st.characters(exclude_categories=["C", "M", "Z"]), max_size=60), room=st.integers(0, 40))
def test_a_fitted_text_takes_exactly_its_room(text: str, room: int) -> None:
    assert cell_len(fitted(text, room)) == room
    assert cell_len(cut(text, room)) <= room


@given(st.text(max_size=400))
def test_no_text_reaches_a_cell_with_a_control_character(text: str) -> None:
    assert not {unicodedata.category(char) for char in cell(text).text} & {"Cc", "Cf", "Cs"}
