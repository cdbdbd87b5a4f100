"""Orders to real runs: each is asked about, shows its commands, is sent once, and is told by the answer."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.widgets import Button, Input

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.errors import Unreachable
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.model.order import Deed, Order
from runmon.model.run import Run
from runmon.watch.orders import carry_out
from tests.loopback import Seen, data
from tests.ui.screens import Shown, run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"
WAITS = "echo started; exec sleep 60"


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as running:
        yield running


@asynccontextmanager
async def shown_run(platform: LocalPlatform, run_id: str, **options: Any) -> AsyncIterator[Shown]:
    async with run_shown(platform.url, run_id, platform.token, title="kettles", **options) as shown:
        await shown.until(lambda: shown.app.screen.query_one("#facts").display and "elapsed" in shown.text)
        yield shown


def started(platform: LocalPlatform, folder: Path, script: str, **options: Any) -> str:
    return platform.start(RunSpec(("sh", "-c", script), folder / "run", **options))


def run_of(platform: LocalPlatform, run_id: str) -> dict[str, Any]:
    return platform.wait(run_id, 0)


async def test_reboot_asks_with_no_focused_and_starts_the_container_once_more(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run_id = started(platform, tmp_path, WAITS)
    async with shown_run(platform, run_id) as shown:
        await shown.press("B")
        await shown.until_text(
            "Reboot this run?", "kettles", run_id, f"runmon reboot {run_id} --yes --api-url"
        )
        assert isinstance(shown.app.focused, Button) and shown.app.focused.id == "no"
        await shown.press("b")
        await shown.until_text("rebooted  once")
    assert run_of(platform, run_id)["stats"]["rebootCount"] == 1


async def test_control_k_asks_and_aborts_at_once(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = started(platform, tmp_path, "trap '' TERM; echo started; sleep 60")
    async with shown_run(platform, run_id) as shown:
        await shown.press("ctrl+k")
        await shown.until_text("Abort this run at once?", f"apify runs abort {run_id} --force")
        await shown.press("a")
        await shown.until_text("■ ABORTED")


async def test_a_finished_run_lives_again_with_what_was_typed_and_the_rest_as_before(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    script = f"test -e {tmp_path}/again && sleep 60; touch {tmp_path}/again; exit 1"
    run_id = started(platform, tmp_path, script, memory_mb=256)
    platform.wait(run_id, 20)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("✖ FAILED")
        await shown.press("R")
        await shown.until_text("Resurrect this run?", "as before: 256", "goes on at your cost")
        assert shown.app.focused is not None and shown.app.focused.id == "no"
        await shown.press("c", "tab", *"300")
        await shown.until_text("The memory must be a power of 2")
        await shown.press("r")
        shown.app.screen.query_one("#memory", Input).value = "512"
        await shown.until_text(f"runmon resurrect {run_id} --memory 512", '{"memory": 512}')
        await shown.press("enter", "r")
        await shown.until_text("● RUNNING", "revived   once")
    assert run_of(platform, run_id)["options"]["memoryMbytes"] == 512


async def test_read_only_and_the_state_of_the_run_take_orders_away(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run_id = started(platform, tmp_path, "exit 0")
    platform.wait(run_id, 20)
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("✔ SUCCEEDED")
        await shown.press("B", "A", "ctrl+k")
        assert "?" not in "".join(line for line in shown.lines if "this run" in line)
    async with shown_run(platform, run_id, read_only=True) as shown:
        await shown.until_text("✔ SUCCEEDED")
        await shown.press("R", "Q")
        assert "this run?" not in shown.text and "resurrect" not in shown.lines[-1]


async def test_a_number_copies_the_command_and_no_command_holds_the_token(
    platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = started(platform, tmp_path, WAITS)
    async with shown_run(platform, run_id) as shown:
        copied: list[str] = []
        monkeypatch.setattr(shown.app, "copy_to_clipboard", copied.append)
        await shown.press("B", "1", "2", "3")
        assert [line.split()[0] for line in copied] == ["runmon", "apify", "curl"]
        assert not any(platform.token in line for line in copied)


async def test_a_resurrection_whose_answer_is_lost_is_sent_once_and_the_run_is_looked_at() -> None:
    run = {"id": RUN_ID, "status": "FAILED", "finishedAt": "2026-11-24T10:10:00.000Z"}
    orders: list[str] = []

    def answer(seen: Seen) -> bytes | None:
        if seen.method == "POST":
            orders.append(seen.path)
            return None
        return data(run) if seen.path.endswith(RUN_ID) else None

    async with serving(answer) as server, run_shown(server.url, RUN_ID) as shown:
        await shown.until_text("✖ FAILED")
        await shown.press("R", "r")
        await shown.until_text("does not show that it obeyed", "Nothing was sent twice")
        assert orders == [f"/v2/actor-runs/{RUN_ID}/resurrect"]


CRAWL = """
import json, os, urllib.request as web
queue, base = os.environ["ACTOR_DEFAULT_REQUEST_QUEUE_ID"], os.environ["APIFY_API_BASE_URL"]
door = web.build_opener(web.ProxyHandler({}))
def ask(method, path, body=None):
    head = {"authorization": "Bearer " + os.environ["APIFY_TOKEN"], "content-type": "application/json"}
    sent = None if body is None else json.dumps(body).encode()
    url = base + "/v2/request-queues/" + queue + path
    return json.loads(door.open(web.Request(url, sent, head, method=method)).read())["data"]
