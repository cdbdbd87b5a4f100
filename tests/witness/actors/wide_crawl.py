"""An Actor that crawls a whole site with twenty hands, each pushing and storing as it goes.

Arguments: `single` or `shared`, how its request queue is used; the id of another run's queue to share.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import Literal, cast

from apify import Actor
from apify.storage_clients import ApifyStorageClient, SmartApifyStorageClient
from crawlee import ConcurrencySettings, service_locator
from crawlee.crawlers import BeautifulSoupCrawler, BeautifulSoupCrawlingContext

HANDS = 20
WAVE_S = 0.25


async def next_wave() -> None:
    """All hands that wait go on at the same moment, so that they push at once."""
    await asyncio.sleep(WAVE_S - asyncio.get_running_loop().time() % WAVE_S)


class Gauge:
    """How many pages are worked on at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def __enter__(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)

    def __exit__(self, *_: object) -> None:
        self.now -= 1


async def main(access: Literal["single", "shared"], queue_id: str | None = None) -> None:
    cloud = ApifyStorageClient(request_queue_access=access)
    service_locator.set_storage_client(SmartApifyStorageClient(cloud_storage_client=cloud))
    async with Actor:
        given = await Actor.get_input()
        queue = await Actor.open_request_queue(id=queue_id)
        crawler = BeautifulSoupCrawler(
            request_manager=queue,
            max_request_retries=2,
            request_handler_timeout=timedelta(seconds=60),
            concurrency_settings=ConcurrencySettings(
                desired_concurrency=HANDS, min_concurrency=HANDS, max_concurrency=HANDS
            ),
            use_session_pool=False,
        )
        gauge = Gauge()

        @crawler.router.default_handler
        async def handle(context: BeautifulSoupCrawlingContext) -> None:
            with gauge:
                await context.enqueue_links()
                await next_wave()
                url = context.request.url
                await asyncio.gather(
                    Actor.push_data({"url": url, "part": "title", "title": context.soup.h1.get_text()}),
                    Actor.push_data([{"url": url, "part": number} for number in range(2)]),
                    Actor.set_value(
                        f"page-{context.request.unique_key[-40:].translate(ILLEGAL)}", {"url": url}
                    ),
                )

        await Actor.set_status_message("Crawling")
        await crawler.run([given["start"]])
        await Actor.set_value("OUTPUT", {"most": gauge.most})
        await Actor.set_status_message("Crawled", is_terminal=True)


ILLEGAL = str.maketrans(":/?=&", "-----")

if __name__ == "__main__":
    asyncio.run(main(cast(Literal["single", "shared"], sys.argv[1]), *sys.argv[2:]))
