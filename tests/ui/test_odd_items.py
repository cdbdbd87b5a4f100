"""Items and records that no decoder likes: what is seen of them in table, detail and preview."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storages import age, storage
from tests.ui.test_items_pane import shown
from tests.watching import watching

FEW = settings(max_examples=8, deadline=None)
DEEP = b'{"a":' * 200 + b'"core"' + b"}" * 200
DEEPER = b'{"a":' * 5000 + b'"core"' + b"}" * 5000
WIDE = json.dumps({f"f{n}": n for n in range(2000)}).encode()
TWICE = b'{"a":"first","a":"second"}'
LARGE = b'{"n":9223372036854775807,"m":18446744073709551615,"k":-9007199254740993,"x":1.0,"y":1e400}'
NAN = b'{"n":NaN,"i":-Infinity}'
HALVES = b'{"\\udc00":"\\ud800","ok":"\\ud83d\\ude00"}'
LONG = b'{"n":' + b"7" * 5000 + b"}"

TABLE = {
    "nested 200 deep": (DEEP, ("{1}",), ('"a": {',)),
    "2,000 columns": (WIDE, ("f0", "f9"), ('"f0": 0',)),
    "duplicate keys": (TWICE, ("second",), ('"a": "first"', '"a": "second"')),
    "64-bit integers": (
        LARGE,
        ("9223372036854775807", "18446744073709551615", "-9007199254740993", "1.0", "1e400"),
        ('"n": 9223372036854775807', '"m": 18446744073709551615', '"x": 1.0', '"y": 1e400'),
    ),
    "5,000 digits": (LONG, ("77777…",), ("77777",)),
    "NaN": (NAN, ("NaN", "-Infinity"), ('"n": NaN', '"i": -Infinity', "not valid JSON")),
    "lone surrogates": (HALVES, ("\ufffd", "😀"), (r'"\udc00": "\ud800"',)),
}


@pytest.fixture
def as_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends whatever it has, NaN included; ours sends null instead."""
    monkeypatch.setattr("runmon.local.dataset_store.tidy", lambda raw: raw)


@pytest.mark.usefixtures("as_it_lies")
@pytest.mark.parametrize("name", TABLE)
async def test_an_odd_item_shows_in_the_table_and_whole_in_its_detail(tmp_path: Path, name: str) -> None:
    """C3, C5: depth, width, digits, NaN, duplicate keys, halves of characters."""
    raw, in_table, in_detail = TABLE[name]
    async with watching(storage(tmp_path / "s", raw_items=[raw, b'{"z":"after"}'])) as run:
        await shown(run, *in_table)
        await run.pilot.press("enter")
        await run.sees("Item 1  of 2", *in_detail)
        await run.pilot.press("right_square_bracket")
        await run.sees("Item 2  of 2", '"z": "after"')


@pytest.mark.parametrize("others", [[], [b'{"a": 7}', b"[1,2]"]])
async def test_an_item_that_is_not_json_is_marked_and_says_so(tmp_path: Path, others: list[bytes]) -> None:
    store = age(storage(tmp_path / "s", raw_items=[*others, b'{"a": 1, bro']), 60)
    async with watching(store) as run:
        file = f"{len(others) + 1:09}.json"
        await shown(run, "✖", f"not JSON: {file}")


@pytest.mark.parametrize("name", TABLE)
async def test_an_odd_record_is_previewed_and_opens_on_the_whole_screen(tmp_path: Path, name: str) -> None:
    """C3: depth, digits, NaN, duplicate keys, halves of characters in a record."""
    raw, _, words = TABLE[name]
    async with watching(storage(tmp_path / "s", records={"ODD.json": raw, "PLAIN.json": b"[1]"})) as run:
        await run.pilot.press("4")
        await run.sees("ODD", "PLAIN", words[0])
        await run.pilot.press("enter")
        await run.sees("ODD", *words)
        await run.pilot.press("G", "g", "minus", "plus", "escape")
        await run.until(lambda: run.screen is run.home)


