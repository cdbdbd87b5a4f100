"""Everything a person can do with the queue, by keys, without ever taking a lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runmon.ui.screens.request import RequestScreen
from tests.loopback import Seen, data, fault
from tests.storages import handled, storage
from tests.ui.screens import run_shown, serving
from tests.watching import watching

TRACE = ["Error: No price\n    at f (/app/main.mjs:1:2)"] * 3
REQUESTS = [
    handled("r1", "http://shop/1", userData={"label": "list"}),
    {"id": "r2", "url": "http://shop/2"},
    handled("r3", "http://shop/3", retryCount=2, errorMessages=TRACE, userData={"label": "product"}),
    handled("r4", "http://shop/4", userData={"label": "product"}),
]


async def test_requests_are_filtered_ordered_and_opened_one_after_the_other(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", requests=REQUESTS), size=(160, 44)) as run:
        await run.pilot.press("5", "f")
        await run.until(lambda: run.queue.table.row_count and run.queue.table.has_focus)
        await run.pilot.press("F")
        await run.sees("showing all, failed first", "1 failed", "Error: No price")
        assert run.queue.rows.requests[0].id == "r3"
        await run.pilot.press("ampersand", *"label:product !failed", "enter")
        await run.until(lambda: [each.id for each in run.queue.rows.requests] == ["r4"])
        await run.sees("filter label:product !failed", "1 of 4")
        await run.pilot.press("escape")
        await run.until(lambda: len(run.queue.rows.requests) == 4)
        await run.pilot.press("g", "y")
        await run.until(lambda: run.pilot.app.clipboard == "http://shop/3")
        await run.pilot.press("enter")
        await run.until(lambda: isinstance(run.screen, RequestScreen))
        await run.sees("✖ failed", "error 1 to 3 of 3, alike", "label       product", "1 of 4")
        run.pilot.app.copy_to_clipboard("")
        await run.pilot.press("a")
        await run.until(lambda: run.pilot.app.clipboard == "http://shop/3")
        await run.pilot.press("right_square_bracket")
        await run.sees("http://shop/1", "2 of 4")
        await run.pilot.press("escape")
        await run.until(lambda: run.queue.table.cursor == 1)


async def test_a_viewer_names_itself_to_the_queue_and_locks_nothing() -> None:
    """The queue is only ever read, and every reading carries the key of this client."""
    run = {"id": "HG7ML7M8z78YcAPEB", "status": "RUNNING", "startedAt": "2026-11-24T10:00:00.000Z"}
    seen: list[Seen] = []
    request: dict[str, Any] = {"id": "r1", "url": "http://shop/1", "uniqueKey": "k", "retryCount": 0}

    def handler(asked: Seen) -> bytes:
        if "request-queue" in asked.path:
            seen.append(asked)
        if asked.path.endswith(("head", "requests")):
            return data({"items": [request], "limit": 100})
        if asked.path.endswith("request-queue"):
            return data(
                {"id": "q", "totalRequestCount": 1, "handledRequestCount": 3, "pendingRequestCount": -2}
            )
        if asked.path.endswith("r1"):
            return data(request)
        return data(run) if asked.path.endswith(run["id"]) else fault(404)

    async with serving(handler) as server, run_shown(server.url, run["id"]) as shown:
        await shown.press("5")
        await shown.until_text("3 handled", "0 pending", "3 in all", "http://shop/1")
        await shown.press("v", "v", "v")
        await shown.press("enter")
        await shown.until_text("Request r1")
    below = [asked for asked in seen if not asked.path.endswith("request-queue")]
    assert {asked.method for asked in seen} == {"GET"} and not [a for a in seen if "lock" in a.path]
    assert below and all("clientKey" in asked.query for asked in below if "/r1" not in asked.path)
