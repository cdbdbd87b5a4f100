"""Every operation: what each method sends, in full, and how often."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.errors import CutShort, RateLimited, ServerFault, TooSlow
from tests.api.operations import OPERATIONS, D, Q
from tests.loopback import Connect, Seen, Start, answer, data, fault


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
