"""CSV of any items: Python's reader finds every cell again, and none that a spreadsheet would run."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.export.chosen import save_chosen
from runmon.export.item_pages import Wanted
from runmon.export.items import save
from runmon.export.saving import Folder
from runmon.local.app import LocalPlatform
from runmon.model.storages import Place

FEW = settings(max_examples=40, deadline=None)
ODD = st.text(st.sampled_from("=+-@\t\r\n\",' ;a1.eé\u2028"), max_size=6)
NAMES = st.text(st.sampled_from("=+-@\t\r\n\",' ;a#é"), min_size=1, max_size=5)
VALUES = ODD | st.integers() | st.booleans() | st.none() | st.dictionaries(NAMES, ODD, min_size=1, max_size=2)
ITEMS = st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=5)
ONE_LINE_EACH: list[dict[str, Any]] = [{"a\rb": "x\ry", "=c,d": '"q"'}, {"a\rb": "\r", "=c,d": "-1"}]
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(cell: str) -> str:
    """A cell as it is to come: with an apostrophe where a spreadsheet would run it."""
    return f"'{cell}" if cell[:1] in tuple("=+-@\t\r") and not NUMBER.fullmatch(cell) else cell


def told(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def flat(item: dict[str, Any]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, value in item.items():
        inner = {f"{name}/{key}": one for key, one in value.items()} if isinstance(value, dict) else None
        cells |= {name: told(value)} if inner is None else inner
    return cells


def table(items: list[dict[str, Any]]) -> list[list[str]]:
    rows = [flat(item) for item in items]
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([row.get(name, "") for name in names] for row in rows)]
    return [[harmless(cell) for cell in row] for row in cells]


def read(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[LocalPlatform, httpx.Client]]:
    """A platform, and a client that may write to it."""
    with LocalPlatform() as platform:
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as client:
            yield platform, client


@FEW
@given(items=ITEMS)
@example(items=ONE_LINE_EACH)
def test_csv_from_the_local_platform_is_the_table_with_harmless_cells(
    served: tuple[LocalPlatform, httpx.Client],
    tmp_path_factory: pytest.TempPathFactory,
    items: list[dict[str, Any]],
) -> None:
    """C4: formulas in names and values, among everything that could break a line."""
    platform, client = served
    run = platform.create(tmp_path_factory.mktemp("run"))
    client.post(f"/v2/actor-runs/{run}/dataset/items", json=items).raise_for_status()
    place = tmp_path_factory.mktemp("out")

    async def exported() -> None:
        async with Api(address(platform.url), Token(platform.token)) as api:
            with Folder(place) as folder:
                await save(api, Place.below(run), Wanted("csv"), folder, "a.csv", lambda _: None)

    asyncio.run(exported())
    assert read(place / "a.csv") == table(items)


@FEW
@given(items=ITEMS)
@example(items=ONE_LINE_EACH)
def test_csv_of_chosen_items_is_the_table_with_harmless_cells(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, Any]]
) -> None:
    """C4: as above, of items that are written here."""
    place, raws = tmp_path_factory.mktemp("out"), [msgspec.Raw(json.dumps(item).encode()) for item in items]

    async def exported() -> None:
        with Folder(place) as folder:
            await save_chosen(
                cast(Api, None), Place.by_id("d"), range(len(raws)), raws.__getitem__, "csv", folder, "a.csv",
                lambda _: None,
            )  # fmt: skip

    asyncio.run(exported())
    assert read(place / "a.csv") == table(items)
