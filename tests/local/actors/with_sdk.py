"""An Actor as people write them: Apify SDK, Crawlee, a router, one push, one record."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from apify import Actor
from crawlee import ConcurrencySettings
from crawlee.crawlers import BeautifulSoupCrawler, BeautifulSoupCrawlingContext


async def main() -> None:
    async with Actor:
        given = await Actor.get_input() or {}
        crawler = BeautifulSoupCrawler(
            max_request_retries=1,
            request_handler_timeout=timedelta(seconds=20),
            concurrency_settings=ConcurrencySettings(desired_concurrency=5, min_concurrency=5),
            use_session_pool=False,
        )

        @crawler.router.default_handler
        async def handle(context: BeautifulSoupCrawlingContext) -> None:
            price = context.soup.select_one("[data-field=price]")
            if price is not None:
                title = context.soup.select_one("h1")
                item = {"url": context.request.url, "title": title.get_text(), "price": price.get_text()}
                await context.push_data(item)
            await context.enqueue_links()

        await crawler.run([one["url"] for one in given["startUrls"]])
        await Actor.set_value("page.html", "<h1>žluťoučký</h1>", content_type="text/html; charset=utf-8")
        await Actor.set_value("OUTPUT", {"done": True})
        await Actor.set_status_message("Crawl finished", is_terminal=True)


if __name__ == "__main__":
    asyncio.run(main())
