"""An outside witness: Apify's own client reads and writes every storage, and is told what was stored."""

from __future__ import annotations

import io
import json
import string
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient, ApifyClientAsync
from apify_client.errors import ApifyApiError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform
from runmon.local.request_file import request_id

LEGAL = string.ascii_letters + string.digits + "!-_.'()"
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def run(platform: LocalPlatform, tmp_path: Path) -> Any:
    """The official client's view of a fresh run."""
    run_id = platform.create(tmp_path / "run")
    return ApifyClient(platform.token, api_url=platform.url, max_retries=0).run(run_id)


@pytest.fixture
def client(platform: LocalPlatform) -> Iterator[ApifyClient]:
    yield ApifyClient(platform.token, api_url=platform.url, max_retries=0)


def test_a_dataset_is_read_as_it_was_pushed(run: Any) -> None:
    sent = [{"n": number, "text": "é" * 200, "#hidden": True} for number in range(250)]
    run.dataset().push_items(sent)
    page = run.dataset().list_items(offset=10, limit=100, desc=True, clean=True)
    told = run.dataset().get()
    assert page.items == [{"n": n, "text": "é" * 200} for n in range(239, 139, -1)]
    assert (page.total, page.offset, page.count, page.limit, page.desc) == (250, 10, 100, 100, True)
    assert list(run.dataset().iterate_items()) == sent
    assert (told.item_count, told.clean_item_count, told.stats.write_count) == (250, 250, 250)


def test_items_are_downloaded_and_streamed_in_other_formats(run: Any) -> None:
    run.dataset().push_items([{"a": 1, "b": "x"}, {"b": "y"}])
    table = run.dataset().get_items_as_bytes(item_format="csv", delimiter=";", bom=False, fields=["b", "a"])
    with run.dataset().stream_items(item_format="xlsx") as answer:
        book = zipfile.ZipFile(io.BytesIO(b"".join(answer.iter_bytes())))
    assert table == b"b;a\nx;1\ny;\n"
    assert book.testzip() is None
    assert run.dataset().get_statistics().field_statistics["a"]["max"] == 1


def test_a_dataset_is_renamed_found_by_name_and_deleted(run: Any, client: ApifyClient) -> None:
    told = run.dataset().update(name="shop")
    by_name = client.datasets().get_or_create(name="shop")
    run.dataset().delete()
    assert (by_name.name, by_name.id) == ("shop", told.id)
    assert client.dataset(told.id).get() is None


def test_records_keep_types_and_values(run: Any) -> None:
    store = run.key_value_store()
    store.set_record("OUTPUT", {"a": [1, "é" * 1000]})
    store.set_record("page.html", "<p>é</p>", content_type="text/html; charset=utf-8")
    store.set_record("shot", b"\x89PNG", content_type="image/png")
    assert store.get_record("OUTPUT")["value"] == {"a": [1, "é" * 1000]}
    assert store.get_record("page.html")["value"] == "<p>é</p>"
    assert store.get_record("shot") == {"key": "shot", "value": b"\x89PNG", "content_type": "image/png"}
    assert (store.record_exists("shot"), store.record_exists("gone")) == (True, False)
    assert [one.key for one in store.list_keys(prefix="p").items] == ["page.html"]
    assert [one.key for one in store.iterate_keys()] == ["OUTPUT", "page.html", "shot"]
    store.delete_record("shot")
    assert (store.get_record("shot"), store.get().stats.delete_count) == (None, 1)


