"""The reads: what is asked, and what comes back from answers that are whole, odd or partial."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.api import wire
from runmon.api.client import ONCE, LogBody
from runmon.errors import BadInput, CutShort, NotApify, NotFound, TooSlow
from runmon.model.storages import KeyItem, KeysPage, Place
from tests.loopback import Connect, Seen, Start, answer, data, fault, zipped

RUN = Place.below("r1")


async def whole(body: LogBody) -> bytes:
    return b"".join([chunk async for chunk in body])


async def test_a_run_keeps_unknown_fields_and_survives_odd_ones(start: Start, connect: Connect) -> None:
    sent = {
        "id": "r",
        "status": "HIBERNATING",
        "stats": None,
        "options": {"timeoutSecs": "x"},
        "newField": 1.0,
    }
    server = await start(lambda _: data(sent))

    run = await connect(server).run("r")

    assert run.untyped() == sent
    assert not run.view.phase.final
    assert run.problems == ("options.timeoutSecs",)


@pytest.mark.parametrize(("wait", "asked"), [(0, None), (7, "7"), (60, "60"), (999, "60"), (-3, None)])
async def test_a_wait_is_never_longer_than_the_server_waits(
    start: Start, connect: Connect, wait: int, asked: str | None
) -> None:
    server = await start(lambda _: data({"id": "r"}))

    await connect(server).run("r", wait_s=wait)

    assert server.seen[0].query.get("waitForFinish") == ([asked] if asked else None)


async def test_the_last_run_of_an_actor_is_asked_by_its_name(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data({"id": "r"}))

    await connect(server).last_run("apify/hello-world", status="FAILED")

    assert server.seen[0].target == "/v2/actors/apify~hello-world/runs/last?status=FAILED"


async def test_one_odd_element_does_not_lose_the_list(start: Start, connect: Connect) -> None:
    rows = [
        {"id": "a", "status": "READY"},
        7,
        None,
        {"id": 5, "status": "FAILED"},
        "x",
        {"id": "b", "meta": None},
    ]
    server = await start(lambda _: data({"items": rows, "total": "many", "count": 6}))

    page = await connect(server).runs()

    assert [(row.id, row.status) for row in page.items] == [("a", "READY"), ("", "FAILED"), ("b", "")]
    assert page.total is None and page.count == 6


@pytest.mark.parametrize("rows", ["null", "5", '"x"', "{}"])
async def test_a_list_that_is_none_is_empty(start: Start, connect: Connect, rows: str) -> None:
    server = await start(lambda _: answer(b'{"data":{"items":%s}}' % rows.encode()))

    assert (await connect(server).keys(RUN)).items == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["key", "size", "x"]), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(st.lists(JSON, max_size=6), st.integers(0, 6))
def test_a_good_row_is_found_among_any_others(rows: list[object], at: int) -> None:
    body = json.dumps({"data": {"items": [*rows[:at], {"key": "good", "size": 3}, *rows[at:]]}}).encode()

    found = wire.page(body, KeysPage, KeyItem, "the keys")

    assert KeyItem(key="good", size=3) in found.items


async def test_items_come_as_they_were_sent(start: Start, connect: Connect) -> None:
    sent = b'[{"a":1.0,"a":2,"big":123456789012345678901234567890},{}, "x"]'
    server = await start(
        lambda _: answer(
            sent,
            x_apify_pagination_offset="40",
            x_apify_pagination_count="5",
            x_apify_pagination_total="1204",
        )
    )

    page = await connect(server).items(RUN, offset=40, limit=5, desc=True, fields=["a,b", "c"], clean=True)

    assert bytes(page.items[0]) == sent[1:].partition(b"},")[0] + b"}"
    assert (page.offset, page.scanned, page.total, len(page.items)) == (40, 5, 1204, 3)
    assert server.seen[0].target == (
        "/v2/actor-runs/r1/dataset/items?offset=40&limit=5&desc=true&fields=a,b,c&clean=true"
    )


async def test_half_a_surrogate_pair_does_not_lose_the_page(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(rb'[{"a":"\ud800"},{"b":1}]'))

    page = await connect(server).items(RUN, offset=0, limit=5)

    assert [bytes(item) for item in page.items] == [rb'{"a":"\ud800"}', b'{"b":1}']


@pytest.mark.parametrize("said", ["", "x", "-1", "1e3", "9" * 30, "١٢"])
async def test_odd_pagination_headers_count_as_missing(start: Start, connect: Connect, said: str) -> None:
    server = await start(
        lambda _: (
            b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nX-Apify-Pagination-Total: "
            + said.encode()
            + b"\r\n\r\n[1,2,3]"
        )
    )

    page = await connect(server).items(RUN, offset=10, limit=5)

    assert (page.offset, page.scanned, page.total) == (10, 3, None)


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b'"x"', b'{"data":[]}'])
async def test_items_that_are_no_array_are_not_apify(start: Start, connect: Connect, body: bytes) -> None:
    server = await start(lambda _: answer(body))

    with pytest.raises(NotApify):
        await connect(server, patience=ONCE).items(RUN, offset=0, limit=5)


async def test_storages_are_reached_below_a_run_or_by_their_id(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data({"id": "s"}))
    api = connect(server)

    for place in (Place.below("r1"), Place.by_id("s1")):
        await api.dataset(place)
        await api.store(place)
        await api.queue(place)

    assert [seen.target for seen in server.seen] == [
        "/v2/actor-runs/r1/dataset",
        "/v2/actor-runs/r1/key-value-store",
        "/v2/actor-runs/r1/request-queue",
        "/v2/datasets/s1",
        "/v2/key-value-stores/s1",
        "/v2/request-queues/s1",
    ]


async def test_a_queue_is_asked_under_one_client_key_and_without_locks(
    start: Start, connect: Connect
) -> None:
    server = await start(lambda _: data({"items": [], "nextCursor": "c2"}))
    api = connect(server, client_key="me")

    await api.head(RUN, limit=5)
    page = await api.requests(RUN, cursor="c1", filter=["pending"])

    assert [seen.target for seen in server.seen] == [
        "/v2/actor-runs/r1/request-queue/head?limit=5&clientKey=me",
        "/v2/actor-runs/r1/request-queue/requests?limit=1000&cursor=c1&filter=pending&clientKey=me",
    ]
    assert page.next_cursor == "c2"


async def test_a_record_is_asked_unaltered_under_its_escaped_key(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"\x89PNG", content_type="image/png"))

    record = await connect(server).record(RUN, "a/../b (1)'!", max_bytes=10)

    assert server.seen[0].target == (
        "/v2/actor-runs/r1/key-value-store/records/a%2F..%2Fb%20%281%29%27%21?attachment=true"
    )
    assert (record.body, record.content_type, record.size, record.truncated) == (
        b"\x89PNG",
        "image/png",
        4,
        False,
    )


@pytest.mark.parametrize("key", ["..", ".", ""])
async def test_a_key_that_would_climb_is_refused_before_anything_is_sent(
    start: Start, connect: Connect, key: str
) -> None:
    """E5: on the wire."""
    server = await start(lambda _: data({}))

    with pytest.raises(BadInput):
        await connect(server).record(RUN, key, max_bytes=1)

    assert server.seen == []


async def test_a_large_record_is_cut_and_its_connection_ended(start: Start, connect: Connect) -> None:
    async def long(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while not seen.writer.is_closing():
            await seen.send(bytes(65_536))

    server = await start(long)

    record = await connect(server).record(RUN, "k", max_bytes=100)

    assert (len(record.body), record.size, record.truncated) == (100, 1_000_000_000, True)
    assert record.content_type == "application/octet-stream"


async def test_a_bomb_in_a_record_is_cut_too(start: Start, connect: Connect) -> None:
    """C1: a bomb in a record."""
    server = await start(lambda _: zipped(bytes(30_000_000), content_type="text/plain"))

    record = await connect(server).record(RUN, "k", max_bytes=1000)

    assert (len(record.body), record.size, record.truncated) == (1000, None, True)


async def test_a_record_without_content_is_empty(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"", 204, content_length="", content_type=""))

    assert (await connect(server).record(RUN, "k", max_bytes=10)).body == b""


async def test_a_log_is_asked_as_it_is_and_read_to_its_end(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"one\ntwo\n", content_type="text/plain"))

    async with connect(server).log("r1") as log:
        assert (log.start, log.size, await whole(log)) == (0, 8, b"one\ntwo\n")

    assert server.seen[0].target == "/v2/actor-runs/r1/log?raw=true"
    assert server.seen[0].headers["accept-encoding"] == "identity"
    assert "range" not in server.seen[0].headers


async def test_a_stream_is_handed_on_as_it_comes(start: Start, connect: Connect) -> None:
    async def speaking(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await server.hung_up.wait()

    server = await start(speaking)

    async with connect(server).log("r1", stream=True) as log:
        first = await anext(aiter(log))
        server.hung_up.set()

    assert first == b"hello" and server.seen[0].query["stream"] == ["true"]


async def test_a_cut_stream_is_not_an_end(start: Start, connect: Connect) -> None:
    async def cut(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")

    server = await start(cut)

    with pytest.raises(CutShort):
        async with connect(server).log("r1", stream=True) as log:
            await whole(log)


@pytest.mark.parametrize(
    "head", [b"200 OK\r\ncontent-length: 99", b"206 Partial Content\r\ncontent-range: bytes 2-9/10"]
)
async def test_a_log_that_is_no_stream_and_falls_silent_is_given_up(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr("runmon.api.logs.STALL_SECONDS", 0.05)

    async def stalled(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 " + head + b"\r\n\r\none\n")
        await server.hung_up.wait()

    server = await start(stalled)

    with pytest.raises(TooSlow):
        async with connect(server).log("r1", first_byte=2) as log:
            await whole(log)

    server.hung_up.set()


@pytest.mark.parametrize(
    ("options", "asked"), [({"first_byte": 5}, "bytes=5-"), ({"last_bytes": 3}, "bytes=-3")]
)
async def test_a_part_of_a_log_says_where_it_lies(
    start: Start, connect: Connect, options: dict[str, Any], asked: str
) -> None:
    server = await start(lambda _: answer(b"two", 206, content_range="bytes 5-7/8"))

    async with connect(server).log("r1", **options) as log:
        assert (log.start, log.size, await whole(log)) == (5, 8, b"two")

    assert server.seen[0].headers["range"] == asked


async def test_a_server_that_knows_no_ranges_gives_the_whole_log(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"one\ntwo"))

    async with connect(server).log("r1", first_byte=4) as log:
        assert (log.start, await whole(log)) == (0, b"one\ntwo")


async def test_a_part_past_the_end_is_empty_and_tells_the_size(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"{}", 416, content_range="bytes */8"))

    async with connect(server).log("r1", first_byte=8) as log:
        assert (log.start, log.size, await whole(log)) == (8, 8, b"")


async def test_a_part_that_does_not_say_which_is_refused(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(b"two", 206))

    with pytest.raises(NotApify):
        async with connect(server).log("r1", last_bytes=3):
            pass


async def test_a_missing_log_is_not_an_empty_one(start: Start, connect: Connect) -> None:
    server = await start(lambda _: fault(404, "record-not-found"))

    with pytest.raises(NotFound, match="no log of run r1"):
        async with connect(server).log("r1"):
            pass


async def test_an_abort_says_how_and_gives_the_run(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data({"id": "r", "status": "ABORTING"}))

    run = await connect(server).abort("r", gracefully=True)

    assert (server.seen[0].method, server.seen[0].target) == (
        "POST",
        "/v2/actor-runs/r/abort?gracefully=true",
    )
    assert run.view.status == "ABORTING"


async def test_the_account_is_told(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data({"id": "u", "username": "ann"}))

    assert (await connect(server).me())["username"] == "ann"


def test_a_page_of_raw_items_is_not_decoded() -> None:
    assert isinstance(wire.elements(b'[{"a":NaN0}]'.replace(b"NaN0", b"1"), "x")[0], msgspec.Raw)
