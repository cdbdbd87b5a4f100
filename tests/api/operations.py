"""Every call of the client, and what it must send: method, target, content."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

from runmon.api.client import Api
from runmon.model.run import LastRun
from runmon.model.storages import Place

D, K, Q = Place.by_id("d"), Place.by_id("k"), Place.by_id("q")
BELOW, LAST = Place.below("r"), Place.below_last(LastRun("a/b", status="FAILED"))
RUN, SET, STORE, QUEUE = (
    "/v2/actor-runs/r",
    "/v2/datasets/d",
    "/v2/key-value-stores/k",
    "/v2/request-queues/q",
)
ONE = {"url": "http://x/", "uniqueKey": "u"}


async def read(context: AbstractAsyncContextManager[Any]) -> bytes:
    async with context as body:
        return b"".join([chunk async for chunk in body])


OPERATIONS: list[tuple[Callable[[Api], Awaitable[Any]], str, str, Any]] = [
    (
        lambda api: api.runs(limit=5, offset=2, status="READY,RUNNING"),
        "GET",
        "/v2/actor-runs?limit=5&offset=2&desc=true&status=READY,RUNNING",
        None,
    ),
    (
        lambda api: api.runs(desc=False, started_after=datetime(2026, 1, 2, tzinfo=UTC)),
        "GET",
        "/v2/actor-runs?limit=100&offset=0&desc=false&startedAfter=2026-01-02T00:00:00.000000Z",
        None,
    ),
    (lambda api: api.run("r", wait_s=9), "GET", f"{RUN}?waitForFinish=9", None),
    (lambda api: api.run(LastRun("a/b", origin="API")), "GET", "/v2/actors/a~b/runs/last?origin=API", None),
    (
        lambda api: api.update_run("r", status_message="m", is_terminal=False),
        "PUT",
        RUN,
        {"statusMessage": "m", "isStatusMessageTerminal": False},
    ),
    (lambda api: api.delete_run("r"), "DELETE", RUN, None),
    (lambda api: api.abort("r"), "POST", f"{RUN}/abort", None),
    (
        lambda api: api.abort(LastRun("a/b"), gracefully=True),
        "POST",
        "/v2/actors/a~b/runs/last/abort?gracefully=true",
        None,
    ),
    (lambda api: api.reboot("r"), "POST", f"{RUN}/reboot", None),
    (
        lambda api: api.resurrect(
            "r",
            build="b",
            timeout_s=1,
            memory_mb=256,
            max_items=3,
            max_total_charge_usd=1.5,
            restart_on_error=False,
        ),
        "POST",
        f"{RUN}/resurrect?build=b&timeout=1&memory=256&maxItems=3&maxTotalChargeUsd=1.5&restartOnError=false",
        None,
    ),
    (
        lambda api: api.metamorph("r", actor="a~c", build="b", content=b"{}"),
        "POST",
        f"{RUN}/metamorph?targetActorId=a~c&build=b",
        {},
    ),
    (
        lambda api: api.charge("r", event="e", count=2),
        "POST",
        f"{RUN}/charge",
        {"eventName": "e", "count": 2},
    ),
    (lambda api: read(api.log("r", stream=True, raw=False)), "GET", f"{RUN}/log?stream=true", None),
    (lambda api: read(api.log_by_id("b")), "GET", "/v2/logs/b?raw=true", None),
    (lambda api: api.me(), "GET", "/v2/users/me", None),
    (lambda api: api.dataset(BELOW), "GET", f"{RUN}/dataset", None),
    (lambda api: api.update_dataset(D, name="n"), "PUT", SET, {"name": "n"}),
    (lambda api: api.delete_dataset(D), "DELETE", SET, None),
    (
        lambda api: api.items(LAST, offset=0, limit=1),
        "GET",
        "/v2/actors/a~b/runs/last/dataset/items?status=FAILED&offset=0&limit=1",
        None,
    ),
    (
        lambda api: read(
            api.export(
                D,
                format="csv",
                fields=["a", "b"],
                output_fields=["x", "y"],
                unwind=["u"],
                flatten=["f"],
                bom=False,
                delimiter=";",
                skip_header_row=True,
                skip_empty=True,
                view="v",
                simplified=True,
                skip_failed_pages=True,
                attachment=True,
            )
        ),
        "GET",
        f"{SET}/items?format=csv&fields=a,b&outputFields=x,y&unwind=u&flatten=f&bom=false&delimiter=%3B"
        "&skipHeaderRow=true&skipEmpty=true&view=v&simplified=true&skipFailedPages=true&attachment=true",
        None,
    ),
    (
        lambda api: read(api.export(D, format="xml", xml_root="r", xml_row="w", limit=3, offset=1)),
        "GET",
        f"{SET}/items?format=xml&offset=1&limit=3&xmlRoot=r&xmlRow=w",
        None,
    ),
    (
        lambda api: read(api.export(D, format="rss", feed_title="t", feed_description="d", signature="s")),
        "GET",
        f"{SET}/items?format=rss&feedTitle=t&feedDescription=d&signature=s",
        None,
    ),
    (lambda api: api.count_items(D), "HEAD", f"{SET}/items", None),
    (lambda api: api.push_items(D, [{"a": None}]), "POST", f"{SET}/items", [{"a": None}]),
    (lambda api: api.push_items(D, b'[{"a":1.0}]'), "POST", f"{SET}/items", [{"a": 1.0}]),
    (lambda api: api.statistics(D), "GET", f"{SET}/statistics", None),
    (lambda api: api.store(BELOW), "GET", f"{RUN}/key-value-store", None),
    (
        lambda api: api.update_store(K, general_access="RESTRICTED"),
        "PUT",
        STORE,
        {"generalAccess": "RESTRICTED"},
    ),
    (lambda api: api.delete_store(K), "DELETE", STORE, None),
    (
        lambda api: api.keys(K, after="a b", prefix="p", collection="c", signature="s"),
        "GET",
        f"{STORE}/keys?limit=1000&exclusiveStartKey=a%20b&prefix=p&collection=c&signature=s",
        None,
    ),
    (lambda api: read(api.records_zip(K, prefix="p")), "GET", f"{STORE}/records?prefix=p", None),
    (lambda api: api.record(K, "a", max_bytes=9), "GET", f"{STORE}/records/a?attachment=true", None),
    (
        lambda api: read(api.open_record(K, "a", signature="s")),
        "GET",
        f"{STORE}/records/a?attachment=true&signature=s",
        None,
    ),
    (lambda api: api.record_head(K, "a"), "HEAD", f"{STORE}/records/a", None),
    (
        lambda api: api.put_record(K, "a", content=b"[1]", content_type="x/y"),
        "PUT",
        f"{STORE}/records/a",
        [1],
    ),
    (lambda api: api.delete_record(K, "a"), "DELETE", f"{STORE}/records/a", None),
    (lambda api: api.queue(BELOW), "GET", f"{RUN}/request-queue", None),
    (lambda api: api.update_queue(Q, name="n"), "PUT", QUEUE, {"name": "n"}),
    (lambda api: api.delete_queue(Q), "DELETE", QUEUE, None),
    (lambda api: api.head(Q), "GET", f"{QUEUE}/head?limit=100&clientKey=me", None),
    (
        lambda api: api.lock_head(Q, lock_s=9),
        "POST",
        f"{QUEUE}/head/lock?lockSecs=9&limit=25&clientKey=me",
        None,
    ),
    (
        lambda api: api.requests(Q, filter=["locked", "pending"]),
        "GET",
        f"{QUEUE}/requests?limit=1000&filter=locked,pending&clientKey=me",
        None,
    ),
    (
        lambda api: api.add_request(Q, ONE, forefront=True),
        "POST",
        f"{QUEUE}/requests?forefront=true&clientKey=me",
        ONE,
    ),
    (lambda api: api.add_requests(Q, [ONE]), "POST", f"{QUEUE}/requests/batch?clientKey=me", [ONE]),
    (
        lambda api: api.delete_requests(Q, [{"id": "1"}]),
        "DELETE",
        f"{QUEUE}/requests/batch?clientKey=me",
        [{"id": "1"}],
    ),
    (lambda api: api.unlock_requests(Q), "POST", f"{QUEUE}/requests/unlock?clientKey=me", None),
    (lambda api: api.request(Q, "1"), "GET", f"{QUEUE}/requests/1", None),
    (
        lambda api: api.update_request(Q, {"id": "1", **ONE}),
        "PUT",
        f"{QUEUE}/requests/1?clientKey=me",
        {"id": "1", **ONE},
    ),
    (lambda api: api.delete_request(Q, "1"), "DELETE", f"{QUEUE}/requests/1?clientKey=me", None),
    (
        lambda api: api.prolong_lock(Q, "1", lock_s=9, forefront=True),
        "PUT",
        f"{QUEUE}/requests/1/lock?lockSecs=9&forefront=true&clientKey=me",
        None,
    ),
    (lambda api: api.release_lock(Q, "1"), "DELETE", f"{QUEUE}/requests/1/lock?clientKey=me", None),
]
