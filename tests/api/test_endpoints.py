"""Every operation of the run group: what each method sends, in full."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.errors import CutShort, NotApify, RateLimited, ServerFault, TooSlow
from runmon.model.run import LastRun
from runmon.model.storages import Place
from tests.loopback import Connect, Seen, Start, answer, data, fault

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


def any_answer(seen: Seen) -> bytes:
    """What fits the method, whatever was asked."""
    if seen.method == "HEAD":
        return answer(b"", content_length="7", content_type="text/plain", x_apify_pagination_total="3")
    if seen.method == "DELETE" and not seen.body:
        return answer(b"", 204, content_length="", content_type="")
    return answer(b"[]") if "/items" in seen.path and seen.method == "GET" else data({"id": "x"})


@pytest.mark.parametrize(
    ("call", "method", "target", "content"), OPERATIONS, ids=[f"{o[1]} {o[2][:60]}" for o in OPERATIONS]
)
async def test_each_operation_is_sent_as_documented(
    start: Start,
    connect: Connect,
    call: Callable[[Api], Awaitable[Any]],
    method: str,
    target: str,
    content: Any,
) -> None:
    server = await start(any_answer)

    await call(connect(server, client_key="me", token=Token("t")))

    seen = server.seen[0]
    assert (seen.method, seen.target) == (method, target)
    assert (json.loads(seen.body) if seen.body else None) == content
    assert ("content-type" in seen.headers) == bool(seen.body)


async def test_a_charge_carries_one_key_however_often_it_is_sent(start: Start, connect: Connect) -> None:
    answers = iter([fault(500), answer(b"{}", 201)])
    server = await start(lambda _: next(answers))

    await connect(server).charge("r", event="page")

    keys = {seen.headers["idempotency-key"] for seen in server.seen}
    assert len(server.seen) == 2 and len(keys) == 1


async def test_a_charge_can_be_named_by_the_caller(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"{}", 201))

    await connect(server).charge("r", event="page", idempotency_key="page-7")

    assert server.seen[0].headers["idempotency-key"] == "page-7"


def always(told: bytes | None, _: object) -> bytes | None:
    """The same answer to every request; None breaks the connection."""
    return told


ONCE_ONLY: list[Callable[[Api], Awaitable[Any]]] = [
    lambda api: api.resurrect("r"),
    lambda api: api.reboot("r"),
    lambda api: api.metamorph("r", actor="a"),
    lambda api: api.push_items(D, [{}]),
    lambda api: api.lock_head(Q, lock_s=1),
    lambda api: api.delete_dataset(D),
]


@pytest.mark.parametrize("call", ONCE_ONLY)
async def test_what_is_not_idempotent_is_not_sent_twice(
    start: Start, connect: Connect, call: Callable[[Api], Awaitable[Any]]
) -> None:
    for broken, error in ((fault(503), ServerFault), (fault(408), TooSlow), (None, CutShort)):
        server = await start(partial(always, broken))

        with pytest.raises(error):
            await call(connect(server))

        assert len(server.seen) == 1


@pytest.mark.parametrize("call", ONCE_ONLY)
async def test_what_was_turned_away_is_sent_again(
    start: Start, connect: Connect, call: Callable[[Api], Awaitable[Any]]
) -> None:
    server = await start(lambda _: fault(429))

    with pytest.raises(RateLimited):
        await call(connect(server))

    assert len(server.seen) == 5


async def test_items_are_walked_by_what_was_scanned_past_empty_pages(start: Start, connect: Connect) -> None:
    pages = {"0": (b"[]", 3), "3": (b"[1]", 3), "6": (b"[2,3,4]", 1), "7": (b"[]", 0)}

    def page(seen: Seen) -> bytes:
        offset = seen.query["offset"][0]
        body, scanned = pages[offset]
        return answer(
            body,
            x_apify_pagination_offset=offset,
            x_apify_pagination_count=str(scanned),
            x_apify_pagination_total="1",
        )

    server = await start(page)

    found = [bytes(item) async for item in connect(server).every_item(D, page=3, clean=True)]

    assert found == [b"1", b"2", b"3", b"4"]


async def test_a_server_that_ignores_the_offset_does_not_give_items_forever(
    start: Start, connect: Connect
) -> None:
    server = await start(
        lambda _: answer(b"[1]", x_apify_pagination_offset="0", x_apify_pagination_count="1")
    )

    with pytest.raises(NotApify, match="from 1"):
        [item async for item in connect(server).every_item(D)]


async def test_keys_are_walked_past_an_empty_page_to_the_one_without_a_next(
    start: Start, connect: Connect
) -> None:
    pages = {
        "": {"items": [{"key": "a"}], "nextExclusiveStartKey": "a"},
        "a": {"items": [], "nextExclusiveStartKey": "b"},
        "b": {"items": [{"key": "c"}], "nextExclusiveStartKey": None},
    }
    server = await start(lambda seen: data(pages[seen.query.get("exclusiveStartKey", [""])[0]]))

    assert [item.key async for item in connect(server).every_key(K)] == ["a", "c"]


async def test_cursors_in_a_circle_are_an_error_not_an_end(start: Start, connect: Connect) -> None:
    after = {"": "c1", "c1": "c2", "c2": "c1"}
    server = await start(
        lambda seen: data({"items": [ONE], "nextCursor": after[seen.query.get("cursor", [""])[0]]})
    )

    with pytest.raises(NotApify, match="no end"):
        [request async for request in connect(server).every_request(Q)]

    assert len(server.seen) == 3


async def test_runs_are_walked_until_a_page_is_empty(start: Start, connect: Connect) -> None:
    rows = [{"id": str(number)} for number in range(5)]

    def page(seen: Seen) -> bytes:
        offset = int(seen.query["offset"][0])
        return data({"items": rows[offset : offset + 2], "total": 99})

    server = await start(page)

    assert [run.id async for run in connect(server).every_run(page=2)] == ["0", "1", "2", "3", "4"]


async def test_an_export_is_handed_on_before_it_is_whole(start: Start, connect: Connect) -> None:
    async def slowly(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: 99\r\n\r\na,b\r\n")
        await server.hung_up.wait()

    server = await start(slowly)

    async with connect(server).export(D, format="csv") as download:
        first = await anext(aiter(download))
        server.hung_up.set()

    assert (first, download.content_type, download.size) == (b"a,b\r\n", "text/csv", 99)


async def test_an_export_that_stalls_is_given_up(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runmon.api.calls.STALL_SECONDS", 0.05)

    async def stalled(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\na,b\r\n")
        await server.hung_up.wait()

    server = await start(stalled)

    with pytest.raises(TooSlow):
        await read(connect(server).export(D))

    server.hung_up.set()


async def test_an_export_that_breaks_off_is_cut_short(start: Start, connect: Connect) -> None:
    async def cut(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\na,b\r\n")

    server = await start(cut)

    with pytest.raises(CutShort):
        await read(connect(server).export(D))
