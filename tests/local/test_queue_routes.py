"""Requests over HTTP: heads, batches, cursors and locks as Apify's API has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from runmon.local.app import LocalPlatform
from runmon.local.request_file import request_id


@pytest.fixture
def queue(platform: LocalPlatform, tmp_path: Path) -> str:
    """The address of a fresh run's request queue."""
    return f"/v2/actor-runs/{platform.create(tmp_path / 'run')}/request-queue"


def draft(key: str, **extra: Any) -> dict[str, Any]:
    return {"url": f"http://x/{key}", "uniqueKey": key} | extra


def add(http: httpx.Client, place: str, *keys: str, **query: str) -> httpx.Response:
    return http.post(f"{place}/requests/batch", json=[draft(key) for key in keys], params=query)


def data(answer: httpx.Response) -> Any:
    return answer.raise_for_status().json()["data"]


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


def test_a_batch_is_added_once_and_tells_what_was_known(http: httpx.Client, queue: str) -> None:
    first = add(http, queue, "a", "b")
    again = data(add(http, queue, "b", "c"))
    assert (first.status_code, again["unprocessedRequests"]) == (201, [])
    assert again["processedRequests"] == [
        {
            "requestId": request_id("b"),
            "uniqueKey": "b",
            "wasAlreadyPresent": True,
            "wasAlreadyHandled": False,
        },
        {
            "requestId": request_id("c"),
            "uniqueKey": "c",
            "wasAlreadyPresent": False,
            "wasAlreadyHandled": False,
        },
    ]
    assert data(http.get(queue))["totalRequestCount"] == 3


def test_the_head_tells_the_first_waiting_requests(http: httpx.Client, queue: str) -> None:
    add(http, queue, "a", "b", clientKey="me")
    http.post(f"{queue}/requests", json=draft("z"), params={"forefront": "true", "clientKey": "me"})
    head = data(http.get(f"{queue}/head", params={"limit": "2", "clientKey": "me"}))
    assert head["items"] == [
        {"id": request_id(key), "url": f"http://x/{key}", "uniqueKey": key, "method": "GET", "retryCount": 0}
        for key in ("z", "a")
    ]
    assert (head["limit"], head["hadMultipleClients"]) == (2, False)


def test_another_client_is_noticed(http: httpx.Client, queue: str) -> None:
    for name in ("one", "two"):
        http.get(f"{queue}/head", params={"clientKey": name})
    assert data(http.get(queue))["hadMultipleClients"] is True


def test_who_reads_one_request_or_the_queue_is_no_other_client(http: httpx.Client, queue: str) -> None:
    add(http, queue, "a", clientKey="me")
    http.get(f"{queue}/requests/{request_id('a')}")
    assert data(http.get(queue))["hadMultipleClients"] is False
    assert data(http.get(f"{queue}/head", params={"clientKey": "me"}))["hadMultipleClients"] is False


def test_a_handled_request_leaves_the_head_and_counts(http: httpx.Client, queue: str) -> None:
    add(http, queue, "a", "b")
    place = f"{queue}/requests/{request_id('a')}"
    body = draft(
        "a", id=request_id("a"), handledAt="2026-01-01T00:00:00.000Z", retryCount=2, errorMessages=["x"]
    )
    told = data(http.put(place, json=body))
    assert (told["wasAlreadyPresent"], told["wasAlreadyHandled"]) == (True, False)
    counts = data(http.get(queue))
    assert (counts["handledRequestCount"], counts["pendingRequestCount"]) == (1, 1)
    assert [one["uniqueKey"] for one in data(http.get(f"{queue}/head"))["items"]] == ["b"]
    assert data(http.get(place)) == {"method": "GET"} | body


def test_a_request_is_kept_byte_for_byte(http: httpx.Client, queue: str) -> None:
    body = b'{"url":"http://x/","uniqueKey":"k","userData":{"n":1.0,"big":123456789012345678901234567890}}'
    http.post(
        f"{queue}/requests", content=body, headers={"content-type": "application/json"}
    ).raise_for_status()
    answer = http.get(f"{queue}/requests/{request_id('k')}")
    assert b'"userData":{"n":1.0,"big":123456789012345678901234567890}' in answer.content


def test_cursors_lead_through_all_requests_and_end(http: httpx.Client, queue: str) -> None:
    add(http, queue, *"abcdefg")
    found: list[str] = []
    query = {"limit": "3"}
    while True:
        page = data(http.get(f"{queue}/requests", params=query))
        found += [one["uniqueKey"] for one in page["items"]]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    assert sorted(found) == list("abcdefg")


