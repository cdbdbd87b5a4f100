"""Apify's SDK for Python with Crawlee crawls a site at home on the platform: nothing is lost or doubled."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runmon.local.app import LocalPlatform
from runmon.local.demo.shop import ShopSite
from tests.witness.crawls import PLAN, crawl, prove_nothing_lost
from tests.witness.tap import Tap

ACTOR = Path(__file__).parent / "actors" / "wide_crawl.py"


@pytest.mark.parametrize("access", ["single", "shared"])
def test_a_crawl_by_many_hands_loses_and_doubles_nothing(
    platform: LocalPlatform, tap: Tap, tmp_path: Path, access: str
) -> None:
    with ShopSite(PLAN) as site:
        run = crawl(platform, site, (sys.executable, str(ACTOR), access), tmp_path / "run")
        prove_nothing_lost(platform, site, tap, run)
        locked = any(each.path.endswith("/head/lock") for each in tap.heard)
        assert locked == (access == "shared")
