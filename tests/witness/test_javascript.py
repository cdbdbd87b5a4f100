"""Apify's SDK for JavaScript with Crawlee crawls a site at home on the platform and loses nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runmon.local.app import LocalPlatform
from runmon.local.demo.shop import ShopSite
from tests.witness.crawls import PLAN, begin, ended, prove_nothing_lost
from tests.witness.tap import Tap

ACTOR = Path(__file__).parent / "actors" / "wide_crawl.mjs"

pytestmark = pytest.mark.node


@pytest.mark.parametrize("access", ["single", "shared"])
def test_a_crawl_in_javascript_loses_and_doubles_nothing(
    platform: LocalPlatform, tap: Tap, tmp_path: Path, node_packages: Path, access: str
) -> None:
    actor = shutil.copy(ACTOR, node_packages / f"{access}.mjs")
    with ShopSite(PLAN) as site:
        root = tmp_path / "run"
        run = ended(platform, begin(platform, site, ("node", str(actor), access), root), root)
        prove_nothing_lost(platform, site, tap, run)
        locked = any(each.path.endswith("/head/lock") for each in tap.heard)
        assert locked == (access == "shared")
