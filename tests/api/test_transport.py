"""One request: the token's bounds, redirects, deadlines, and the words for what goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import ssl

import pytest

from runmon.api.address import address
from runmon.api.client import ONCE, Api
from runmon.api.credentials import Token
from runmon.api.transport import Transport
from runmon.errors import BadInput, CutShort, LinkError, NeedsToken, NotApify, TooLarge, TooSlow, Unreachable
from runmon.model.storages import Place
from tests.loopback import Connect, Seen, Server, Start, answer, data, fault, zipped

CANARY = "apify_api_CaNaRy0123456789"
STORE = Place.by_id("s")
RUN = {"id": "r", "status": "RUNNING"}


async def test_the_token_goes_to_the_configured_origin(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data(RUN))

    await connect(server, token=Token(CANARY)).run("r")

    assert server.seen[0].headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_origin_gets_neither_token_nor_names(
    start: Start, connect: Connect, status: int
) -> None:
    """E1: the token never goes to the host of a redirect."""
    other = await start(lambda _: answer(b"body", content_type="image/png"))
    server = await start(lambda _: answer(status=status, location=f"{other.url}/bucket?X-Amz-Signature=s"))

    record = await connect(server, token=Token(CANARY)).record(STORE, "k", max_bytes=100)

    assert record.body == b"body"
    assert CANARY not in str(other.seen[0].headers)
    assert set(other.seen[0].headers) <= {"host", "accept", "accept-encoding", "connection", "user-agent"}


async def test_a_redirect_within_the_origin_keeps_the_token(start: Start, connect: Connect) -> None:
    server = await start(
        lambda seen: data(RUN) if seen.path == "/new" else answer(status=302, location="/new")
    )

    await connect(server, token=Token(CANARY)).run("r")

    assert "authorization" in server.seen[1].headers


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/x",
        "https://example.com/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://u:p@127.0.0.1/",
        "//[bad",
    ],
)
async def test_a_redirect_off_this_machine_or_off_http_is_not_followed(
    start: Start, connect: Connect, target: str
) -> None:
    """B11, E1: `file://` and weaker places."""
    server = await start(lambda _: answer(status=302, location=target))

    with pytest.raises(LinkError, match=r"not followed|not a URL"):
        await connect(server).run("r")

    assert len(server.seen) == 1


async def test_redirects_in_a_circle_end(start: Start, connect: Connect) -> None:
    """B11: a redirect loop."""
    server = await start(lambda seen: answer(status=302, location=seen.target))

    with pytest.raises(LinkError, match="circles"):
        await connect(server).run("r")

    assert len(server.seen) == 4


async def test_a_redirected_abort_is_not_sent_again(start: Start, connect: Connect) -> None:
    server = await start(lambda _: answer(status=307, location="/elsewhere"))

    with pytest.raises(LinkError):
        await connect(server).abort("r")

    assert len(server.seen) == 1


def test_the_token_is_not_sent_unencrypted_to_another_machine() -> None:
    """E7: refused before anything is sent."""
    with pytest.raises(BadInput, match="unencrypted"):
        Api(address("http://example.com"), Token(CANARY))


async def test_cookies_are_not_kept(start: Start, connect: Connect) -> None:
    server = await start(lambda _: data(RUN, set_cookie="id=1"))
    api = connect(server)

    await api.run("r")
    await api.run("r")

    assert "cookie" not in server.seen[1].headers


async def test_nobody_listening_is_said_at_once(start: Start, connect: Connect, pauses: list[float]) -> None:
    nobody = Server(lambda _: None, url="http://127.0.0.1:9")

    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9: nothing answers"):
        await connect(nobody).run("r")

    assert pauses == []


@pytest.mark.parametrize(
    "partial", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"]
)
async def test_an_answer_that_breaks_off_is_cut_short(start: Start, connect: Connect, partial: bytes) -> None:
    async def broken(seen: Seen) -> None:
        await seen.send(partial)

    server = await start(broken)

    with pytest.raises(CutShort):
        await connect(server, patience=ONCE).run("r")


async def test_garbage_is_not_an_answer(start: Start, connect: Connect) -> None:
    server = await start(lambda _: b"\x00\xff\x13 garbage\r\n\r\n")

    with pytest.raises(CutShort):
        await connect(server, patience=ONCE).run("r")


async def test_a_body_that_drips_forever_meets_the_deadline(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B11: a slow-loris body."""
    monkeypatch.setattr("runmon.api.runs.SMALL_SECONDS", 0.3)

    async def dripping(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while not seen.writer.is_closing():
            await seen.send(b" ")
            await asyncio.sleep(0)

    server = await start(dripping)

    with pytest.raises(TooSlow):
        await connect(server, patience=ONCE).run("r")


async def test_a_bomb_is_stopped_at_the_limit(start: Start, connect: Connect) -> None:
    """C1: a bomb in an answer."""
    server = await start(lambda _: zipped(bytes(40_000_000)))

    with pytest.raises(TooLarge):
        await connect(server).run("r")


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "identity, br", "gzip gzip"])
async def test_a_coding_nobody_asked_for_is_named(start: Start, connect: Connect, coding: str) -> None:
    server = await start(lambda _: answer(gzip.compress(gzip.compress(b"{}")), content_encoding=coding))

    with pytest.raises(NotApify, match="coding"):
        await connect(server).run("r")


