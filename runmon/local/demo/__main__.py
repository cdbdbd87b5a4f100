"""The demo Actor: `python -m runmon.local.demo`, with the environment of a run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform as machine
import signal
import sys

from runmon.local.demo.console import log_to, table
from runmon.local.demo.crawler import Crawler, log, statistics_log
from runmon.local.demo.platform import Platform, PlatformFault
from runmon.local.demo.statistics import RECORD

ACTOR_FAILED = 91
"""What the Apify SDKs exit with when the Actor's own code raised."""

actor_log = log_to("actor")


async def crawl(platform: Platform) -> None:
    """The whole run: input, crawl, records, last words."""
    given = await platform.input()
    facts = {"python_version": machine.python_version(), "run_id": platform.run_id, "pid": os.getpid()}
    actor_log.info("Initializing Actor", extra=facts)
    crawler = Crawler(platform, given)
    actor_log.info(f"Starting with {len(crawler.start_urls)} start URL(s)", extra={"input": given})

    def stop() -> None:
        crawler.stopping = True
        actor_log.warning("Asked to stop: finishing the pages under way")

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    await crawler.run()
    await conclude(platform, crawler)


async def conclude(platform: Platform, crawler: Crawler) -> None:
    """Final statistics to the log and the store, OUTPUT, and a status message that stays."""
    log.info(f"Error analysis: total_errors={crawler.errors} unique_errors={len(crawler.groups)}")
    statistics_log.info(f"Final request statistics:\n{table(crawler.statistics.rows())}")
    await platform.set_value(RECORD, crawler.statistics.record())
    await platform.set_value("OUTPUT", crawler.output())
    done, failed = len(crawler.statistics.finished), len(crawler.statistics.failed)
    word = "Stopped early!" if crawler.stopping else "Finished!"
    message = f"{word} Total {done + failed} requests: {done} succeeded, {failed} failed."
    await platform.say(message, terminal=True)
    actor_log.info(f"[Terminal status message]: {message}")


async def last_message(platform: Platform) -> None:
    """Say why the crawl ended, as far as the platform still listens."""
    with contextlib.suppress(PlatformFault):
        await platform.say(f"The crawl was given up: {sys.exc_info()[1]}", terminal=True)


async def main() -> int:
    """Run the Actor; its exit code."""
    platform = Platform()
    try:
        await crawl(platform)
    except Exception:
        actor_log.exception("Actor failed with an exception")
        await last_message(platform)
        actor_log.info("Exiting Actor", extra={"exit_code": ACTOR_FAILED})
        return ACTOR_FAILED
    finally:
        await platform.close()
    actor_log.info("Exiting Actor", extra={"exit_code": 0})
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