async def test_a_record_nested_deeper_than_any_reader_goes_is_shown_as_it_is(tmp_path: Path) -> None:
    """C3: depth 5,000."""
    async with watching(storage(tmp_path / "s", records={"DEEP.json": DEEPER})) as run:
        await run.pilot.press("4")
        await run.sees("DEEP")
        await run.pilot.press("enter")
        await run.sees('{"a":{"a":', "nested too deep to be indented")


async def test_what_is_wrong_with_a_record_is_told_before_its_type_where_there_is_little_room(
    tmp_path: Path,
) -> None:
    async with watching(storage(tmp_path / "s", records={"NAN.json": NAN}), size=(60, 20)) as run:
        await run.pilot.press("4")
        await run.sees("NAN")
        await run.pilot.press("enter")
        await run.sees("not valid JSON: invalid character")
        await run.pilot.resize_terminal(140, 20)
        await run.sees("application/json", "not valid JSON: invalid character")


async def test_an_item_whose_file_is_broken_is_marked_and_tells_which_file(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", raw_items=[b'{"a":', b'{"a":1}'])) as run:
        await shown(run, "✖   1")
        await run.pilot.press("enter")
        await run.sees('"#unreadable": "000000001.json"')


async def test_a_field_called_by_a_blank_has_a_head_that_shows(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", raw_items=[b'{" ":1,"":2}'])) as run:
        await shown(run, '" "', '""')


async def test_the_innermost_value_of_200_levels_is_found_and_brought_into_sight(tmp_path: Path) -> None:
    """C3: depth."""
    async with watching(storage(tmp_path / "s", raw_items=[DEEP]), size=(80, 24)) as run:
        await shown(run, "{1}")
        await run.pilot.press("enter")
        await run.sees("Item 1")
        await run.pilot.press("slash", *"core", "enter")
        await run.sees('"a": "core"')
        await run.pilot.press("y")
        await run.until(lambda: run.pilot.app.clipboard == "core")


async def test_the_last_of_2000_columns_is_a_key_away_and_the_last_field_too(tmp_path: Path) -> None:
    """C5: more columns than any screen has."""
    async with watching(storage(tmp_path / "s", raw_items=[WIDE]), size=(80, 24)) as run:
        await shown(run, "f0")
        await run.pilot.press("dollar_sign")
        await run.sees("f1999", "1999")
        await run.pilot.press("0")
        await run.sees("f0 ", "f1 ")
        await run.pilot.press("enter", "G")
        await run.sees('"f1999": 1999')


SCALARS = st.integers(-(2**63), 2**64) | st.booleans() | st.none() | st.floats() | st.text(max_size=8)
VALUES = (
    SCALARS
    | st.lists(SCALARS, max_size=3)
    | st.dictionaries(st.text("abc", min_size=1, max_size=2), SCALARS, min_size=1, max_size=3)
)


def expected(value: Any) -> str | None:
    """What a cell has to show of a value; None for texts, of which it is enough that they harm nothing."""
    if isinstance(value, str):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return f"[{len(value)}]" if isinstance(value, list) else f"{{{len(value)}}}"
    return "·" if value is None else json.dumps(value)


@FEW
@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_any_value_shows_as_what_it_is_beside_the_number_of_its_item(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    """C3: whatever comes."""

    values = ["a text, so that objects do not open into columns", *values]

    async def seen() -> list[str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("runmon.local.dataset_store.tidy", lambda raw: raw)
            items = [{"end": "|", "v": value} for value in values]
            folder = storage(tmp_path_factory.mktemp("odd") / "s", items=items)
            async with watching(folder, size=(100, 30)) as run:
                await shown(run, f"Dataset  {len(values)}", "|")
                return [line for line in run.text().splitlines() if re.search(r"^│▌? +\d+  \|", line)]

    rows = asyncio.run(seen())
    assert len(rows) == len(values)
    for row, value in zip(rows, values, strict=True):
        found = row.strip("│▌ ▐").partition("|")[2].strip()
        assert expected(value) in {None, found}
        assert all(unicodedata.category(letter) not in {"Cc", "Cs"} for letter in row)
