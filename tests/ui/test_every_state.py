"""Every state of a run on the screen, each brought about by a real process on the local platform."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from tests.ui.screens import Shown, run_shown

EATS_MEMORY = "import time; held = b'x' * (150 << 20); print('full', flush=True); time.sleep(60)"
EATS_CPU = "print('busy', flush=True)\nwhile True: pass"
CHARGES = """
import json, os, time, urllib.request as web
door = web.build_opener(web.ProxyHandler({}))
def ask(path, body):
    head = {"authorization": "Bearer " + os.environ["APIFY_TOKEN"], "content-type": "application/json"}
    url = os.environ["APIFY_API_BASE_URL"] + "/v2/" + path
    door.open(web.Request(url, json.dumps(body).encode(), head)).read()
run = os.environ["ACTOR_RUN_ID"]
ask("datasets/" + os.environ["ACTOR_DEFAULT_DATASET_ID"] + "/items", [{"n": n} for n in range(8)])
ask(f"actor-runs/{run}/charge", {"eventName": "page", "count": 8})
time.sleep(60)
"""
PRICES = {
    "pricingModel": "PAY_PER_EVENT",
    "pricingPerEvent": {"actorChargeEvents": {"page": {"eventTitle": "Page", "eventPriceUsd": 0.01}}},
}


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform(anonymous_reads=True) as running:
        yield running


def start(platform: LocalPlatform, folder: Path, *command: str, **options: Any) -> str:
    return platform.start(RunSpec(command, folder / "run", **options))


def shown_run(platform: LocalPlatform, run_id: str, **options: Any) -> Any:
    return run_shown(platform.url, run_id, platform.token, size=(160, 45), **options)


def current(shown: Shown, chart: str) -> str:
    """What stands at the head of a chart."""
    lines = [line.split("│")[1].strip() for line in shown.lines if line.startswith("│")]
    return next((line for line in lines if line.startswith(chart)), "")


async def test_a_memory_hog_fills_its_chart_up_to_the_line_of_its_limit(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run_id = start(platform, tmp_path, sys.executable, "-c", EATS_MEMORY, memory_mb=256)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("● RUNNING", "full", "of 256 MB", "╌")
        await shown.until(lambda: float(current(shown, "memory").split()[1]) > 150)


async def test_a_cpu_hog_is_seen_to_use_a_whole_core(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = start(platform, tmp_path, sys.executable, "-c", EATS_CPU)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("● RUNNING", "busy")
        await shown.until(lambda: float((current(shown, "cpu").split() or ["", "0"])[1]) > 30)


@pytest.mark.parametrize(
    ("script", "options", "seen"),
    [
        ("exit 0", {}, ("✔ SUCCEEDED", "0 · success")),
        ("kill -9 $$", {}, ("✖ FAILED", "137 · killed; often out of")),
        ("exit 91", {}, ("✖ FAILED", "91 · the Actor's code raised")),
        ("echo waits; sleep 60", {"timeout_s": 1}, ("◷ TIMED-OUT", "00:00:01")),
    ],
)
async def test_an_end_is_told_by_sign_word_and_explained_code(
    platform: LocalPlatform, tmp_path: Path, script: str, options: dict[str, Any], seen: tuple[str, ...]
) -> None:
    run_id = start(platform, tmp_path, "sh", "-c", script, **options)
    platform.wait(run_id, 20)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text(*seen)


async def test_a_run_that_hangs_shows_the_time_it_has_left(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = start(platform, tmp_path, "sh", "-c", "echo waits; sleep 60", timeout_s=90)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("left      00:01:", "of 1 min 30 s", "waits")
        await shown.press("A", "a")
        await shown.until_text("■ ABORTED")


async def test_a_charged_actor_shows_its_events_times_price_against_the_limit(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    known = {"pricingInfo": PRICES, "options": {"maxTotalChargeUsd": 0.16}}
    run_id = start(platform, tmp_path, sys.executable, "-c", CHARGES, run=known)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text(
            "page", "× 8", "$0.0800", "of $0.1600", "50 %", "1 000 items  $10.00", "pay per event"
        )


async def test_without_a_token_a_restricted_run_says_so_and_a_shared_one_hides_its_cost(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run_id = start(platform, tmp_path, "sh", "-c", "exit 0")
    platform.wait(run_id, 20)
    async with run_shown(platform.url, run_id, "", size=(160, 45)) as shown:
        await shown.until_text(
            "⊘ FORBIDDEN", "Not everybody may use run", "Set APIFY_TOKEN", "The items cannot be read"
        )
    async with httpx.AsyncClient(base_url=platform.url, trust_env=False) as http:
        head = {"authorization": f"Bearer {platform.token}"}
        shared = {"generalAccess": "ANYONE_WITH_ID_CAN_READ"}
        (await http.put(f"/v2/actor-runs/{run_id}", json=shared, headers=head)).raise_for_status()
    async with run_shown(platform.url, run_id, "", size=(160, 45)) as shown:
        await shown.until_text("✔ SUCCEEDED", "Cost is hidden without a token.", "anyone who has its id")


async def test_the_price_of_items_is_told_only_of_items_counted_now(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    known = {"pricingInfo": PRICES}
    run_id = start(platform, tmp_path, sys.executable, "-c", CHARGES, run=known)
    async with run_shown(platform.url, run_id, platform.token, size=(80, 40)) as shown:
        await shown.press("3")
        await shown.until_text("3 Dataset 8")
        await shown.press("2")
        assert "Dataset 8" not in shown.text
        async with httpx.AsyncClient(base_url=platform.url, trust_env=False) as http:
            head = {"authorization": f"Bearer {platform.token}"}
            more = [{"n": n} for n in range(32)]
            (
                await http.post(f"/v2/actor-runs/{run_id}/dataset/items", json=more, headers=head)
            ).raise_for_status()
            event = {"eventName": "page", "count": 32}
            (await http.post(f"/v2/actor-runs/{run_id}/charge", json=event, headers=head)).raise_for_status()
        await shown.press("1")
        await shown.until_text("$0.4000", "1 000 items  $10.00", "3 Dataset 40")
