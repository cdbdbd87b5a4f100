"""Bodies in every coding, bounded; query parameters; the error's shape."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

import brotli
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runmon.local import wire
from runmon.local.faults import ApiFault, fault_response, render_fault


def raw_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=1),
}


async def echo(request: Request) -> Response:
    return Response(await wire.body(request, 100_000))


async def parameters(request: Request) -> Response:
    return wire.data(
        [wire.number(request, "n", 7, lo=1, hi=10), wire.flag(request, "f"), wire.words(request, "w")]
    )


async def parsed(request: Request) -> Response:
    return wire.data(await wire.object_body(request))


class Client:
    """Calls an app without a socket, one call at a time."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
                return await client.request(method, path, **more)

        return asyncio.run(call())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)


@pytest.fixture(scope="module")
def client() -> Client:
    routes = [Route("/", echo, methods=["POST"]), Route("/json", parsed, methods=["POST"])]
    routes.append(Route("/parameters", parameters))
    return Client(Starlette(routes=routes, exception_handlers={ApiFault: render_fault}))


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=5000), coding=st.sampled_from(sorted(CODERS)))
def test_every_coding_gives_back_what_was_sent(client: Client, data: bytes, coding: str) -> None:
    answer = client.post("/", content=CODERS[coding](data), headers={"content-encoding": coding})

    assert answer.content == data


def test_deflate_without_its_header_is_understood(client: Client) -> None:
    answer = client.post("/", content=raw_deflate(b"abc" * 99), headers={"content-encoding": "deflate"})

    assert answer.content == b"abc" * 99


@pytest.mark.parametrize("coding", sorted(CODERS))
@pytest.mark.parametrize("size", [100_000, 100_001, 50_000_000])
def test_a_body_past_the_limit_is_413_in_every_coding(client: Client, coding: str, size: int) -> None:
    answer = client.post("/", content=CODERS[coding](bytes(size)), headers={"content-encoding": coding})

    if size > 100_000:
        assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request-too-large")
    else:
        assert answer.content == bytes(size)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("broken", [b"", b"no such coding", "cut"])
def test_a_broken_body_is_400(client: Client, coding: str, broken: bytes | str) -> None:
    content = CODERS[coding](bytes(range(256)) * 9)[:-4] if isinstance(broken, str) else broken

    answer = client.post("/", content=content, headers={"content-encoding": coding})

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid-request")


@pytest.mark.parametrize("coding", ["zstd", "compress", "gzip, br", "x"])
def test_other_codings_are_415(client: Client, coding: str) -> None:
    answer = client.post("/", content=b"x", headers={"content-encoding": coding})

    assert (answer.status_code, answer.json()["error"]["type"]) == (415, "unsupported-content-encoding")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [7, False, []]),
        ("n=3&f=true&w=a,%20b,,c", [3, True, ["a", "b", "c"]]),
        ("n=999999999999&f=1", [10, True, []]),
        ("n=&f=false", [7, False, []]),
        ("f=yes", [7, False, []]),
    ],
)
def test_parameters_are_read_as_apify_sends_them(client: Client, query: str, found: list[object]) -> None:
    assert client.get(f"/parameters?{query}").json()["data"] == found


@pytest.mark.parametrize("text", ["0", "-1", "x", "1e3", "٣", "9" * 5000, "1.5", "--1", "0x10"])
def test_a_parameter_that_is_no_number_in_range_is_400(client: Client, text: str) -> None:
    answer = client.get("/parameters", params={"n": text})

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid-value"


@pytest.mark.parametrize("body", [b"{", b'"a"', b"[1]", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_a_body_that_is_no_json_object_is_400(client: Client, body: bytes) -> None:
    answer = client.post("/json", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"type", "message"}


def test_an_empty_body_is_an_empty_object(client: Client) -> None:
    assert client.post("/json").json() == {"data": {}}


def test_a_fault_carries_its_data() -> None:
    fault = ApiFault(400, "schema-validation-error", "no", {"invalidItems": [1]})

    assert json.loads(bytes(fault_response(fault).body))["error"]["data"] == {"invalidItems": [1]}
