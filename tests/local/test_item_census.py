"""Datasets of very many items: answered before they are counted, and right once they are."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local import item_census
from runmon.local.app import LocalPlatform
from runmon.local.dataset_store import DatasetStore
from runmon.local.item_census import end_of

Opened = Callable[[Iterable[int]], DatasetStore]
RESTS_LONG = 3600.0


@pytest.fixture(autouse=True)
def slow_count() -> Iterator[None]:
    """Every folder is too large for a glance, and counted to its end only for those who wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(item_census, "LOOK_S", 0.0)
        patch.setattr(item_census, "SLICE", 1)
        patch.setattr(item_census, "REST_S", RESTS_LONG)
        yield


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """`opened(numbers)`: the dataset of a folder that another program wrote."""
    found = []

    def store(numbers: Iterable[int]) -> DatasetStore:
        found.append(DatasetStore(wrote(tmp_path / "dataset", numbers), id="d"))
        return found[-1]

    yield store
    for each in found:
        each.count_all()


def wrote(place: Path, numbers: Iterable[int]) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (place / f"{number:09}.json").write_text(f'{{"n":{number}}}')
    return place


def shown(store: DatasetStore, offset: int = 0, limit: int | None = None, desc: bool = False) -> list[int]:
    return [json.loads(item)["n"] for item in store.scan(offset, limit, desc)]


def counting() -> bool:
    return any(thread.name == "count items" for thread in threading.enumerate())


def test_the_first_and_the_last_page_come_before_all_is_counted(opened: Opened) -> None:
    store = opened(range(1, 101))
    pages = shown(store, 0, 2), shown(store, 0, 2, desc=True), store.metadata()["itemCount"]
    assert (pages, counting()) == (([1, 2], [100, 99], 100), True)


def test_a_page_across_a_missing_number_holds_the_items_behind_it(opened: Opened) -> None:
    assert shown(opened({1, 2, 3, 4, 6, 7, 8, 9}), 2, 4) == [3, 4, 6, 7]


def test_what_is_written_while_it_counts_is_there_at_once(opened: Opened, tmp_path: Path) -> None:
    store = opened(range(1, 11))
    before = store.metadata()["itemCount"]
    wrote(tmp_path / "dataset", [11, 12])
    assert (before, store.metadata()["itemCount"], store.count_all()) == (10, 12, 12)


def test_items_go_behind_all_others_though_a_number_is_missing(opened: Opened) -> None:
    store = opened({*range(1, 40), *range(41, 60)})
    store.append([b'{"n":"new"}'])
    assert shown(store)[-2:] == [59, "new"]


def test_an_export_over_http_misses_nothing_behind_a_missing_number(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    there = {*range(1, 3000)} - {1025}
    wrote(tmp_path / "datasets" / "default", there)
    items = http.get(f"/v2/actor-runs/{platform.open(tmp_path)}/dataset/items").json()
    assert [item["n"] for item in items] == sorted(there)


@settings(max_examples=40, deadline=None)
@given(there=st.sets(st.integers(1, 40)), holes=st.sets(st.integers(1, 30), max_size=3))
def test_counted_whatever_is_missing_items_come_in_order(
    tmp_path_factory: pytest.TempPathFactory, there: set[int], holes: set[int]
) -> None:
    numbers = sorted((there | set(range(1, 30))) - holes)
    store = DatasetStore(wrote(tmp_path_factory.mktemp("some"), numbers), id="d", read_only=True)
    assert (store.count_all(), shown(store)) == (len(numbers), numbers)


@given(st.integers(0, 100_000))
def test_the_end_of_numbers_without_gaps_is_found_in_few_looks(last: int) -> None:
    looks: list[int] = []

    def exists(number: int) -> bool:
        looks.append(number)
        return number <= last

    assert end_of(exists) == last and len(looks) <= 40
