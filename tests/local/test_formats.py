"""Items in seven formats, each read back by somebody else's reader."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform
from runmon.local.formats import FORMATS, Options
from runmon.local.selection import Selection

FEW = settings(max_examples=40, deadline=None)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
ITEMS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=6)


def written(name: str, found: list[Any], **options: Any) -> bytes:
    """Items in a format."""
    raw = [json.dumps(one).encode() for one in found]
    return b"".join(FORMATS[name].encode(lambda: iter(raw), Options(format=FORMATS[name], **options)))


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """A reference for the columns of an item: scalars under names such as `a/0/b`."""
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        return {name: value}
    found: dict[str, Any] = {}
    for key, one in inner:
        found |= flat(one, f"{name}/{key}" if name else str(key))
    return found


def shown(value: Any) -> str:
    """A scalar as a cell shows it."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def table(found: list[dict[str, Any]]) -> list[list[str]]:
    """A reference for a table of items."""
    rows = [flat(one) if one else {} for one in found]
    names = list(dict.fromkeys(name for row in rows for name in row))
    heading = [[name[:200] for name in names]] if names else []
    return heading + [[shown(row.get(name)) for name in names] for row in rows]


@FEW
@given(found=ITEMS)
def test_json_lines_and_json_hold_the_items(found: list[dict[str, Any]]) -> None:
    lines = written("jsonl", found).decode().split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == json.loads(written("json", found)) == found


def test_a_line_holds_an_item_that_was_stored_on_many() -> None:
    raw = b'{\n  "a": 1.0,\n  "b": "x\\ny"\n}'
    form = FORMATS["jsonl"]
    assert b"".join(form.encode(lambda: iter([raw]), Options(format=form))) == b'{"a":1.0,"b":"x\\ny"}\n'


@FEW
@given(found=ITEMS)
@example(found=[{"a": "x\r\ny", "b": 'q"q', "c": " ,;\t"}])
def test_csv_read_back_by_pythons_reader_is_the_table(found: list[dict[str, Any]]) -> None:
    text = written("csv", found).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [row for row in table(found) if row]


@FEW
@given(found=ITEMS, delimiter=st.sampled_from([";", "\t", "|"]))
def test_a_delimiter_of_ones_own_gives_the_same_table(found: list[dict[str, Any]], delimiter: str) -> None:
    usual = csv.reader(io.StringIO(written("csv", found).decode(), newline=""))
    own = csv.reader(
        io.StringIO(written("csv", found, delimiter=delimiter).decode(), newline=""), delimiter=delimiter
    )
    assert list(own) == list(usual)


def test_csv_has_a_byte_order_mark_and_a_heading_unless_told_otherwise() -> None:
    assert written("csv", [{"a": 1}], bom=True) == b"\xef\xbb\xbfa\n1\n"
    assert written("csv", [{"a": 1}], header=False) == b"1\n"


def test_numbers_in_a_table_are_written_as_they_were_sent() -> None:
    raw = b'{"a":1.0,"b":123456789012345678901234567890,"c":1E2,"d":true,"e":null,"f":{},"g":[]}'
    form = FORMATS["csv"]
    rows = b"".join(form.encode(lambda: iter([raw]), Options(format=form))).decode().splitlines()
    assert rows[1] == "1.0,123456789012345678901234567890,1E2,true,,{},[]"


def test_a_table_stops_at_2000_columns_and_200_characters() -> None:
    wide = {f"c{number}": number for number in range(2500)}
    rows = list(csv.reader(io.StringIO(written("csv", [wide | {"n" * 300: 1}, {"c0": 5}]).decode())))
    assert [len(row) for row in rows] == [2000, 2000, 2000]
    assert len(written("csv", [{"n" * 300: 1}]).splitlines()[0]) == 200


def test_wanted_fields_are_columns_in_that_order_even_when_absent() -> None:
    assert written("csv", [{"b": 1}, {"a": {"x": 2}}], order=("a", "gone", "b")) == b"a/x,gone,b\n,,1\n2,,\n"


@FEW
@given(found=ITEMS)
def test_html_parsed_by_lxml_is_the_table(found: list[dict[str, Any]]) -> None:
    from lxml import html

    tree = html.document_fromstring(written("html", found).decode())
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    expected = [[legal(cell) for cell in row] for row in table(found)]
    assert [[legal(cell) for cell in row] for row in rows] == expected


def legal(text: str) -> str:
    """Text without what HTML's parser changes (line ends and control characters)."""
    return "".join(letter for letter in text if letter.isprintable() and letter != "\ufffd")


def test_html_shows_markup_as_text() -> None:
    page = written("html", [{"<b>": "<script>alert(1)</script>"}], title="<i>")
    assert b"<script>" not in page and b"<b>" not in page and b"<i>" not in page


def tree(element: ElementTree.Element) -> list[Any]:
    """An element's children by name, or its text."""
    return [(child.tag, tree(child) if len(child) else child.text or "") for child in element]


