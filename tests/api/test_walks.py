"""Lists of any length, page by page to their end, and no further."""

from __future__ import annotations

import pytest

from runmon.errors import NotApify
from tests.api.operations import ONE, D, K, Q
from tests.loopback import Connect, Seen, Start, answer, data


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
