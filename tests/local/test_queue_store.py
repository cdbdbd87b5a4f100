"""Requests on disk: Apify's ids, Apify's order, locks that end, both dialects read."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest
from crawlee import Request
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local.faults import ApiFault
from runmon.local.queue_store import QueueStore
from runmon.local.raw_json import Fields, fields, joined
from runmon.local.request_file import request_id

FEW = settings(max_examples=40, deadline=None)


def store(folder: Path, *, read_only: bool = False) -> QueueStore:
    return QueueStore(folder / "queue", id="q", read_only=read_only)


def request(key: str, **extra: object) -> Fields:
    found = fields(json.dumps({"url": f"http://x/{key}", "uniqueKey": key} | extra).encode())
    assert found is not None
    return found


def keys(found: list[Fields]) -> list[str]:
    return [json.loads(joined(one))["uniqueKey"] for one in found]


def decoded(found: Fields | None) -> dict[str, object]:
    return {} if found is None else json.loads(joined(found))


@pytest.mark.parametrize(("dialect", "failed"), [("crawlee-js", 5), ("crawlee-python", 6)])
def test_every_request_of_a_real_crawl_is_read_with_its_state(
    sample: Callable[[str], Path], dialect: str, failed: int
) -> None:
    folder = sample(dialect) / "storage" / "request_queues" / "default"
    opened = QueueStore(folder, id="q", read_only=True)
    told = opened.metadata()
    found, _ = opened.page(1000)
    counts = [told[f"{name}RequestCount"] for name in ("total", "handled", "pending")]
    assert counts == [37, 37, 0]
    assert all(str(decoded(one)["handledAt"]).endswith("Z") for one in found)
    assert {decoded(one)["userData"]["__crawlee"]["state"] for one in found} == {4, failed}  # type: ignore[index]


def test_both_dialects_give_a_request_the_same_id(sample: Callable[[str], Path]) -> None:
    ids = []
    for dialect in ("crawlee-js", "crawlee-python"):
        folder = sample(dialect) / "storage" / "request_queues" / "default"
        found, _ = QueueStore(folder, id="q", read_only=True).page(1000)
        ids.append({one["uniqueKey"]: one["id"] for one in map(decoded, found)})
    shared = ids[0].keys() & ids[1].keys()
    assert len(shared) > 20
    assert all(ids[0][key] == ids[1][key] for key in shared)


def test_ids_are_those_that_the_sdk_computes() -> None:
    from apify.storage_clients._apify._utils import unique_key_to_request_id

    for key in ("http://127.0.0.1/", "é", "a+b/c=", Request.from_url("http://x/?q=1").unique_key):
        assert request_id(key) == unique_key_to_request_id(key)


def test_pending_requests_of_crawlee_for_python_come_in_its_order(tmp_path: Path) -> None:
    folder, records = tmp_path / "request_queues/default", tmp_path / "key_value_stores/default"
    folder.mkdir(parents=True)
    records.mkdir(parents=True)
    (folder / "__metadata__.json").write_text('{"id":"abc"}')
    for name in ("a", "b", "c", "d", "e"):
        (folder / f"{name}.json").write_text(
            json.dumps({"unique_key": name, "url": f"http://x/{name}", "handled_at": None})
        )
    state = {
        "regular_requests": {"c": 0, "a": 1, "b": 2},
        "forefront_requests": {"d": 0, "e": 1},
        "in_progress_requests": ["a"],
    }
    (records / "__RQ_STATE_abc").write_text(json.dumps(state))
    opened = QueueStore(folder, id="q", read_only=True)
    assert keys(opened.head(10)) == ["e", "d", "c", "b"]
    assert keys(opened.page(10, states=["locked"])[0]) == ["a"]


def test_a_request_of_javascript_that_is_worked_on_counts_as_locked(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    folder.mkdir()
    for name, order in (("now", time.time() * 1000 - 5000), ("later", time.time() * 1000 + 60_000)):
        inner = {"id": request_id(name), "uniqueKey": name, "url": "http://x/"}
        (folder / f"{request_id(name)}.json").write_text(
            json.dumps(inner | {"orderNo": order, "json": json.dumps(inner)})
        )
    opened = store(tmp_path, read_only=True)
    assert keys(opened.head(10)) == ["now"]
    assert keys(opened.page(10, states=["locked"])[0]) == ["later"]


def test_a_request_handled_by_another_program_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "queue"
    folder.mkdir()
    file = folder / "000.json"
    file.write_text('{"unique_key":"a","url":"http://x/","handled_at":null}')
    watcher = store(tmp_path, read_only=True)
    before = watcher.metadata()["pendingRequestCount"]
    (folder / "000.json.tmp").write_text(
        '{"unique_key":"a","url":"http://x/","handled_at":"2026-11-23 18:17:00.405591+00:00"}'
    )
    (folder / "000.json.tmp").replace(file)
    assert (before, watcher.metadata()["pendingRequestCount"]) == (1, 0)
    assert decoded(watcher.get(request_id("a")))["handledAt"] == "2026-11-23T18:17:00.405Z"


def test_a_half_written_request_is_not_shown_and_then_is(tmp_path: Path) -> None:
    watcher = store(tmp_path)
    file = tmp_path / "queue" / "000.json"
    file.write_text('{"unique_key":"a","url"')
    before = watcher.metadata()["totalRequestCount"]
    file.write_text('{"unique_key":"a","url":"http://x/"}')
    assert (before, watcher.metadata()["totalRequestCount"]) == (0, 1)


def test_a_request_keeps_every_field_as_it_was_sent(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.add(request("a", userData={"n": 1.0, "big": 2**80}, payload="é\u0000", method="POST", odd=[1]))
    found = decoded(store(tmp_path, read_only=True).get(request_id("a")))
    assert found == {
        "id": request_id("a"),
        "url": "http://x/a",
        "uniqueKey": "a",
        "method": "POST",
        "retryCount": 0,
        "payload": "é\u0000",
        "odd": [1],
        "userData": {"n": 1.0, "big": 2**80},
    }


def test_adding_a_known_request_tells_so_and_changes_nothing(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.add(request("a", userData={"first": True}))
    fresh.update(request_id("a"), request("a", handledAt="2026-01-01T00:00:00.000Z"))
    again = fresh.add(request("a"))
    assert (again.was_present, again.was_handled, fresh.count) == (True, True, 1)


def test_the_order_survives_a_restart(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    for number in range(20):
        fresh.add(request(str(number)), forefront=number % 3 == 0)
    assert keys(store(tmp_path).head(100)) == keys(fresh.head(100))


def test_locked_requests_leave_the_head_until_the_lock_ends(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    for name in "abc":
        fresh.add(request(name))
    locked = fresh.lock_head(0.05, 2, "me")
    during = keys(fresh.head(10))
    deadline = time.monotonic() + 60
    while len(fresh.head(10)) < 3:
        assert time.monotonic() < deadline, "the lock never ends"
    assert (keys(locked), during, keys(fresh.head(10))) == (["a", "b"], ["c"], ["a", "b", "c"])


def test_only_the_holder_may_prolong_or_release_a_lock(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.add(request("a"))
    fresh.lock_head(60, 1, "me")
    for attempt in (
        lambda: fresh.prolong(request_id("a"), 60, "other"),
        lambda: fresh.unlock(request_id("a"), "other"),
    ):
        with pytest.raises(ApiFault) as refusal:
            attempt()
        assert (refusal.value.status, refusal.value.kind) == (400, "request-handled-or-locked")
    fresh.unlock(request_id("a"), "me")
    assert keys(fresh.head(1)) == ["a"]


@pytest.mark.parametrize(("forefront", "order"), [(True, ["a", "b"]), (False, ["b", "a"])])
def test_a_released_request_goes_where_it_was_asked_to(
    tmp_path: Path, forefront: bool, order: list[str]
) -> None:
    fresh = store(tmp_path)
    for name in "ab":
        fresh.add(request(name))
    fresh.lock_head(60, 1, "me")
    fresh.unlock(request_id("a"), "me", forefront=forefront)
    assert keys(fresh.head(10)) == order


def test_a_request_that_is_given_back_waits_unlocked(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    for key in ("a", "b"):
        fresh.add(request(key))
    fresh.lock_head(60, 2, "me")
    fresh.update(request_id("a"), request("a", retryCount=1))
    assert (keys(fresh.head(10)), keys(fresh.page(10, states=["locked"])[0])) == (["a"], ["b"])


def test_a_client_releases_all_its_locks_and_no_others(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    for name in "abc":
        fresh.add(request(name))
    fresh.lock_head(60, 1, "other")
    fresh.lock_head(60, 2, "me")
    assert (fresh.unlock_all("me"), keys(fresh.head(10))) == (2, ["b", "c"])


def test_a_second_client_is_remembered(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.seen("one")
    fresh.seen("one")
    alone = fresh.metadata()["hadMultipleClients"]
    fresh.seen("two")
    assert (alone, store(tmp_path, read_only=True).metadata()["hadMultipleClients"]) == (False, True)


def test_a_queue_opened_for_reading_refuses_requests(tmp_path: Path) -> None:
    opened = store(tmp_path, read_only=True)
    with pytest.raises(ApiFault) as refusal:
        opened.add(request("a"))
    assert refusal.value.status == 403


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "handle", "again", "delete"]), st.sampled_from("abcdefgh"), st.booleans()
    ),
    max_size=40,
)


@FEW
@given(operations=OPERATIONS)
def test_the_head_is_what_a_double_ended_queue_gives(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("queue")
    fresh, waiting, handled = store(folder), deque[str](), set[str]()
    for operation, key, forefront in operations:
        known = key in waiting or key in handled
        if operation == "add" and not known:
            (waiting.appendleft if forefront else waiting.append)(key)
        elif operation in ("handle", "again"):
            handled.discard(key)
            if key in waiting:
                waiting.remove(key)
            if operation == "handle":
                handled.add(key)
            else:
                (waiting.appendleft if forefront else waiting.append)(key)
        elif operation == "delete":
            handled.discard(key)
            if key in waiting:
                waiting.remove(key)
        act(fresh, operation, key, forefront)
    told = fresh.metadata()
    assert keys(fresh.head(100)) == list(waiting) == keys(store(folder, read_only=True).head(100))
    assert (told["handledRequestCount"], told["pendingRequestCount"]) == (len(handled), len(waiting))


def act(queue: QueueStore, operation: str, key: str, forefront: bool) -> None:
    """Do to a queue what was done to the reference."""
    if operation == "add":
        queue.add(request(key), forefront=forefront)
    elif operation == "handle":
        queue.update(request_id(key), request(key, handledAt="2026-01-01T00:00:00.000Z"))
    elif operation == "again":
        queue.update(request_id(key), request(key), forefront=forefront)
    else:
        queue.delete(request_id(key))


@FEW
@given(count=st.integers(0, 30), limit=st.integers(1, 9), handled=st.sets(st.integers(0, 29)))
def test_pages_give_every_request_once(
    tmp_path_factory: pytest.TempPathFactory, count: int, limit: int, handled: set[int]
) -> None:
    fresh = store(tmp_path_factory.mktemp("pages"))
    for number in range(count):
        extra = {"handledAt": "2026-01-01T00:00:00.000Z"} if number in handled else {}
        fresh.add(request(str(number), **extra))
    for states, wanted in ((), set(range(count))), (("pending",), set(range(count)) - handled):
        found: list[str] = []
        after: str | None = None
        while True:
            page, after = fresh.page(limit, after, states)
            found += keys(page)
            assert len(found) <= count, "the pages give requests twice"
            if after is None:
                break
        assert sorted(found, key=request_id) == found
        assert {int(key) for key in found} == wanted and len(found) == len(wanted)
