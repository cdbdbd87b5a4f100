"""Sits a client of Apify's on runs, makes every call of the table, and reads a run whole."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.witness.calls import ACTOR, RUN, Call, Seat, drive_order, every, of, plain

CLIENT_KEY = "witness"
Told = Callable[[Call, BaseException | None], None]
"""Is told of each call, and of what it raised."""


def seated(client: Any, major: int, origin: str, run_id: str, prefix: str) -> Seat:
    """A seat on a run as the prefix names it: by its id, or as its Actor's last."""
    by_id = prefix == RUN
    run = client.run(run_id) if by_id else client.actor(ACTOR).last_run()
    path = f"/v2/actor-runs/{run_id}" if by_id else f"/v2/actors/{ACTOR}/runs/last"
    seat = Seat(client, run, run_id, major, origin, path)
    seat.dataset, seat.store, seat.queue = run.dataset(), run.key_value_store(), run.request_queue()
    return seat


async def sit_on_storages(seat: Seat) -> Seat:
    """The same seat with its storages by their ids."""
    run = plain(await of(seat.run.get()))
    seat.dataset = seat.client.dataset(run["defaultDatasetId"])
    seat.store = seat.client.key_value_store(run["defaultKeyValueStoreId"])
    seat.queue = seat.client.request_queue(run["defaultRequestQueueId"], client_key=CLIENT_KEY)
    return seat


async def started(client: Any) -> str:
    """A new run of the Actor that sleeps; its id."""
    return str(plain(await of(client.actor(ACTOR).start(run_input={"turn": 1})))["id"])


async def drive(seat: Seat, calls: list[Call], told: Told) -> None:
    """Make the calls in their order."""
    for call in calls:
        try:
            await of(call.act(seat))
        except Exception as error:
            told(call, error)
        else:
            told(call, None)


async def drive_everything(client: Any, major: int, origin: str, told: Told) -> None:
    """Every call of the table, each prefix on a run of its own."""
    for prefix, calls in drive_order():
        await drive(seated(client, major, origin, await started(client), prefix), calls, told)


async def read_run(client: Any, run_id: str) -> dict[str, Any]:
    """A run and all that it stored as the client reads it: JSON values, times as the API writes them."""
    run = client.run(run_id)
    store = run.key_value_store()
    keys: list[str] = []
    while True:
        page = plain(await of(store.list_keys(limit=7, exclusive_start_key=keys[-1] if keys else None)))
        keys += [one["key"] for one in page["items"]]
        if not page.get("isTruncated"):
            break
    found = {
        "run": plain(await of(run.get())),
        "dataset": plain(await of(run.dataset().get())),
        "items": await every(run.dataset().iterate_items(limit=1000)),
        "last items": (await of(run.dataset().list_items(offset=1, limit=3, desc=True))).items,
        "item bytes": (await of(run.dataset().get_items_as_bytes())).decode(),
        "records": {key: encoded(await of(store.get_record_as_bytes(key))) for key in keys},
        "head": [
            one["uniqueKey"] for one in plain(await of(run.request_queue().list_head(limit=9)))["items"]
        ],
        "requests": plain(await of(run.request_queue().list_requests(limit=100)))["items"],
        "log": await of(run.log().get(raw=True)),
    }
    told: dict[str, Any] = jsonable(found)
    return told


def encoded(record: Any) -> list[str]:
    """A record's content type and its bytes in base64."""
    kind = record.get("content_type") or record.get("contentType")
    return [kind, base64.b64encode(record["value"]).decode()]


def jsonable(found: Any) -> Any:
    """Values that JSON has, without the fields that are null or were never sent."""
    if isinstance(found, datetime):
        return found.strftime("%Y-%m-%dT%H:%M:%S.") + f"{found.microsecond // 1000:03}Z"
    if isinstance(found, dict):
        return {name: jsonable(value) for name, value in found.items()}
    if isinstance(found, list):
        return [jsonable(one) for one in found]
    return found if isinstance(found, str | int | float | None) else str(found)
