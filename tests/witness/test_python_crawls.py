"""Apify's SDK for Python with Crawlee crawls a site at home on the platform: nothing is lost or doubled."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from apify_client import ApifyClient

from runmon.local.app import LocalPlatform
from runmon.local.demo.shop import ShopSite
from tests.witness.crawls import PAGES, PARTS, PLAN, begin, ended, lost_and_doubled, prove_nothing_lost
from tests.witness.tap import Tap

ACTOR = Path(__file__).parent / "actors" / "wide_crawl.py"


@pytest.mark.parametrize("access", ["single", "shared"])
def test_a_crawl_by_many_hands_loses_and_doubles_nothing(
    platform: LocalPlatform, tap: Tap, tmp_path: Path, access: str
) -> None:
    with ShopSite(PLAN) as site:
        root = tmp_path / "run"
        run = ended(platform, begin(platform, site, (sys.executable, str(ACTOR), access), root), root)
        prove_nothing_lost(platform, site, tap, run)
        locked = any(each.path.endswith("/head/lock") for each in tap.heard)
        assert locked == (access == "shared")


def test_two_actors_on_one_queue_share_the_work_and_double_nothing(
    platform: LocalPlatform, tap: Tap, tmp_path: Path
) -> None:
    command, roots = (sys.executable, str(ACTOR), "shared"), (tmp_path / "one", tmp_path / "two")
    client = ApifyClient(platform.token, api_url=platform.url)
    with ShopSite(PLAN) as site:
        first = begin(platform, site, command, roots[0])
        queue = client.run(first).get().default_request_queue_id
        second = begin(platform, site, (*command, queue), roots[1])
        runs = [ended(platform, run_id, root) for run_id, root in zip((first, second), roots, strict=True)]
        found = [list(client.run(run["id"]).dataset().iterate_items()) for run in runs]
        assert lost_and_doubled(site, [*found[0], *found[1]]) == (Counter(), Counter())
    assert all(len(items) > PARTS for items in found)
    counts = client.request_queue(queue).get()
    assert (counts.total_request_count, counts.handled_request_count) == (PAGES, PAGES)
    assert counts.had_multiple_clients
