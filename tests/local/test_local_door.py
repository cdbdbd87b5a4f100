"""Who may ask: the Host × Origin × method matrix, tokens, sly paths, oversized and dawdling requests."""

from __future__ import annotations

import itertools
import socket
from pathlib import Path

import httpx
import pytest

from runmon.local.app import LocalPlatform
from runmon.local.server import PromptProtocol

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
FOREIGN_HOSTS = (
    "evil.com",
    "127.0.0.1.evil.com:{port}",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:evil.com",
    "localhost.:{port}",
    "[::1]:{port}",
    "0.0.0.0:{port}",
    "",
)
FOREIGN_ORIGINS = ("http://evil.com", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1", "file://")


def ask(platform: LocalPlatform, request: bytes) -> bytes:
    """Send raw bytes and read until the server closes."""
    with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as link:
        link.sendall(request)
        answer = b""
        while more := link.recv(65_536):
            answer += more
    return answer


def raw(platform: LocalPlatform, method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *headers, f"Authorization: Bearer {platform.token}"]
    return ask(platform, "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))


@pytest.mark.parametrize("method", METHODS)
def test_a_foreign_host_is_refused_for_every_method(platform: LocalPlatform, method: str) -> None:
    for host in FOREIGN_HOSTS:
        answer = raw(platform, method, "/v2/actor-runs", f"Host: {host.format(port=platform.port)}")
        assert answer.startswith(b"HTTP/1.1 403"), (host, answer[:80])


def test_two_host_headers_are_refused(platform: LocalPlatform) -> None:
    own = f"Host: 127.0.0.1:{platform.port}"

    answer = raw(platform, "GET", "/v2/actor-runs", own, "Host: evil.com")

    assert answer.startswith(b"HTTP/1.1 40")


@pytest.mark.parametrize("method", METHODS)
def test_a_foreign_origin_is_refused_even_with_the_token(platform: LocalPlatform, method: str) -> None:
    own = f"Host: localhost:{platform.port}"
    for origin in FOREIGN_ORIGINS:
        origin = origin.format(port=platform.port)
        answer = raw(platform, method, "/v2/actor-runs", own, f"Origin: {origin}")
        assert answer.startswith(b"HTTP/1.1 403"), (origin, answer[:80])
        assert b"access-control" not in answer.lower()


@pytest.mark.parametrize("site", ["cross-site", "same-site", "garbage"])
def test_a_browser_that_comes_from_another_site_is_refused(http: httpx.Client, site: str) -> None:
    assert http.get("/v2/actor-runs", headers={"sec-fetch-site": site}).status_code == 403


def test_the_own_origin_and_a_typed_address_are_let_in(http: httpx.Client, platform: LocalPlatform) -> None:
    own = {"origin": platform.url, "sec-fetch-site": "same-origin"}

    assert http.get("/v2/actor-runs", headers=own).status_code == 200
    assert http.get("/v2/actor-runs", headers={"sec-fetch-site": "none"}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_no_token_is_401_on_every_path(platform: LocalPlatform, method: str) -> None:
    for path in (
        "/v2/actor-runs",
        "/v2/actor-runs/x",
        "/v2/datasets/x/items",
        "/v2/users/me",
        "/nowhere",
        "/",
    ):
        answer = httpx.request(method, platform.url + path, trust_env=False)
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "token-not-provided"


def test_a_wrong_token_is_401_and_never_echoed(platform: LocalPlatform) -> None:
    wrongs = ("Bearer wr0ng", "Bearer", "Basic wr0ng", f"Bearer {platform.token}x", "Bearer wr\xf6ng")
    for wrong in wrongs:
        headers = {b"authorization": wrong.encode("latin-1")}
        answer = httpx.get(platform.url + "/v2/actor-runs", headers=headers, trust_env=False)
        assert (answer.status_code, answer.json()["error"]["type"]) == (401, "user-or-token-not-found")
        assert "wr0ng" not in answer.text


def test_the_token_in_the_query_opens_too(platform: LocalPlatform) -> None:
    url = platform.url + "/v2/users/me?token="

    assert httpx.get(url + platform.token, trust_env=False).json()["data"]["username"] == "local"
    assert httpx.get(url + "x", trust_env=False).status_code == 401


def test_the_token_has_256_bits_and_is_new_each_time(platform: LocalPlatform) -> None:
    assert len(platform.token) >= 43
    assert LocalPlatform().token != platform.token


@pytest.mark.parametrize(
    "path",
    [
        "/v2/actor-runs/%2e%2e%2f%2e%2e%2fetc",
        "/v2/actor-runs/../../etc/passwd",
        "/v2/key-value-stores/{store}/records/..%2f..%2fsecret.txt",
        "/v2/key-value-stores/{store}/records/%2e%2e",
        "/v2/key-value-stores/{store}/records/..",
        "/v2/key-value-stores/{store}/records/a%00b",
        "/v2/key-value-stores/{store}/records/a%0d%0ab",
        "/v2/key-value-stores/../../secret.txt",
        "/v2/datasets/..%5c..%5csecret.txt/items",
        "/v2//actor-runs",
        "http://evil.com/v2/actor-runs",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leaves_the_folder(platform: LocalPlatform, tmp_path: Path, path: str, method: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    run = platform.create(tmp_path / "run")
    store = platform.registry.run(run).default_id("records")

    target = path.format(store=store)
    answer = raw(platform, method, target, f"Host: 127.0.0.1:{platform.port}", "Content-Length: 0")

    assert answer.split()[1] in {b"400", b"404"}, answer[:100]
    assert secret.read_text() == "the secret"


def test_a_body_that_claims_to_be_huge_is_refused_before_it_is_read(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)
    host = f"Host: 127.0.0.1:{platform.port}"

    answer = raw(platform, "PUT", f"/v2/actor-runs/{run}", host, "Content-Length: 999999999999")

    assert answer.startswith(b"HTTP/1.1 413")
    assert b"request-too-large" in answer


def test_a_body_without_a_length_is_counted_while_it_is_read(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)

    answer = http.put(f"/v2/actor-runs/{run}", content=itertools.repeat(b" " * 65_536, 200))

    assert answer.status_code == 413


def test_a_half_sent_head_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PromptProtocol, "head_deadline_s", 0.05)
    with LocalPlatform() as platform:
        for start in (b"", b"GET /v2/actor-runs HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "):
            with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as link:
                link.sendall(start)
                assert dropped(link), "the connection was left open"


def dropped(link: socket.socket) -> bool:
    """Whether the server ends the connection before the socket's own deadline."""
    try:
        return link.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_half_sent_body_is_given_up_on(
    monkeypatch: pytest.MonkeyPatch, platform: LocalPlatform, tmp_path: Path
) -> None:
    monkeypatch.setattr("runmon.local.wire.RECEIVE_DEADLINE_S", 0.05)
    run = platform.create(tmp_path)
    host = f"Host: 127.0.0.1:{platform.port}"

    answer = raw(platform, "PUT", f"/v2/actor-runs/{run}", host, "Content-Length: 10")

    assert answer.startswith(b"HTTP/1.1 408")


def test_garbage_and_endless_heads_do_not_hurt_the_next_client(
    http: httpx.Client, platform: LocalPlatform
) -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000,
    ):
        with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as link:
            link.sendall(garbage)

    assert http.get("/v2/users/me").status_code == 200


def test_it_listens_on_loopback_only(platform: LocalPlatform) -> None:
    assert platform.url == f"http://127.0.0.1:{platform.port}"
    assert platform._listener.getsockname()[0] == "127.0.0.1"


def test_a_method_in_the_query_stands_for_the_method(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)

    answer = http.get(f"/v2/actor-runs/{run}/abort?method=POST")

    assert answer.json()["data"]["status"] == "ABORTED"
    assert http.get(f"/v2/actor-runs/{run}?method=BREW").status_code == 400
