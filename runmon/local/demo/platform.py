"""The demo Actor's side of the Apify API: the routes it uses, by the ids in its environment."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

CLIENT_KEY = secrets.token_hex(8)
BATCH = 25
LOCK_SECS = 120


class PlatformFault(Exception):
    """The platform did not do what it was asked: the run cannot go on."""


class Platform:
    """The API with this run's storages; every method raises PlatformFault when it does not do its part."""

    def __init__(self) -> None:
        self.run_id = os.environ["ACTOR_RUN_ID"]
        self.dataset = f"/v2/datasets/{os.environ['ACTOR_DEFAULT_DATASET_ID']}"
        self.store = f"/v2/key-value-stores/{os.environ['ACTOR_DEFAULT_KEY_VALUE_STORE_ID']}"
        self.queue = f"/v2/request-queues/{os.environ['ACTOR_DEFAULT_REQUEST_QUEUE_ID']}"
        self.http = httpx.AsyncClient(
            base_url=os.environ["APIFY_API_BASE_URL"],
            headers={"Authorization": f"Bearer {os.environ['APIFY_TOKEN']}"},
            timeout=30,
            trust_env=False,
        )

    async def call(self, method: str, path: str, **given: Any) -> Any:
        """One request; the `data` of its answer, or None."""
        response = await self.send(method, path, **given)
        if response.status_code >= 400:
            raise PlatformFault(f"{method} {path}: {response.status_code} {response.text[:200]}")
        return response.json().get("data") if response.content else None

    async def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One request; its answer, whatever the status."""
        try:
            return await self.http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise PlatformFault(f"{method} {path}: {type(error).__name__} {error}") from error

    async def input(self) -> dict[str, Any]:
        """The INPUT record; empty when there is none."""
        response = await self.send("GET", f"{self.store}/records/INPUT")
        return dict(response.json()) if response.status_code == 200 else {}

    async def close(self) -> None:
        await self.http.aclose()

    async def set_value(self, key: str, value: Any, content_type: str = "application/json") -> None:
        """Store a record: bytes and text as they are, everything else as JSON."""
        path = f"{self.store}/records/{quote(key, safe='')}"
        if isinstance(value, bytes | str):
            await self.call("PUT", path, content=value, headers={"Content-Type": content_type})
        else:
            await self.call("PUT", path, json=value)

    async def push(self, item: dict[str, Any]) -> None:
        await self.call("POST", f"{self.dataset}/items", json=[item])

    async def add(self, requests: Sequence[dict[str, Any]]) -> int:
        """Enqueue requests; gives how many were new."""
        new = 0
        for first in range(0, len(requests), BATCH):
            told = await self.call(
                "POST",
                f"{self.queue}/requests/batch",
                params={"clientKey": CLIENT_KEY},
                json=list(requests[first : first + BATCH]),
            )
            new += sum(not one["wasAlreadyPresent"] for one in told["processedRequests"])
        return new

    async def take(self, count: int) -> list[dict[str, Any]]:
        """Lock the next requests and fetch each whole."""
        params = {"lockSecs": LOCK_SECS, "limit": min(count, BATCH), "clientKey": CLIENT_KEY}
        head = await self.call("POST", f"{self.queue}/head/lock", params=params)
        return [await self.call("GET", f"{self.queue}/requests/{one['id']}") for one in head["items"]]

    async def save(self, request: dict[str, Any]) -> None:
        """Write a request back: its handling, its errors, its retries. Not handled, it waits unlocked."""
        path = f"{self.queue}/requests/{request['id']}"
        await self.call("PUT", path, params={"clientKey": CLIENT_KEY}, json=request)

    async def release(self, request: dict[str, Any]) -> None:
        """Give up the lock, so that the request is taken again."""
        path = f"{self.queue}/requests/{request['id']}/lock"
        await self.call("DELETE", path, params={"clientKey": CLIENT_KEY})

    async def say(self, message: str, *, terminal: bool = False) -> None:
        """Set the run's status message."""
        body = {"statusMessage": message, "isStatusMessageTerminal": terminal}
        await self.call("PUT", f"/v2/actor-runs/{self.run_id}", json=body)

    async def charge(self, event: str) -> None:
        """Count one event of the run's price list."""
        key = f"{self.run_id}-{event}-{time.time_ns() // 1_000_000}-{secrets.token_hex(4)}"
        body = {"eventName": event, "count": 1}
        path = f"/v2/actor-runs/{self.run_id}/charge"
        await self.call("POST", path, json=body, headers={"idempotency-key": key})
