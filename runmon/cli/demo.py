"""`runmon demo`: a real crawl of a bundled shop, to look at."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from runmon.cli.commands import Command
from runmon.cli.local_run import parting_words, print_log, show
from runmon.cli.setting_flags import screen_options
from runmon.cli.terminal import require_terminal

if TYPE_CHECKING:
    from runmon.local.demo.shop import ShopPlan
    from runmon.local.runner import RunSpec

EXAMPLES = (
    ("runmon demo", "a crawl of 300 pages in about 90 seconds"),
    ("runmon demo --pages 2000 --fail-rate 0.1", "a larger shop, more broken"),
    ("runmon demo --crash", "a crawl that dies at about 70 percent"),
)
MEMORY_MB = 128
PRICE_USD = 0.002
SLACK = 0.9
"""The part of the wanted time that an undisturbed crawl takes; retries and the slow patch take the rest."""


@click.command("demo", cls=Command, examples=EXAMPLES)
@click.option(
    "--pages", type=click.IntRange(1, 100_000), default=300, show_default=True, help="Pages of the shop."
)
@click.option(
    "--fail-rate",
    type=click.FloatRange(0, 1),
    default=0.05,
    show_default=True,
    help="Part of products that fail.",
)
@click.option("--crash", is_flag=True, help="Let one page break the Actor.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=90.0,
    show_default=True,
    help="How long 300 pages or more take.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another shop.")
@click.option(
    "--storage",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the run in this folder. Without it, everything is gone at the end.",
)
@click.option("--no-ui", is_flag=True, help="Print the log to stdout; the outcome is the exit code.")
@screen_options
def demo_command(
    pages: int, fail_rate: float, crash: bool, seconds: float, seed: int, storage: Path | None, no_ui: bool
) -> int:
    """Crawl a small shop on this machine and watch it. No other machine is asked for anything."""
    if not no_ui:
        require_terminal()
    from runmon.local.app import LocalPlatform
    from runmon.local.demo.shop import ShopSite

    plan, rate = shop_plan(pages=pages, fail_rate=fail_rate, crash=crash, seconds=seconds, seed=seed)
    with ExitStack() as stack:
        folder = storage or Path(stack.enter_context(TemporaryDirectory(prefix="runmon-demo-")))
        site = stack.enter_context(ShopSite(plan))
        platform = stack.enter_context(LocalPlatform())
        run_id = platform.start(run_spec(site.url, plan, rate, folder))
        if no_ui:
            return print_log(platform, run_id)
        code = show(platform, run_id, title="demo shop", asks=False, remember=storage is not None)
    parting_words(platform, run_id, storage)
    return code


def shop_plan(
    *, pages: int, fail_rate: float, crash: bool, seconds: float, seed: int
) -> tuple[ShopPlan, float]:
    """The shop, and the pages per second at which the crawl takes the wanted time; fewer pages take less."""
    from runmon.local.demo.shop import ShopPlan

    rate = max(pages, 300) / (SLACK * seconds)
    delay = min(1.0, 4 / rate) * min(1.0, pages / 60)
    stall = max(2.0, 14 * delay)
    plan = ShopPlan(
        pages=pages, fail_rate=fail_rate, crash=crash, seed=seed, delay_s=round(delay, 4), stall_s=stall
    )
    return plan, rate


def run_spec(url: str, plan: ShopPlan, rate: float, folder: Path) -> RunSpec:
    """The demo Actor on this shop, with limits and a price list as an Actor in the Store has them."""
    from runmon.local.runner import RunSpec

    timeout = max(600, plan.pages)
    options = {
        "timeoutSecs": timeout,
        "memoryMbytes": MEMORY_MB,
        "maxTotalChargeUsd": max(1.0, round(2 * plan.pages * PRICE_USD, 2)),
    }
    return RunSpec(
        command=(sys.executable, "-P", "-m", "runmon.local.demo"),
        storage=folder,
        input=json.dumps(actor_input(url, plan, rate), indent=2).encode(),
        timeout_s=timeout,
        memory_mb=MEMORY_MB,
        actor_name="demo-shop",
        run={"options": options, "pricingInfo": pricing()},
    )


def actor_input(url: str, plan: ShopPlan, rate: float) -> dict[str, Any]:
    """The INPUT record."""
    return {
        "startUrls": [{"url": url}],
        "maxRequestRetries": 3,
        "maxRequestsPerMinute": round(60 * rate, 1),
        "requestTimeoutSecs": round(plan.stall_s * 0.8, 2),
        "minConcurrency": 3,
        "maxConcurrency": 16,
    }


def pricing() -> dict[str, Any]:
    """A price list of one event, which the Actor really charges for every item."""
    event = {
        "eventTitle": "Product",
        "eventDescription": "One product in the dataset",
        "eventPriceUsd": PRICE_USD,
    }
    return {"pricingModel": "PAY_PER_EVENT", "pricingPerEvent": {"actorChargeEvents": {"product": event}}}
