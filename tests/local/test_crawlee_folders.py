"""Crawlee for Python writes a folder while we read it: every item, record and request with its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crawlee import Request
from crawlee.configuration import Configuration
from crawlee.storage_clients import FileSystemStorageClient
from crawlee.storages import Dataset, KeyValueStore, RequestQueue

from runmon.local.dataset_store import DatasetStore
from runmon.local.queue_store import QueueStore
from runmon.local.raw_json import Fields, joined
from runmon.local.record_store import RecordStore


@pytest.fixture
def crawlee(tmp_path: Path) -> dict[str, Any]:
    """What opens a storage of Crawlee's own in this test's folder."""
    configuration = Configuration(storage_dir=str(tmp_path), purge_on_start=False)
    return {"configuration": configuration, "storage_client": FileSystemStorageClient()}


def keys(found: list[Fields]) -> list[str]:
    return [json.loads(joined(one))["uniqueKey"] for one in found]


async def test_items_appear_as_crawlee_pushes_them(tmp_path: Path, crawlee: dict[str, Any]) -> None:
    dataset = await Dataset.open(alias="live", **crawlee)
    watcher = DatasetStore(tmp_path / "datasets" / "live", id="d", read_only=True)
    seen = []
    for number in range(5):
        await dataset.push_data([{"n": number, "é": None}] * 3)
        seen.append(watcher.metadata()["itemCount"])
    assert seen == [3, 6, 9, 12, 15]
    assert [json.loads(item) for item in watcher.scan()] == (await dataset.get_data()).items


async def test_records_appear_as_crawlee_sets_them(tmp_path: Path, crawlee: dict[str, Any]) -> None:
    store = await KeyValueStore.open(alias="live", **crawlee)
    watcher = RecordStore(tmp_path / "key_value_stores" / "live", id="k", read_only=True)
    await store.set_value("page.html", "<p>", content_type="text/html")
    await store.set_value("we!rd'(k)", {"a": 1})
    found = {key: watcher.get(key) for key, _ in watcher.keys().keys}
    assert {key: (one.content_type, one.body) for key, one in found.items() if one} == {
        "page.html": ("text/html", b"<p>"),
        "we!rd'(k)": ("application/json; charset=utf-8", b'{\n  "a": 1\n}'),
    }


async def test_requests_change_their_state_as_crawlee_works(tmp_path: Path, crawlee: dict[str, Any]) -> None:
    queue = await RequestQueue.open(alias="live", **crawlee)
    watcher = QueueStore(tmp_path / "request_queues" / "live", id="q", read_only=True)
    await queue.add_requests([Request.from_url(f"http://x/{number}") for number in range(4)])
    await queue.add_request(Request.from_url("http://x/first"), forefront=True)
    waiting = watcher.metadata()["pendingRequestCount"]
    request = await queue.fetch_next_request()
    assert request is not None
    await queue.mark_request_as_handled(request)
    told = watcher.metadata()
    assert (waiting, told["pendingRequestCount"], told["handledRequestCount"]) == (5, 4, 1)
    assert keys(watcher.head(10)) and "http://x/first" not in keys(watcher.head(10))


async def test_crawlee_goes_on_with_a_dataset_that_we_began(tmp_path: Path, crawlee: dict[str, Any]) -> None:
    ours = DatasetStore(tmp_path / "datasets" / "ours", id="AbcdEfghIjklMnopQ")
    ours.append([{"by": "us"}] * 2)
    ours.save_card()
    dataset = await Dataset.open(alias="ours", **crawlee)
    await dataset.push_data({"by": "crawlee"})
    ours.append([{"by": "us again"}])
    assert [json.loads(item)["by"] for item in ours.scan()] == ["us", "us", "crawlee", "us again"]