if ask("GET", "")["totalRequestCount"]:
    left = ask("GET", "/head?limit=9")["items"]
    print("taken again", *sorted(one["url"] for one in left), flush=True)
else:
    for n in range(3):
        url = f"https://shop.example/{n}"
        id = ask("POST", "/requests", {"url": url, "uniqueKey": url})["requestId"]
        lost = {"retryCount": 1, "errorMessages": ["Oh no", "Oh [/no]"], "tag": 1.0,
                "userData": {"label": "X", "__crawlee": {"state": 5, "y": 1}}}
        done = {"id": id, "url": url, "uniqueKey": url, "handledAt": "2026-11-24T10:00:00.000Z"}
        ask("PUT", "/requests/" + id, done | (lost if n else {}))
    raise SystemExit(1)
"""


async def test_failed_requests_are_listed_put_back_and_taken_by_the_resurrected_run(
    platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNMON_STATE_DIR", str(tmp_path / "state"))
    run_id = platform.start(RunSpec((sys.executable, "-c", CRAWL), tmp_path / "run"))
    assert platform.wait(run_id, 20)["status"] == "FAILED"
    async with shown_run(platform, run_id) as shown:
        await shown.until_text("✖ FAILED")
        await shown.press("Q")
        await shown.until_text("2 failed", "https://shop.example/1", "Oh [/no]", "requeue-")
        assert isinstance(shown.app.focused, Button) and shown.app.focused.id == "no"
        await shown.press("r")
        await shown.until_text("taken again https://shop.example/1 https://shop.example/2")
    kept = [
        json.loads(line)
        for file in (tmp_path / "state" / "undo").iterdir()
        for line in file.read_bytes().splitlines()
    ]
    assert {(one["url"][-1], one["retryCount"], one["tag"]) for one in kept} == {("1", 1, 1.0), ("2", 1, 1.0)}
    head = {"authorization": f"Bearer {platform.token}"}
    async with httpx.AsyncClient(base_url=platform.url, headers=head, trust_env=False) as http:
        found = await http.get(f"/v2/actor-runs/{run_id}/request-queue/requests/{kept[0]['id']}")
        again = found.json()["data"]
    assert (again["retryCount"], again["errorMessages"], again.get("handledAt")) == (0, [], None)
    assert again["userData"] == {"label": "X", "__crawlee": {"state": 0, "y": 1}}


async def test_an_order_that_found_no_server_is_said_not_to_be_sent() -> None:
    async with Api(address("http://127.0.0.1:9"), Token("test-token")) as api:
        with pytest.raises(Unreachable, match="Nothing was sent"):
            await carry_out(api, Order(Deed.RESURRECT, RUN_ID), Run(status="FAILED"))