def test_locks_split_requests_between_clients(http: httpx.Client, queue: str) -> None:
    add(http, queue, *"abc")
    answer = http.post(f"{queue}/head/lock", params={"lockSecs": "60", "limit": "2", "clientKey": "one"})
    mine = data(answer)
    theirs = data(http.post(f"{queue}/head/lock", params={"lockSecs": "60", "clientKey": "two"}))
    assert answer.status_code == 201
    assert [one["uniqueKey"] for one in mine["items"]] == ["a", "b"]
    assert [one["uniqueKey"] for one in theirs["items"]] == ["c"]
    assert (mine["lockSecs"], mine["clientKey"], mine["queueHasLockedRequests"]) == (60, "one", True)
    assert all(one["lockExpiresAt"].endswith("Z") for one in mine["items"])


def test_locks_are_prolonged_released_and_filtered(http: httpx.Client, queue: str) -> None:
    add(http, queue, *"abc")
    http.post(f"{queue}/head/lock", params={"lockSecs": "60", "limit": "2", "clientKey": "one"})
    lock = f"{queue}/requests/{request_id('a')}/lock"
    until = data(http.put(lock, params={"lockSecs": "120", "clientKey": "one"}))["lockExpiresAt"]
    assert until.endswith("Z")
    assert refused(http.delete(lock, params={"clientKey": "two"})) == (400, "request-handled-or-locked")
    assert http.delete(lock, params={"clientKey": "one"}).status_code == 204
    states = {
        wanted: {
            one["uniqueKey"]
            for one in data(http.get(f"{queue}/requests", params={"filter": wanted}))["items"]
        }
        for wanted in ("locked", "pending", "locked,pending")
    }
    assert states == {"locked": {"b"}, "pending": {"a", "c"}, "locked,pending": {"a", "b", "c"}}
    assert data(http.post(f"{queue}/requests/unlock", params={"clientKey": "one"})) == {"unlockedCount": 1}


def test_requests_are_deleted_alone_and_in_batches(http: httpx.Client, queue: str) -> None:
    add(http, queue, *"abcd")
    assert http.delete(f"{queue}/requests/{request_id('a')}").status_code == 204
    gone = data(
        http.request("DELETE", f"{queue}/requests/batch", json=[{"id": request_id("b")}, {"uniqueKey": "c"}])
    )
    assert gone["processedRequests"] == [{"id": request_id("b")}, {"uniqueKey": "c"}]
    assert [one["uniqueKey"] for one in data(http.get(f"{queue}/head"))["items"]] == ["d"]
    assert refused(http.get(f"{queue}/requests/{request_id('a')}")) == (404, "record-not-found")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/requests", {"uniqueKey": "a"}, (400, "invalid-value")),
        ("POST", "/requests", [1], (400, "invalid-request")),
        ("POST", "/requests/batch", [], (400, "invalid-value")),
        ("POST", "/requests/batch", {"url": "a", "uniqueKey": "b"}, (400, "invalid-value")),
        ("POST", "/requests/batch", [5], (400, "invalid-request")),
        ("POST", "/requests/batch", [{"url": "a"}], (400, "invalid-value")),
        ("POST", "/requests/batch", [draft(str(n)) for n in range(26)], (400, "invalid-value")),
        ("DELETE", "/requests/batch", [{"url": "a"}], (400, "invalid-value")),
        ("PUT", "/requests/abc", draft("a", id="other"), (400, "id-does-not-match")),
        ("PUT", "/requests/abc", draft("a"), (400, "request-id-invalid")),
        ("PUT", "/requests/abc/lock?lockSecs=5", None, (404, "record-not-found")),
        ("DELETE", "/requests/abc/lock", None, (404, "record-not-found")),
        ("POST", "/head/lock", None, (400, "invalid-value")),
        ("POST", "/head/lock?lockSecs=nan", None, (400, "invalid-value")),
        ("GET", "/head?clientKey=", None, (400, "invalid-client-key")),
        ("GET", "/head?clientKey=" + "x" * 33, None, (400, "invalid-client-key")),
        ("GET", "/requests?filter=handled", None, (400, "invalid-value")),
        ("GET", "/requests?cursor=%25%25", None, (400, "invalid-value")),
        ("GET", "/requests?filter=locked&exclusiveStartId=a", None, (400, "invalid-value")),
        ("GET", "/requests/gone", None, (404, "record-not-found")),
    ],
)
def test_what_makes_no_sense_is_refused_and_adds_nothing(
    http: httpx.Client, queue: str, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    content = None if body is None else json.dumps(body)
    answer = http.request(method, queue + path, content=content, headers={"content-type": "application/json"})
    assert refused(answer) == expected
    assert data(http.get(queue))["totalRequestCount"] == 0


def test_the_head_of_2000_requests_is_served_while_they_are_added(http: httpx.Client, queue: str) -> None:
    for start in range(0, 2000, 25):
        add(http, queue, *(str(number) for number in range(start, start + 25)))
    head = data(http.get(f"{queue}/head", params={"limit": "5000"}))
    assert [one["uniqueKey"] for one in head["items"]] == [str(number) for number in range(1000)]
