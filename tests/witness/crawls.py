"""A crawl of a whole site by somebody's SDK, and whether the platform kept all of it exactly once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from apify_client import ApifyClient

from runmon.local.app import LocalPlatform
from runmon.local.demo.catalogue import PER_PAGE, Trouble
from runmon.local.demo.shop import ShopPlan, ShopSite
from runmon.local.runner import RunSpec
from tests.witness.tap import Tap

PAGES = 230
PLAN = ShopPlan(pages=PAGES, fail_rate=0.08, delay_s=0.05, stall_s=0.1, seed=5)
HANDS = 20
PARTS = 3
"""Items that each page gives."""
LONG_S = 120
REFUSED = {Trouble.FORBIDDEN, Trouble.GONE, Trouble.BROKEN}


def pages_of(site: ShopSite) -> tuple[set[str], set[str]]:
    """The addresses that can be read in the end, and those that cannot."""
    stock = site.shop.stock
    good = {site.url}
    for place in range(len(stock.shelves)):
        page, category = divmod(place, len(stock.categories))
        good.add(f"{site.url}category/{category}" + (f"?page={page + 1}" if page else ""))
    refused = {f"{site.url}product/{one.number}" for one in stock.products if one.trouble in REFUSED}
    good |= {f"{site.url}product/{one.number}" for one in stock.products if one.trouble not in REFUSED}
    assert len(good) + len(refused) == PAGES > 200 and len(refused) >= 5 and PER_PAGE < PAGES
    return good, refused


def begin(platform: LocalPlatform, site: ShopSite, command: tuple[str, ...], root: Path) -> str:
    """Start a crawl; its run's id."""
    return platform.start(RunSpec(command, root, input=json.dumps({"start": site.url}).encode()))


def ended(platform: LocalPlatform, run_id: str, root: Path) -> dict[str, Any]:
    """The run object of a crawl that came to a good end."""
    run = platform.wait(run_id, LONG_S)
    assert run["status"] == "SUCCEEDED", (root / "log.txt").read_text()[-5000:]
    assert (run["statusMessage"], run["isStatusMessageTerminal"]) == ("Crawled", True)
    return run


def prove_nothing_lost(platform: LocalPlatform, site: ShopSite, tap: Tap, run: dict[str, Any]) -> None:
    """Every page's items, record and request are there, and there once."""
    assert alone(tap)
    good, refused = pages_of(site)
    theirs = ApifyClient(platform.token, api_url=platform.url).run(run["id"])
    assert lost_and_doubled(site, theirs.dataset().iterate_items()) == (Counter(), Counter())
    assert theirs.dataset().get().item_count == PARTS * len(good)

    store = theirs.key_value_store()
    kept = [one.key for one in store.iterate_keys(prefix="page-")]
    assert Counter(store.get_record(key)["value"]["url"] for key in kept) == Counter(good)

    queue = theirs.request_queue()
    requests = list(queue.iterate_requests())
    assert Counter(one.url for one in requests) == Counter(good | refused)
    assert all(one.handled_at for one in requests)
    counts = queue.get()
    assert (counts.total_request_count, counts.handled_request_count) == (PAGES, PAGES)
    assert counts.pending_request_count == 0
    assert queue.list_head().items == []
    assert store.get_record("OUTPUT")["value"]["most"] >= HANDS // 2
    assert refusals(tap) <= {404}


def lost_and_doubled(site: ShopSite, items: Iterable[Any]) -> tuple[Counter[Any], Counter[Any]]:
    """The items that are not there, and those that are there too often."""
    found = Counter((one["url"], str(one["part"])) for one in items)
    wanted = Counter((url, part) for url in pages_of(site)[0] for part in ("title", "0", "1"))
    return wanted - found, found - wanted


def alone(tap: Tap) -> bool:
    """Whether the crawler was told that nobody else works on its queue; else it waits ten seconds."""
    heads = [json.loads(each.body)["data"] for each in tap.heard if "/head" in each.path and each.ended]
    return len(heads) > 1 and not any(head["hadMultipleClients"] for head in heads)


def refusals(tap: Tap) -> set[int]:
    """The kinds of errors that the platform answered with: a record that is not there, and no other."""
    return {each.status for each in tap.heard if each.status >= 400}
