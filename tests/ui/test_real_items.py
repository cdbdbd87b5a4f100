"""Datasets that real crawlers left, in both dialects, as a person sees them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.storages import age
from tests.ui.test_items_pane import column, shown
from tests.watching import watching

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
DIALECTS = ["crawlee-js", "crawlee-python"]


def copied(name: str, place: Path) -> tuple[Path, list[dict[str, Any]]]:
    """A storage folder of a crawl that ended an hour ago, and its items."""
    folder = shutil.copytree(SAMPLES / name / "storage", place / "storage")
    paths = sorted((folder / "datasets" / "default").glob("0*.json"))
    return age(folder, 3600), [json.loads(path.read_text(encoding="utf-8")) for path in paths]


@pytest.mark.parametrize("name", DIALECTS)
async def test_every_item_of_a_crawl_is_a_row_with_its_url_and_failures_are_marked(
    tmp_path: Path, name: str
) -> None:
    folder, items = copied(name, tmp_path)
    async with watching(folder, size=(120, 44)) as run:
        await shown(run, "Product 9", "9.90 CZK", "SKU-0000", f"Dataset  {len(items)}", "complete")
        await run.until(lambda: len(column(run, 0)) == len(items))
        assert column(run, 0) == [str(number) for number in range(1, len(items) + 1)]
        assert column(run, 1) == [item["url"] for item in items]
        marked = [line.split()[1] for line in run.text().splitlines() if line.startswith("│✖")]
        assert marked == [str(at) for at, item in enumerate(items, 1) if item.get("#error")]


@pytest.mark.parametrize("name", DIALECTS)
async def test_columns_of_a_crawl_stand_as_first_met_and_hidden_ones_come_by_a_key(
    tmp_path: Path, name: str
) -> None:
    folder, items = copied(name, tmp_path)
    met = list(dict.fromkeys(field for item in items for field in item))
    plain = [field for field in met if not field.startswith("#")]
    async with watching(folder, size=(160, 44)) as run:
        await shown(run, "Product 9")

        def heads() -> list[str]:
            line = next(line for line in run.text().splitlines() if " # " in line)
            return [word for word in line.replace("│", " ").split() if word not in "#›"]

        assert heads() == plain
        await run.pilot.press("number_sign")
        await run.sees("#error", "#debug")
        assert heads()[: len(plain)] == plain
        assert {head.partition(".")[0] for head in heads()} == set(met)


@pytest.mark.parametrize("name", DIALECTS)
async def test_a_failed_item_of_a_crawl_opens_whole_with_its_reasons(tmp_path: Path, name: str) -> None:
    folder, items = copied(name, tmp_path)
    failed = next(at for at, item in enumerate(items) if item["url"].endswith("/broken"))
    async with watching(folder, size=(120, 44)) as run:
        await shown(run, "Product 9")
        await run.pilot.press(*("j" * failed), "enter")
        words = (f'"url": "{items[failed]["url"]}"', '"#error": true', '"errorMessages": [')
        await run.sees(f"Item {failed + 1}  of {len(items)}", *words)
        await run.pilot.press("Y")
        await run.until(lambda: run.pilot.app.clipboard)
        assert json.loads(run.pilot.app.clipboard) == items[failed]
