"""Real Actors on a site with failing pages: the API shows what the site served and the Actor did."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from apify_client import ApifyClient

from runmon.local.app import LocalPlatform
from runmon.local.demo.catalogue import Trouble
from runmon.local.demo.shop import ShopPlan, ShopSite
from runmon.local.runner import RunSpec

ACTORS = Path(__file__).with_name("actors")
LONG_S = 120
REFUSED = {Trouble.FORBIDDEN, Trouble.GONE, Trouble.BROKEN}


@pytest.fixture
def site() -> Iterator[ShopSite]:
    """A quick shop of 14 pages of which several fail, one of each kind that needs no patience."""
    with ShopSite(ShopPlan(pages=14, fail_rate=0.6, delay_s=0.0, stall_s=0.0, seed=3)) as shop:
        yield shop


def products(site: ShopSite, *, good: bool) -> set[str]:
    """The addresses of the products that can be read in the end, or of those that cannot."""
    return {
        f"{site.url}product/{one.number}"
        for one in site.shop.stock.products
        if (one.trouble not in REFUSED) == good
    }


def priced(site: ShopSite) -> set[str]:
    lacking = {
        f"{site.url}product/{p.number}" for p in site.shop.stock.products if p.trouble is Trouble.NO_PRICE
    }
    return products(site, good=True) - lacking


def run_to_end(platform: LocalPlatform, spec: RunSpec) -> dict[str, Any]:
    run = platform.wait(platform.start(spec), LONG_S)
    log = (spec.storage / "log.txt").read_text()
    assert run["status"] == "SUCCEEDED", log
    return run


def test_an_sdk_actor_is_seen_through_the_api_as_the_official_client_sees_it(
    platform: LocalPlatform, http: httpx.Client, site: ShopSite, tmp_path: Path
) -> None:
    given = f'{{"startUrls": [{{"url": "{site.url}"}}]}}'.encode()
    command = (sys.executable, str(ACTORS / "with_sdk.py"))
    run = run_to_end(platform, RunSpec(command, tmp_path / "run", input=given))
    base = f"/v2/actor-runs/{run['id']}"
    official = ApifyClient(platform.token, api_url=platform.url)
    theirs = official.run(run["id"])

    items = http.get(f"{base}/dataset/items").json()
    assert {item["url"] for item in items} == priced(site)
    assert len(items) == len(priced(site))
    assert theirs.dataset().list_items().items == items
    by_url = {f"{site.url}product/{one.number}": one for one in site.shop.stock.products}
    assert all(item["title"] == by_url[item["url"]].title for item in items)
    assert all(item["price"] == by_url[item["url"]].price for item in items)

    keys = [one["key"] for one in http.get(f"{base}/key-value-store/keys").json()["data"]["items"]]
    assert [one.key for one in theirs.key_value_store().list_keys().items] == keys
    assert {"INPUT", "OUTPUT", "page.html", "__CRAWLER_STATISTICS_0"} <= set(keys)
    record = theirs.key_value_store().get_record("page.html")
    assert record is not None
    assert record["value"] == "<h1>žluťoučký</h1>"

    requests = http.get(f"{base}/request-queue/requests?limit=100").json()["data"]["items"]
    assert len(requests) == site.shop.plan.pages
    assert all(one["handledAt"] for one in requests)
    failed = {one["url"] for one in requests if one["userData"]["__crawlee"]["state"] == 6}
    assert failed == products(site, good=False)
    queue = theirs.request_queue().get()
    assert queue is not None
    assert (queue.total_request_count, queue.handled_request_count) == (14, 14)

    log = http.get(f"{base}/log?raw=true").content
    assert log == (tmp_path / "run" / "log.txt").read_bytes()
    assert theirs.log().get(raw=True) == log.decode()
    assert all(f"Request to {url} failed" in log.decode() for url in products(site, good=False))
    assert (run["statusMessage"], run["isStatusMessageTerminal"]) == ("Crawl finished", True)


def test_a_plain_crawlee_actor_is_seen_through_the_same_api(
    platform: LocalPlatform, http: httpx.Client, site: ShopSite, tmp_path: Path
) -> None:
    command = (sys.executable, str(ACTORS / "plain_crawlee.py"), site.url)
    run = run_to_end(platform, RunSpec(command, tmp_path / "run"))
    base = f"/v2/actor-runs/{run['id']}"
    items = http.get(f"{base}/dataset/items").json()
    assert {item["url"] for item in items} == priced(site)
    keys = [one["key"] for one in http.get(f"{base}/key-value-store/keys").json()["data"]["items"]]
    assert {"OUTPUT", "__CRAWLER_STATISTICS_0"} <= set(keys)
    requests = http.get(f"{base}/request-queue/requests?limit=100").json()["data"]["items"]
    failed = {one["url"] for one in requests if one["userData"]["__crawlee"]["state"] == 6}
    assert (len(requests), failed) == (14, products(site, good=False))
    queue = http.get(f"{base}/request-queue").json()["data"]
    assert (queue["totalRequestCount"], queue["handledRequestCount"]) == (14, 14)


def test_a_graceful_abort_is_heard_by_an_sdk_actor_before_any_signal(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    run = platform.start(RunSpec((sys.executable, str(ACTORS / "listens.py")), tmp_path / "run"))
    with http.stream("GET", f"/v2/actor-runs/{run}/log?stream=true&raw=true", timeout=LONG_S) as log:
        assert any(b"ready" in line.encode() for line in log.iter_lines())
    platform.abort(run, gracefully=True)
    ended = platform.wait(run, LONG_S)
    log_text = (tmp_path / "run" / "log.txt").read_text()
    assert (ended["status"], ended["exitCode"]) == ("ABORTED", 0), log_text
    assert "kept what I had" in log_text
    assert http.get(f"/v2/actor-runs/{run}/key-value-store/records/KEPT").json() == {"kept": True}