@FEW
@given(found=ITEMS)
def test_any_item_is_xml_and_rss_that_a_parser_takes(found: list[dict[str, Any]]) -> None:
    assert [one.tag for one in ElementTree.fromstring(written("xml", found))] == ["item"] * len(found)
    assert len(ElementTree.fromstring(written("rss", found)).findall("channel/item")) == len(found)


def test_xml_repeats_the_element_of_an_array_and_nests_objects() -> None:
    item = {"a": [1.0, {"b": "x<&\r"}, [2, 3]], "e": [], "n": None, "1 #": True, "f": {"g": ""}}
    found = ElementTree.fromstring(written("xml", [item, {}], xml_root="data", xml_row="row 1"))
    assert (found.tag, [row.tag for row in found]) == ("data", ["row_1", "row_1"])
    assert tree(found[0]) == [
        ("a", "1.0"),
        ("a", [("b", "x<&\r")]),
        ("a", [("a", "2"), ("a", "3")]),
        ("e", ""),
        ("n", ""),
        ("_1__", "true"),
        ("f", [("g", "")]),
    ]


def test_rss_tells_the_title_and_description_it_was_given() -> None:
    feed = ElementTree.fromstring(
        written("rss", [{"title": "t"}], title="A & B", description="d", link="http://x/")
    )
    assert tree(feed) == [
        (
            "channel",
            [("title", "A & B"), ("link", "http://x/"), ("description", "d"), ("item", [("title", "t")])],
        )
    ]


def sheets(book: bytes) -> list[list[dict[str, tuple[str, str]]]]:
    """The sheets of a workbook: rows of cells by column letter, as (type, text)."""
    pack = zipfile.ZipFile(io.BytesIO(book))
    assert pack.testzip() is None
    names = sorted(name for name in pack.namelist() if name.startswith("xl/worksheets/sheet"))
    return [rows_of(ElementTree.fromstring(pack.read(name))) for name in names]


def rows_of(sheet: ElementTree.Element) -> list[dict[str, tuple[str, str]]]:
    """The cells of a sheet."""
    return [
        {
            str(cell.get("r")).rstrip("0123456789"): (cell.get("t") or "n", "".join(cell.itertext()))
            for cell in row.iter(f"{SHEET}c")
        }
        for row in sheet.iter(f"{SHEET}row")
    ]


def test_a_workbook_holds_types_and_neither_formulas_nor_links() -> None:
    item = {"t": "=1+1", "u": "http://x/", "n": 1.5, "b": True, "big": 2**60, "z": None, "o": {"k": "é"}}
    heading, row = sheets(written("xlsx", [item]))[0]
    assert [text for _, text in heading.values()] == ["t", "u", "n", "b", "big", "z", "o/k"]
    assert row == {
        "A": ("inlineStr", "=1+1"),
        "B": ("inlineStr", "http://x/"),
        "C": ("n", "1.5"),
        "D": ("b", "1"),
        "E": ("inlineStr", str(2**60)),
        "G": ("inlineStr", "é"),
    }


@FEW
@given(found=ITEMS)
def test_any_item_makes_a_workbook_with_a_row_each(found: list[dict[str, Any]]) -> None:
    rows = sheets(written("xlsx", found))[0]
    expected = [row for row in table(found) if any(row)]
    assert len(rows) == len(expected)


def test_a_workbook_goes_on_in_a_second_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runmon.local.workbook.MOST_ROWS", 11)
    first, second = sheets(written("xlsx", [{"n": number} for number in range(15)]))
    assert (len(first), len(second)) == (11, 6)
    assert second[1]["A"] == ("n", "10")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_served_with_its_type_and_on_wish_as_a_file(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path, name: str
) -> None:
    place = f"/v2/actor-runs/{platform.create(tmp_path / 'run')}/dataset/items"
    http.post(place, json=[{"a": 1}, {"a": 2}]).raise_for_status()
    answer = http.get(place, params={"format": name, "attachment": "1", "limit": "1"})
    assert answer.headers["content-type"] == FORMATS[name].content_type
    assert answer.headers["content-disposition"].endswith(f'.{name}"')
    assert answer.headers["x-apify-pagination-count"] == "1"


def test_an_empty_dataset_is_empty_in_each_format() -> None:
    assert written("json", []) == b"[]" and written("jsonl", []) == b"" == written("csv", [])
    assert len(ElementTree.fromstring(written("xml", []))) == 0
    assert sheets(written("xlsx", [])) == [[]]


def test_what_is_no_object_keeps_its_place() -> None:
    raw = [b"[1,2]", b'{"a":1}', b'"x"']
    for name in FORMATS:
        form = FORMATS[name]
        kept = Selection(skip_hidden=True).raw
        assert b"".join(form.encode(lambda kept=kept: kept(raw), Options(format=form)))  # type: ignore[misc]
    assert list(Selection(skip_hidden=True).raw(raw)) == raw