def test_a_queue_is_worked_through_by_one_client(run: Any, client: ApifyClient) -> None:
    queue = client.request_queue(run.request_queue().get().id, client_key="a" * 20)
    added = queue.batch_add_requests(
        [{"url": f"http://x/{n}", "uniqueKey": f"{n}", "method": "GET"} for n in range(60)]
    )
    first = queue.add_request({"url": "http://x/first", "uniqueKey": "first"}, forefront=True)
    head = queue.list_head(limit=3)
    assert (len(added.processed_requests), first.was_already_present) == (60, False)
    assert [one.unique_key for one in head.items] == ["first", "0", "1"]
    told = queue.update_request(
        {
            "id": first.request_id,
            "url": "http://x/first",
            "uniqueKey": "first",
            "handledAt": "2026-01-01T00:00:00.000Z",
        }
    )
    counts = queue.get()
    assert (told.was_already_present, told.was_already_handled) == (True, False)
    assert (counts.total_request_count, counts.handled_request_count, counts.pending_request_count) == (
        61,
        1,
        60,
    )
    assert queue.get_request(first.request_id).handled_at is not None
    assert len(list(queue.iterate_requests())) == 61
    queue.delete_request(first.request_id)
    assert queue.get_request(first.request_id) is None
    assert len(queue.batch_delete_requests([{"uniqueKey": "0"}, {"uniqueKey": "1"}]).processed_requests) == 2


def test_a_queue_is_shared_by_locks(run: Any, client: ApifyClient) -> None:
    place = run.request_queue().get().id
    mine, theirs = (client.request_queue(place, client_key=name) for name in ("mine", "theirs"))
    mine.batch_add_requests([{"url": f"http://x/{n}", "uniqueKey": f"{n}"} for n in range(6)])
    minute = timedelta(seconds=60)
    locked = mine.list_and_lock_head(lock_duration=minute, limit=4)
    others = theirs.list_and_lock_head(lock_duration=minute, limit=4)
    assert ([one.unique_key for one in locked.items], [one.unique_key for one in others.items]) == (
        ["0", "1", "2", "3"],
        ["4", "5"],
    )
    assert locked.queue_has_locked_requests and others.had_multiple_clients
    prolonged = mine.prolong_request_lock(request_id("0"), lock_duration=minute, forefront=True)
    assert prolonged.lock_expires_at >= locked.items[0].lock_expires_at
    mine.delete_request_lock(request_id("0"), forefront=True)
    with pytest.raises(ApifyApiError):
        theirs.delete_request_lock(request_id("1"))
    assert [one.unique_key for one in theirs.list_head().items] == ["0"]
    assert mine.unlock_requests().unlocked_count == 3


async def test_the_asynchronous_client_reads_the_same(platform: LocalPlatform, tmp_path: Path) -> None:
    run = ApifyClientAsync(platform.token, api_url=platform.url, max_retries=0).run(platform.create(tmp_path))
    await run.dataset().push_items([{"n": number} for number in range(30)])
    await run.key_value_store().set_record("K", "v")
    await run.request_queue().batch_add_requests(
        [{"url": f"http://x/{n}", "uniqueKey": f"{n}"} for n in range(30)]
    )
    assert [item["n"] async for item in run.dataset().iterate_items(limit=20)] == list(range(20))
    assert (await run.key_value_store().get_record("K"))["value"] == "v"
    assert (await run.request_queue().get()).total_request_count == 30


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(st.dictionaries(TEXT, VALUES, max_size=4), max_size=8))
def test_any_items_are_read_as_they_were_pushed(
    platform: LocalPlatform, client: ApifyClient, tmp_path: Path, found: list[dict[str, Any]]
) -> None:
    dataset = client.run(platform.create(tmp_path / "same")).dataset()
    dataset.push_items(found)
    assert json.dumps(dataset.list_items().items) == json.dumps(found)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.sets(
        st.text(LEGAL, min_size=1, max_size=20).filter(lambda key: key not in (".", "..")), max_size=6
    )
)
def test_any_legal_keys_are_listed_and_read(
    platform: LocalPlatform, client: ApifyClient, tmp_path: Path, keys: set[str]
) -> None:
    store = client.run(platform.create(tmp_path / "same")).key_value_store()
    for key in keys:
        store.set_record(key, key)
    assert [one.key for one in store.iterate_keys()] == sorted(keys)
    assert all(store.get_record(key)["value"] == key for key in keys)
