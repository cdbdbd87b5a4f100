"""An Actor that goes on until the platform tells it to end."""

from __future__ import annotations

import asyncio

from apify import Actor, Event


async def main() -> None:
    async with Actor:
        told = asyncio.Event()
        heard = asyncio.Event()
        Actor.on(Event.ABORTING, lambda _: told.set())
        Actor.on(Event.SYSTEM_INFO, lambda _: heard.set())
        await heard.wait()
        Actor.log.info("ready")
        await told.wait()
        await Actor.set_value("KEPT", {"kept": True})
        Actor.log.info("kept what I had")


if __name__ == "__main__":
    asyncio.run(main())