async def test_one_gzip_coding_is_read(start: Start, connect: Connect) -> None:
    server = await start(lambda _: zipped(b'{"data":{"id":"r"}}'))

    assert (await connect(server).run("r")).view.id == "r"
    assert server.seen[0].headers["accept-encoding"] == "gzip"


async def test_requests_are_counted_with_their_retries(start: Start, connect: Connect) -> None:
    server = await start(lambda _: fault(503))
    api = connect(server)

    with pytest.raises(Exception, match="503"):
        await api.run("r")

    assert api.meter.total == 5 and api.meter.per_second() == 0.5


def test_only_a_client_for_another_machine_builds_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[ssl.SSLContext] = []

    def build() -> ssl.SSLContext:
        built.append(ssl.create_default_context())
        return built[-1]

    monkeypatch.setattr("runmon.api.network._certificates", build)
    Api(address("http://127.0.0.1:1"), Token(CANARY))
    assert built == []
    Api(address("https://api.apify.com"), Token(CANARY))
    assert len(built) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_CERT_FILE", "/nowhere.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("HTTPS_PROXY", "gopher://proxy"),
    ],
)
def test_certificates_and_proxies_that_cannot_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """F6: a sentence that names the variable."""
    monkeypatch.setenv(name, value)

    with pytest.raises(BadInput, match=name):
        Api(address("https://example.com"))


async def test_a_proxy_is_not_asked_for_this_machine(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F6: never for loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = await start(lambda _: data(RUN))

    assert (await connect(server).run("r")).view.status == "RUNNING"


async def test_a_server_that_repeats_the_token_does_not_get_it_shown(start: Start, connect: Connect) -> None:
    """E3: in an error message."""
    server = await start(lambda seen: fault(401, message=f"bad: {seen.headers['authorization']}; odd-token"))

    with pytest.raises(NeedsToken) as refused:
        await connect(server, token=Token("odd-token")).run("r")

    assert "odd-token" not in str(refused.value) and "***" in str(refused.value)


async def test_a_proxy_that_refuses_is_named(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """F6: a proxy with status 407, which gets no token."""
    proxy = await start(lambda _: answer(b"", 407))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)

    async with Api(address("https://example.com"), patience=ONCE) as api:
        with pytest.raises(Unreachable, match="proxy on the way refused"):
            await api.run("r")

    assert proxy.seen[0].method == "CONNECT" and "authorization" not in proxy.seen[0].headers


async def test_no_header_of_ours_follows_a_redirect_to_another_origin(start: Start) -> None:
    """E1: nor does any other header."""
    other = await start(lambda _: answer(b"body"))
    server = await start(lambda _: answer(status=302, location=f"{other.url}/x"))
    transport = Transport(server.address, None)

    async with transport.open("GET", f"{server.url}/x", headers={"X-Secret": CANARY}, seconds=5):
        await transport.close()

    assert server.seen[0].headers["x-secret"] == CANARY and "x-secret" not in other.seen[0].headers


async def test_a_stream_whose_headers_do_not_come_is_too_slow(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B11: headers that never come."""
    monkeypatch.setattr("runmon.api.logs.HEADER_SECONDS", 0.05)

    async def silent(_seen: Seen) -> None:
        await server.hung_up.wait()

    server = await start(silent)

    with pytest.raises(TooSlow):
        async with connect(server).log("r", stream=True):
            pass

    server.hung_up.set()
