"""The demo Actor tells the truth: items, records, requests, charges and log against what the shop served."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from runmon.cli.demo import pricing
from runmon.local.app import LocalPlatform
from runmon.local.demo.catalogue import Trouble
from runmon.local.demo.pages import product_page
from runmon.local.demo.shop import ShopPlan, ShopSite
from runmon.local.runner import RunSpec

LONG_S = 120
LOST = {Trouble.NO_PRICE, Trouble.FORBIDDEN, Trouble.GONE, Trouble.BROKEN}


class Demo:
    """A finished run of the demo Actor, and the shop it crawled."""

    def __init__(self, platform: LocalPlatform, http: httpx.Client, site: ShopSite, folder: Path) -> None:
        given = json.dumps(
            {
                "startUrls": [{"url": site.url}],
                "maxRequestsPerMinute": 6000,
                "requestTimeoutSecs": 3,
                "reportIntervalSecs": 0.2,
            }
        )
        command = (sys.executable, "-P", "-m", "runmon.local.demo")
        spec = RunSpec(command, folder, input=given.encode(), run={"pricingInfo": pricing()})
        self.site = site
        self.http = http
        self.run: dict[str, Any] = platform.wait(platform.start(spec), LONG_S)
        self.base = f"/v2/actor-runs/{self.run['id']}"
        self.log = http.get(f"{self.base}/log?raw=true").text
        self.items: list[dict[str, Any]] = self.data("dataset/items", bare=True)

    def data(self, path: str, *, bare: bool = False) -> Any:
        answer = self.http.get(f"{self.base}/{path}").json()
        return answer if bare else answer["data"]

    def record(self, key: str) -> httpx.Response:
        return self.http.get(f"{self.base}/key-value-store/records/{key}")

    def urls(self, *troubles: Trouble) -> set[str]:
        products = self.site.shop.stock.products
        return {f"{self.site.url}product/{one.number}" for one in products if one.trouble in troubles}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One crawl that several tests look at."""
    plan = ShopPlan(pages=40, fail_rate=0.2, delay_s=0.002, stall_s=9)
    with LocalPlatform() as platform, ShopSite(plan) as site:
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as http:
            yield Demo(platform, http, site, tmp_path_factory.mktemp("demo") / "run")


def test_every_figure_of_the_demo_is_what_really_happened(demo: Demo) -> None:
    assert demo.run["status"] == "SUCCEEDED", demo.log
    lost = demo.urls(*LOST)
    good = {item["url"] for item in demo.items if "#error" not in item}
    assert good == demo.urls(*set(Trouble) - LOST)
    assert {item["url"] for item in demo.items if item.get("#error")} == lost

    requests = demo.data("request-queue/requests?limit=1000")["items"]
    assert len(requests) == 40 and all(one["handledAt"] for one in requests)
    states = {one["url"]: one["userData"]["__crawlee"]["state"] for one in requests}
    assert {url for url, state in states.items() if state == 6} == lost
    retries = {one["url"]: (one["retryCount"], len(one.get("errorMessages") or [])) for one in requests}
    assert {retries[url] for url in demo.urls(Trouble.NO_PRICE, Trouble.BROKEN, Trouble.FORBIDDEN)} == {
        (3, 4)
    }
    assert {retries[url] for url in demo.urls(Trouble.BUSY_ONCE, Trouble.SLOW_ONCE)} == {(1, 1)}
    assert {retries[url] for url in demo.urls(Trouble.GONE)} == {(0, 1)}

    statistics = demo.record("__CRAWLER_STATISTICS_0").json()
    assert (statistics["requestsFinished"], statistics["requestsFailed"]) == (40 - len(lost), len(lost))
    served = {str(code): count for code, count in demo.site.shop.served.items() if code != 504}
    assert statistics["requestsWithStatusCode"] == served
    assert sum(statistics["requestRetryHistogram"]) == 40

    assert demo.run["chargedEventCounts"] == {"product": len(good)}
    assert demo.run["usageTotalUsd"] == pytest.approx(0.002 * len(good))
    wanted = f"Finished! Total 40 requests: {40 - len(lost)} succeeded, {len(lost)} failed."
    assert (demo.run["statusMessage"], demo.run["isStatusMessageTerminal"]) == (wanted, True)
    assert demo.record("OUTPUT").json()["products"] == len(good)


