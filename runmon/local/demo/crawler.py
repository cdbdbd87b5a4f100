"""The demo Actor's crawl: requests from the run's queue, items to its dataset, errors where they belong."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import deque
from datetime import UTC, datetime
from typing import Any

import httpx

from runmon.local.demo import parsing
from runmon.local.demo.console import log_to, table
from runmon.local.demo.platform import Platform, PlatformFault
from runmon.local.demo.pool import Pool
from runmon.local.demo.snapshot import first_line, picture, place_of, snapshot_key
from runmon.local.demo.statistics import RECORD, Statistics

DONE, FAILED = 4, 6
"""Crawlee's request states, kept in `userData.__crawlee.state`."""

log = log_to("ShopCrawler")
pool_log = log_to("ShopCrawler.pool")
statistics_log = log_to("ShopCrawler.statistics")


class PageRefused(Exception):
    """The shop answered with a status that is no page."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} - {reason}")
        self.code = code


class PageTimedOut(Exception):
    """The shop did not answer in time."""


class Crawler:
    """One crawl, from the start URLs to the last request."""

    def __init__(self, platform: Platform, given: dict[str, Any]) -> None:
        self.platform = platform
        self.start_urls = [one["url"] for one in given.get("startUrls", [])]
        self.max_retries = int(given.get("maxRequestRetries", 3))
        self.report_every = float(given.get("reportIntervalSecs", 5))
        self.pool = Pool(
            start=int(given.get("minConcurrency", 3)),
            most=int(given.get("maxConcurrency", 16)),
            per_minute=float(given.get("maxRequestsPerMinute", 600)),
        )
        self.timeout = float(given.get("requestTimeoutSecs", 5))
        self.site = httpx.AsyncClient(
            timeout=self.timeout, trust_env=False, headers={"User-Agent": "runmon-demo"}
        )
        self.statistics = Statistics()
        self.active: set[asyncio.Task[None]] = set()
        self.taken: deque[dict[str, Any]] = deque()
        self.enqueued = 0
        self.stopping = False
        self.groups: set[tuple[str, str, str]] = set()
        self.recent: deque[float] = deque(maxlen=20)
        self.slow = False
        self.prices: dict[str, list[float]] = {}
        self.lost: list[str] = []
        self.errors = 0

    async def run(self) -> None:
        """Crawl until the queue is done or `stopping` is set; raises ShopChanged."""
        self.enqueued = await self.platform.add([request(url, "home", 0) for url in self.start_urls])
        self.log_statistics("Statistics")
        background = [
            asyncio.create_task(self.pool.scale(self.active)),
            asyncio.create_task(self.report_often()),
        ]
        try:
            await self.work()
        finally:
            left = [*background, *self.active]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            self.statistics.finished_at = time.time()
            await self.site.aclose()

    async def work(self) -> None:
        """Start requests as the pool allows; over when none is left to take and none is under way."""
        while not self.stopping:
            self.clear({task for task in self.active if task.done()})
            free = self.pool.desired - len(self.active)
            if free > 0 and not self.taken:
                self.taken.extend(await self.platform.take(free))
            if free > 0 and self.taken:
                await self.pool.pace()
                self.active.add(asyncio.create_task(self.visit(self.taken.popleft())))
            elif self.active:
                await self.collect(0.5)
            else:
                return
        while self.active:
            await self.collect(None)
        for one in self.taken:
            await self.platform.release(one)

    async def collect(self, patience: float | None) -> None:
        """Wait for a request under way to end."""
        ended, _ = await asyncio.wait(self.active, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        self.clear(ended)

    def clear(self, ended: set[asyncio.Task[None]]) -> None:
        """Requests that ended make room; what one raised is raised here."""
        self.active -= ended
        for fault in [fault for task in ended if (fault := task.exception())]:
            raise fault

    async def visit(self, one: dict[str, Any]) -> None:
        """Fetch and handle one page; every error but a changed shop concerns this request alone."""
        started, response = time.monotonic(), None
        try:
            response = await self.fetch(one["url"])
            self.statistics.codes[str(response.status_code)] += 1
            if response.status_code >= 400:
                raise PageRefused(response.status_code, response.reason_phrase)
            log.info(f"Scraping {one['url']} ...")
            await self.handle(one, response, started)
        except (parsing.ShopChanged, PlatformFault):
            raise
        except Exception as error:
            await self.went_wrong(one, error, response, started)
        else:
            await self.done(one, str(response.url), started)
        self.watch_pace(time.monotonic() - started)

    async def fetch(self, url: str) -> httpx.Response:
        """The shop's answer, whatever its status. PageTimedOut when there is none in time."""
        try:
            return await self.site.get(url)
        except httpx.TimeoutException:
            raise PageTimedOut(f"Request timed out after {self.timeout:g} seconds") from None

    async def handle(self, one: dict[str, Any], response: httpx.Response, started: float) -> None:
        """What a page is good for: links to follow, or an item."""
        page = parsing.parse(response.text)
        if one["userData"]["label"] != "product":
            depth = one["userData"]["__crawlee"]["crawlDepth"] + 1
            found = [request(url, label, depth) for url, label in parsing.links(page, str(response.url))]
            new = await self.platform.add(found)
            self.enqueued += new
            return
        item = parsing.product(page, one["url"])
        self.prices.setdefault(item["price"]["currency"], []).append(item["price"]["amount"])
        debug = {"requestId": one["id"], "url": one["url"], "retryCount": one["retryCount"]}
        debug |= {"statusCode": response.status_code, "durationMillis": millis(started)}
        scraped = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await self.platform.push({**item, "scrapedAt": scraped, "#debug": debug})
        await self.platform.charge("product")

    async def done(self, one: dict[str, Any], loaded: str, started: float) -> None:
        one["userData"]["__crawlee"]["state"] = DONE
        await self.platform.save({**one, "loadedUrl": loaded, "handledAt": now()})
        self.statistics.finished.append(millis(started))
        self.statistics.histogram[one["retryCount"]] += 1

    async def went_wrong(
        self, one: dict[str, Any], error: Exception, response: httpx.Response | None, started: float
    ) -> None:
        """Keep the error with its request, and retry or give up."""
        self.errors += 1
        one["errorMessages"] = [
            *(one.get("errorMessages") or []),
            "".join(traceback.format_exception(error)).strip(),
        ]
        await self.keep_snapshot(one["url"], error, response)
        hopeless = isinstance(error, PageRefused) and error.code in {404, 410}
        if hopeless or one["retryCount"] >= self.max_retries:
            await self.give_up(one, error, started)
            return
        log.warning(f"Retrying request to {one['url']} due to: {described(error)}")
        self.statistics.retries += 1
        await self.platform.save({**one, "retryCount": one["retryCount"] + 1})

    async def give_up(self, one: dict[str, Any], error: Exception, started: float) -> None:
        """The request failed for good: log, `#error` item, handled in the queue."""
        trace = "".join(traceback.format_exception(error)).rstrip()
        log.error(f"Request to {one['url']} failed and reached maximum retries\n {trace}")
        one["userData"]["__crawlee"]["state"] = FAILED
        await self.platform.save({**one, "handledAt": now()})
        debug = {name: one[name] for name in ("url", "retryCount", "errorMessages")}
        debug = {"requestId": one["id"], **debug}
        await self.platform.push({"url": one["url"], "#error": True, "#debug": debug})
        self.statistics.failed.append(millis(started))
        self.statistics.histogram[one["retryCount"]] += 1
        self.lost.append(one["url"])

    async def keep_snapshot(self, url: str, error: Exception, response: httpx.Response | None) -> None:
        """The page as HTML and as a picture, for the first error of its kind."""
        group = (place_of(error), type(error).__name__, first_line(error))
        if response is None or group in self.groups:
            return
        self.groups.add(group)
        key = snapshot_key(error)
        await self.platform.set_value(f"{key}.html", response.text, "text/html; charset=utf-8")
        drawn = await asyncio.to_thread(picture, response.text, url)
        await self.platform.set_value(f"{key}.png", drawn, "image/png")

    def watch_pace(self, seconds: float) -> None:
        """Warn once when the shop becomes slow, and say when it has recovered."""
        usual = self.statistics.record()["requestAvgFinishedDurationMillis"]
        self.recent.append(seconds)
        if usual is None or len(self.recent) < 10:
            return
        lately = sum(self.recent) / len(self.recent)
        if lately > 2 * usual / 1000 and not self.slow:
            log.warning(
                f"The shop answers slowly: {lately:.1f} s on average over the last {len(self.recent)} pages"
            )
        elif self.slow and lately < 1.4 * usual / 1000:
            log.info(f"The shop answers at its usual pace again: {lately:.1f} s on average")
        self.slow = lately > 2 * usual / 1000 or (self.slow and lately >= 1.4 * usual / 1000)

    async def report_often(self) -> None:
        """Forever: status message and record at every interval, statistics at every third."""
        count = 0
        while True:
            await self.report()
            await asyncio.sleep(self.report_every)
            count += 1
            if count % 3 == 0:
                pool_log.info(self.pool.state(len(self.active)))
                self.log_statistics("Statistics")

    async def report(self) -> None:
        message = self.progress()
        log.info(message)
        await self.platform.say(message)
        await self.platform.set_value(RECORD, self.statistics.record())

    def progress(self) -> str:
        """The status message Crawlee sets."""
        done, failed = len(self.statistics.finished), len(self.statistics.failed)
        return (
            f"Crawled {done}/{self.enqueued} pages, {failed} failed requests, "
            f"desired concurrency {self.pool.desired}."
        )

    def log_statistics(self, title: str) -> None:
        statistics_log.info(f"{title}\n{table(self.statistics.rows())}")

    def output(self) -> dict[str, Any]:
        """The OUTPUT record."""
        prices = {
            currency: {"lowest": min(all_), "highest": max(all_), "average": round(sum(all_) / len(all_), 2)}
            for currency, all_ in sorted(self.prices.items())
        }
        pages = len(self.statistics.finished) + len(self.statistics.failed)
        return {
            "pages": pages,
            "products": sum(map(len, self.prices.values())),
            "prices": prices,
            "lost": self.lost,
        }


def request(url: str, label: str, depth: int) -> dict[str, Any]:
    """A new request as Crawlee would enqueue it."""
    data = {"label": label, "__crawlee": {"crawlDepth": depth, "enqueueStrategy": "same-hostname"}}
    return {"url": url, "uniqueKey": url, "method": "GET", "userData": data}


def described(error: Exception) -> str:
    """An error in one line, with its innermost place, as Crawlee's retry warnings have it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f'File "{frames[-1].filename}", line {frames[-1].lineno}, in {frames[-1].name}' if frames else ""
    return f"{first_line(error) or type(error).__name__}. {where}, {frames[-1].line if frames else ''}"


def millis(started: float) -> float:
    return round(1000 * (time.monotonic() - started), 1)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
