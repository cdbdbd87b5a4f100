"""What is tried again, how long, and what errors of any shape become."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from runmon.api.address import address
from runmon.api.client import ONCE, Api, Patience
from runmon.api.credentials import Token
from runmon.api.network import NetworkSender
from runmon.errors import (
    ApiError,
    Forbidden,
    LinkError,
    NeedsToken,
    NotApify,
    NotFound,
    RateLimited,
    Refused,
    ServerFault,
    TooLarge,
    TooSlow,
    Unreachable,
)
from tests.loopback import Connect, Seen, Start, answer, data, fault

RUN = {"id": "r", "status": "RUNNING"}


def after(*answers: bytes) -> Iterator[bytes]:
    yield from answers
    while True:
        yield data(RUN)


@pytest.mark.parametrize(
    "first",
    [
        fault(408),
        fault(429),
        fault(500),
        fault(502),
        fault(503),
        fault(504),
        answer(b"{half"),
        answer(b"<html>"),
    ],
)
async def test_what_may_pass_is_tried_again(start: Start, connect: Connect, first: bytes) -> None:
    answers = after(first)
    server = await start(lambda _: next(answers))

    assert (await connect(server).run("r")).view.status == "RUNNING"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 413, 415, 501])
async def test_what_will_not_pass_is_asked_once(start: Start, connect: Connect, status: int) -> None:
    server = await start(lambda _: fault(status))

    with pytest.raises(ApiError):
        await connect(server).run("r")

    assert len(server.seen) == 1


async def test_pauses_double_as_those_of_the_official_clients(
    start: Start, connect: Connect, pauses: list[float]
) -> None:
    server = await start(lambda _: fault(500))

    with pytest.raises(ServerFault):
        await connect(server).run("r")

    assert pauses == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("said", "pause"), [("7", 7.0), ("0", 0.5), ("-1", 0.5), ("soon", 0.5), ("Wed, 21 Oct", 0.5)]
)
async def test_retry_after_is_honoured_within_reason(
    start: Start, connect: Connect, pauses: list[float], said: str, pause: float
) -> None:
    """B10: also where it is negative or no number."""
    answers = after(fault(429, retry_after=said))
    server = await start(lambda _: next(answers))

    await connect(server).run("r")

    assert pauses == [pause]


@pytest.mark.parametrize("said", ["300", "1000000000", "9" * 400])
async def test_a_long_retry_after_is_not_slept_but_told(start: Start, connect: Connect, said: str) -> None:
    """B10: clamped to 300 s."""
    server = await start(lambda _: fault(429, retry_after=said))

    with pytest.raises(RateLimited) as refused:
        await connect(server).run("r")

    assert refused.value.retry_after == 300.0 and len(server.seen) == 1


async def test_a_client_without_retries_tries_once_on_the_same_connection(
    start: Start, connect: Connect
) -> None:
    server = await start(lambda _: fault(503))
    api = connect(server)

    with pytest.raises(ServerFault):
        await api.without_retries().run("r")

    assert api.meter.total == 1


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (fault(401, "invalid-token"), NeedsToken),
        (answer(b"", 401), NeedsToken),
        (answer(b'{"error": "no"}', 401), NeedsToken),
        (fault(404, "record-or-token-not-found"), NeedsToken),
        (fault(404, "record-not-found"), NotFound),
        (answer(b"", 404), NotFound),
        (answer(b"", 410), NotFound),
        (answer(b"<html>Not here", 404, content_type="text/html"), NotApify),
        (answer(b"<html>Portal", 200, content_type="text/html"), NotApify),
        (answer(b"", 200), NotApify),
        (answer(b"[]", 200), NotApify),
        (answer(b'{"data": 5}', 200), NotApify),
        (answer(b'{"id": "no envelope"}', 200), NotApify),
        (answer(b'{"data":' + b"[" * 100_000, 200), NotApify),
        (fault(402), Forbidden),
        (fault(403, "insufficient-permissions"), Forbidden),
        (fault(408), TooSlow),
        (fault(413), TooLarge),
        (fault(429), RateLimited),
        (fault(400), Refused),
        (answer(b'{"error": [1]}', 418), Refused),
        (answer(b"\xff\xfe", 500), ServerFault),
        (answer(b"<html>", 502, content_type="text/html"), ServerFault),
        (answer(b"", 304), LinkError),
        (answer(b"{}", 299), NotApify),
    ],
)
async def test_an_error_of_any_shape_becomes_ours(
    start: Start, connect: Connect, told: bytes, kind: type[ApiError]
) -> None:
    """B8, B10: every status, with a body that helps or not."""
    server = await start(lambda _: told)

    with pytest.raises(ApiError) as met:
        await connect(server, patience=ONCE).run("r")

    assert type(met.value) is kind
    assert met.value.sentence.endswith((".", "no", "wrong"))


async def test_what_the_server_says_is_told_and_bounded(start: Start, connect: Connect) -> None:
    server = await start(lambda _: fault(400, message="m" * 5000))

    with pytest.raises(Refused) as met:
        await connect(server).run("r")

    assert "m" * 500 in met.value.sentence and len(met.value.sentence) < 700


async def test_what_the_server_says_ends_before_what_to_do_begins(start: Start, connect: Connect) -> None:
    server = await start(lambda _: fault(401, message="Authentication token was not provided"))

    with pytest.raises(NeedsToken) as met:
        await connect(server, token=None).run("r")

    assert "It says: Authentication token was not provided. Set APIFY_TOKEN" in str(met.value)


async def test_not_found_says_what_and_where(start: Start, connect: Connect) -> None:
    server = await start(lambda _: fault(404, "record-not-found", "Actor run was not found"))

    with pytest.raises(NotFound) as met:
        await connect(server, token=Token("t")).run("HG7ML7M8z78YcAPEB")

    assert str(met.value) == f"There is no run HG7ML7M8z78YcAPEB at {server.address.host}."


async def test_a_long_error_body_is_not_read_to_its_end(start: Start, connect: Connect) -> None:
    async def endless(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 403 No\r\ntransfer-encoding: chunked\r\n\r\n")
        while not seen.writer.is_closing():
            await seen.send(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    server = await start(endless)

    with pytest.raises(Forbidden):
        await connect(server, patience=ONCE).run("r")


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_without_a_token_every_refusal_tells_how_to_give_one(
    start: Start, connect: Connect, status: int
) -> None:
    server = await start(lambda _: fault(status))

    with pytest.raises(ApiError) as met:
        await connect(server).run("r")

    assert met.value.exit_code == 4 and "APIFY_TOKEN" in met.value.hint


class Unplugged(httpx.AsyncBaseTransport):
    """A network without a way to anywhere."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno -3] Temporary failure in name resolution", request=request)


@pytest.mark.parametrize("order", ["read", "write"])
async def test_a_server_elsewhere_that_is_not_reached_is_tried_again(pauses: list[float], order: str) -> None:
    async def noted(seconds: float) -> None:
        pauses.append(seconds)

    patience = Patience(sleep=noted, chance=lambda: 0.0)
    where = address("https://api.apify.com")
    unplugged = NetworkSender(where, inner=Unplugged())
    async with Api(where, sender=unplugged, patience=patience) as api:
        with pytest.raises(Unreachable, match="its name is not known"):
            await (api.run("r") if order == "read" else api.resurrect("r"))

    assert len(pauses) == 4