def test_no_more_pages_are_crawled_than_are_known(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    with ShopSite(ShopPlan(pages=100, fail_rate=0, delay_s=0.002)) as site:
        demo = Demo(platform, http, site, tmp_path / "run")
    told = [(int(done), int(known)) for done, known in re.findall(r"Crawled (\d+)/(\d+) pages", demo.log)]
    assert len(told) > 2 and [one for one in told if one[0] > one[1]] == []


def test_the_parser_bug_leaves_a_traceback_and_a_snapshot_that_is_named_by_it(demo: Demo) -> None:
    url = min(demo.urls(Trouble.NO_PRICE))
    trace = demo.log.split(f"Request to {url} failed and reached maximum retries")[1].split("[ShopCrawler]")[
        0
    ]
    line = re.findall(r'File "[^"]*/(parsing\.py)", line (\d+), in price', trace)[-1]
    assert "AttributeError: 'NoneType' object has no attribute 'text'" in trace
    digest = hashlib.sha1(":".join(line).encode()).hexdigest()[:30]
    key = f"ERROR_SNAPSHOT_{digest}_NoneTypeobjecthasnoattri"
    page = demo.record(f"{key}.html")
    assert page.headers["content-type"].startswith("text/html")
    products = demo.site.shop.stock.products
    assert page.text in {product_page(one) for one in products if one.trouble is Trouble.NO_PRICE}
    with Image.open(io.BytesIO(demo.record(f"{key}.png").content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (720, 450))


def test_the_log_is_in_crawlees_format(demo: Demo) -> None:
    plain = re.sub(r"\x1b\[\d+m", "", demo.log)
    assert "\x1b[90m[ShopCrawler]\x1b[0m \x1b[32mINFO \x1b[0m Scraping " in demo.log
    assert re.search(
        r"Z \[ShopCrawler\] INFO  Crawled \d+/\d+ pages, \d+ failed requests, desired concurrency", plain
    )
    assert re.search(
        r"Z \[ShopCrawler\] WARN  Retrying request to \S+ due to: 503 - Service Unavailable", plain
    )
    assert re.search(r"Z │ requests_finished +│ \d+ +│", plain)


def test_a_crash_ends_the_run_as_failed_with_its_cause_in_the_log(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    with ShopSite(ShopPlan(pages=20, fail_rate=0, crash=True, delay_s=0.002)) as site:
        demo = Demo(platform, http, site, tmp_path / "run")
    assert (demo.run["status"], demo.run["exitCode"]) == ("FAILED", 91)
    assert (
        demo.run["statusMessage"] == "The crawl was given up: The shop changed the format of its price lists"
    )
    assert "json.decoder.JSONDecodeError" in demo.log
    assert "Task exception was never retrieved" not in demo.log


def test_a_graceful_abort_lets_the_demo_keep_what_it_has(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    with ShopSite(ShopPlan(pages=400, fail_rate=0, delay_s=0.01)) as site:
        pace = {"minConcurrency": 16, "maxRequestsPerMinute": 600}
        given = json.dumps({"startUrls": [{"url": site.url}], **pace}).encode()
        command = (sys.executable, "-P", "-m", "runmon.local.demo")
        run = platform.start(RunSpec(command, tmp_path / "run", input=given))
        with http.stream("GET", f"/v2/actor-runs/{run}/log?stream=true&raw=true", timeout=LONG_S) as log:
            assert any(b"/product/" in chunk for chunk in log.iter_raw())
        http.post(f"/v2/actor-runs/{run}/abort?gracefully=true")
        ended = platform.wait(run, LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("ABORTED", 0)
    assert ended["statusMessage"].startswith("Stopped early! Total ")
    locked = http.get(f"/v2/actor-runs/{run}/request-queue/requests?filter=locked").json()["data"]["items"]
    assert locked == []
