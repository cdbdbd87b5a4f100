"""Servers beyond this machine, and odd ways to this one: certificates, proxies, address families, floods."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runmon.api.address import address
from runmon.api.client import ONCE, Api
from runmon.api.credentials import Token
from runmon.errors import CutShort, Unreachable
from tests.loopback import Connect, Seen, Server, Start, data

CANARY = "apify_api_CaNaRy0123456789"
RUN = {"id": "r", "status": "RUNNING"}
TLS = Path(__file__).parent.parent / "data" / "tls"
"""A certificate for api.example, valid until 2126, that signed itself; and its key."""


class Tunnels:
    """A proxy that leads every CONNECT to one port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.heads: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        near, far = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await asyncio.gather(_pour(reader, far), _pour(near, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while got := await reader.read(65_536):
            writer.write(got)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def elsewhere(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Server, Tunnels]]:
    """https://api.example behind a proxy that the environment names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "certificate.pem", TLS / "key.pem")
    server = Server(lambda _: data(RUN))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    tunnels = Tunnels(listening.sockets[0].getsockname()[1])
    proxy = await asyncio.start_server(tunnels.serve, "127.0.0.1", 0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    yield server, tunnels
    proxy.close()
    listening.close()


async def test_proxy_and_certificates_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: the proxy sees a name and no token; the server behind it is trusted by SSL_CERT_FILE."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "certificate.pem"))
    async with elsewhere(monkeypatch) as (server, tunnels):
        async with Api(address("https://api.example"), Token(CANARY), patience=ONCE) as api:
            assert (await api.run("r")).view.status == "RUNNING"
        assert server.seen[0].headers["authorization"] == f"Bearer {CANARY}"
        assert tunnels.heads[0].startswith("CONNECT api.example:443")
        assert CANARY not in tunnels.heads[0]


async def test_an_intercepted_connection_is_refused_before_the_token_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """F6: a certificate that nobody here trusts."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    async with elsewhere(monkeypatch) as (server, _):
        async with Api(address("https://api.example"), Token(CANARY), patience=ONCE) as api:
            with pytest.raises(Unreachable, match="its certificate is not trusted"):
                await api.run("r")
        assert server.seen == []


async def test_a_host_that_no_proxy_names_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: NO_PROXY."""
    monkeypatch.setenv("NO_PROXY", "api.example")
    async with elsewhere(monkeypatch) as (_, tunnels):
        async with Api(address("https://api.example"), patience=ONCE) as api:
            with pytest.raises(Unreachable):
                await api.run("r")
        assert tunnels.heads == []


@pytest.mark.parametrize("form", ["http://[::1]:{port}", "http://[::1]:{port}/v2"])
async def test_a_server_is_reached_over_ipv6(form: str) -> None:
    """F7: as a literal; the token goes there."""
    server = Server(lambda _: data(RUN))
    listening = await asyncio.start_server(server.serve, "::1", 0)
    where = address(form.format(port=listening.sockets[0].getsockname()[1]))
    async with Api(where, Token(CANARY), patience=ONCE) as api:
        assert (await api.run("r")).view.status == "RUNNING"
    assert server.seen[0].headers["authorization"] == f"Bearer {CANARY}"
    listening.close()


async def test_a_name_whose_ipv6_is_broken_is_reached_over_ipv4(start: Start) -> None:
    """F7: nobody listens on ::1."""
    server = await start(lambda _: data(RUN))
    where = address(f"http://localhost:{server.url.rpartition(':')[2]}")
    async with Api(where, patience=ONCE) as api:
        assert (await api.run("r")).view.status == "RUNNING"


async def test_headers_without_end_are_not_taken(start: Start, connect: Connect) -> None:
    """B11: a header bomb."""

    async def flood(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\n")
        while not seen.writer.is_closing():
            await seen.send(b"x-flood: " + b"x" * 60_000 + b"\r\n")

    server = await start(flood)
    with pytest.raises(CutShort):
        await connect(server, patience=ONCE).run("r")
