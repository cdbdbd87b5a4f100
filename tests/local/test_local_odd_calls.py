"""Calls that once made the platform fail: half a surrogate pair, GET that means HEAD, counts beyond sums."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from runmon.local.app import LocalPlatform

JSON = {"content-type": "application/json"}
HALF = b'"\\ud800"'
WHOLE = "�"


@pytest.fixture
def run(platform: LocalPlatform, tmp_path: Path) -> str:
    """The path of a fresh run."""
    return f"/v2/actor-runs/{platform.create(tmp_path / 'run')}"


def test_a_field_named_half_a_surrogate_pair_is_told(http: httpx.Client, run: str) -> None:
    http.post(f"{run}/dataset/items", content=b"[{" + HALF + b":1}]", headers=JSON)
    told = http.get(f"{run}/dataset").json()["data"]
    counted = http.get(f"{run}/dataset/statistics").json()["data"]["fieldStatistics"]
    assert (told["fields"], counted[WHOLE]["max"]) == ([WHOLE], 1)


def test_a_request_with_half_a_surrogate_pair_is_added_listed_and_deleted(
    http: httpx.Client, run: str
) -> None:
    body = b'[{"url":%s,"uniqueKey":%s,"userData":{%s:%s}}]' % (HALF, HALF, HALF, HALF)
    added = http.post(f"{run}/request-queue/requests/batch", content=body, headers=JSON).json()["data"]
    listed = http.get(f"{run}/request-queue/requests").json()["data"]["items"]
    named = b'[{"uniqueKey":%s}]' % HALF
    http.request("DELETE", f"{run}/request-queue/requests/batch", content=named, headers=JSON)
    assert [one["uniqueKey"] for one in added["processedRequests"]] == [WHOLE]
    assert [one["id"] for one in listed] == [added["processedRequests"][0]["requestId"]]
    assert http.get(f"{run}/request-queue").json()["data"]["totalRequestCount"] == 0


def test_half_a_surrogate_pair_in_a_cell_is_one_sign(http: httpx.Client, run: str) -> None:
    http.post(f"{run}/dataset/items", content=b'{"a":' + HALF + b"}", headers=JSON)
    assert http.get(f"{run}/dataset/items?format=csv&bom=0").text == f"a\n{WHOLE}\n"


def test_a_get_that_means_head_gets_the_bytes_it_waits_for(http: httpx.Client, run: str) -> None:
    http.put(f"{run}/key-value-store/records/K", content=b"hello", headers={"content-type": "text/plain"})
    assert http.get(f"{run}/key-value-store/records/K?method=HEAD").content == b"hello"


def test_a_charge_beyond_all_sums_is_refused(http: httpx.Client, run: str) -> None:
    refused = http.post(f"{run}/charge", json={"eventName": "item", "count": 10**400})
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "invalid-value")


def test_a_request_keeps_its_url_when_an_update_names_none_that_can_be_one(
    http: httpx.Client, run: str
) -> None:
    queue = f"{run}/request-queue/requests"
    id = http.post(queue, json={"url": "http://x", "uniqueKey": "k"}).json()["data"]["requestId"]
    wishes: list[dict[str, object]] = [{"url": {}}, {"uniqueKey": ""}]
    refused = [http.put(f"{queue}/{id}", json=wish).status_code for wish in wishes]
    handled = http.put(f"{queue}/{id}", json={"handledAt": "2026-01-01T00:00:00.000Z"}).status_code
    told = http.get(f"{queue}/{id}").json()["data"]
    assert (refused, handled, told["url"], told["uniqueKey"]) == ([400, 400], 200, "http://x", "k")
