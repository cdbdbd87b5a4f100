"""A crawler that knows nothing of Apify: Crawlee alone, the start URL on the command line."""

from __future__ import annotations

import asyncio
import sys

from crawlee import ConcurrencySettings
from crawlee.crawlers import BeautifulSoupCrawler, BeautifulSoupCrawlingContext


async def main(start: str) -> None:
    crawler = BeautifulSoupCrawler(
        max_request_retries=1,
        concurrency_settings=ConcurrencySettings(desired_concurrency=5, min_concurrency=5),
        use_session_pool=False,
    )

    @crawler.router.default_handler
    async def handle(context: BeautifulSoupCrawlingContext) -> None:
        if context.soup.select_one("[data-field=price]"):
            await context.push_data({"url": context.request.url, "title": context.soup.h1.get_text()})
        await context.enqueue_links()

    await crawler.run([start])
    store = await crawler.get_key_value_store()
    await store.set_value("OUTPUT", {"done": True})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
