"""The faults G1 to G8 of a server on loopback, each by its number."""

from __future__ import annotations

import contextlib
import itertools
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from runmon.local import server
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.local.server import CONCURRENCY, UNSAID

OWN_HOSTS = ("127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}")
FOREIGN_HOSTS = (
    "evil.com",
    "evil.com:{port}",
    "127.0.0.1.evil.com:{port}",
    "evil.com#127.0.0.1:{port}",
    "user@127.0.0.1:{port}",
    "127.0.0.1:{port}/v2",
    "127.0.0.1:{port},evil.com",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.1:{port}",
    "2130706433:{port}",
    "localhost.:{port}",
    "[::1]:{port}",
    "0.0.0.0:{port}",
    "",
)
OWN_ORIGINS = (
    "",
    "Origin: http://127.0.0.1:{port}",
    "Origin: http://localhost:{port}",
    "Sec-Fetch-Site: none",
)
FOREIGN_ORIGINS = (
    "Origin: http://evil.com",
    "Origin: null",
    "Origin: https://127.0.0.1:{port}",
    "Origin: http://127.0.0.1:1",
    "Origin: http://127.0.0.1:{port}.evil.com",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
OWN = "Host: 127.0.0.1:{port}"


class Caller:
    """Speaks raw HTTP to a platform, one connection a request."""

    def __init__(self, platform: LocalPlatform) -> None:
        self.platform = platform

    def ask(self, method: str, path: str, *headers: str, token: bool = True, body: bytes = b"") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", *(line.format(port=self.platform.port) for line in headers)]
        lines += [f"Authorization: Bearer {self.platform.token}"] if token else []
        request = "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""])
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=60) as link:
            link.sendall(request.encode("latin-1") + body)
            return b"".join(iter(lambda: link.recv(65_536), b""))

    def status(self, method: str, path: str, *headers: str, token: bool = True, body: bytes = b"") -> int:
        return int(self.ask(method, path, *headers, token=token, body=body).split()[1])


@pytest.fixture
def caller(platform: LocalPlatform) -> Caller:
    return Caller(platform)


def test_of_hosts_origins_and_methods_only_our_own_are_let_in(caller: Caller) -> None:
    """G1, G2: DNS rebinding and cross-site requests, all combinations, with the right token."""
    rows = list(itertools.product(OWN_HOSTS + FOREIGN_HOSTS, OWN_ORIGINS + FOREIGN_ORIGINS, METHODS))
    wrong = []
    for host, origin, method in rows:
        headers = [f"Host: {host}", *filter(None, [origin])]
        own = host in OWN_HOSTS and origin in OWN_ORIGINS
        wanted = (200 if method in {"GET", "HEAD"} else 405) if own else 403
        found = caller.status(method, "/v2/actor-runs", *headers)
        wrong += [] if found == wanted else [(host, origin, method, found)]
    assert len(rows) >= 300
    assert wrong == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_form_of_another_site_changes_nothing(
    caller: Caller, platform: LocalPlatform, tmp_path: Path, content_type: str, method: str
) -> None:
    """G2: what a page can send without asking, with and without the headers that tell on it."""
    run = platform.create(tmp_path / "run")
    path = f"/v2/actor-runs/{run}/abort?method=POST"
    plain = (OWN, f"Content-Type: {content_type}")

    assert caller.status(method, path, *plain, "Origin: http://evil.com", body=b"{}") == 403
    assert caller.status(method, path, *plain, "Sec-Fetch-Site: cross-site", token=False) == 403
    assert caller.status(method, path, *plain, token=False, body=b"{}") == 401
    assert platform.registry.run(run).data["status"] == "READY"


@pytest.mark.parametrize("sly", ["%2e%2e%2f", "%2e%2e/", "..%2f", "../", "..%5c", "%00", "a%00b/", "%0a"])
@pytest.mark.parametrize(
    "place", ["/v2/actor-runs/{}x", "/v2/key-value-stores/{}x", "/v2/datasets/{}x/items", "/v2/a/{}etc"]
)
def test_no_sly_path_reaches_a_route(caller: Caller, place: str, sly: str) -> None:
    """G3: traversal and NUL are no paths, in any spelling, and nothing fails on them."""
    for method in ("GET", "PUT", "DELETE"):
        assert caller.status(method, place.format(sly * 3), OWN) == 404


@pytest.mark.parametrize(
    "key",
    ["%2e%2e%2fsecret", "..%2F..%2Fsecret", "%2e", "..", "a%00b", "%2fetc%2fpasswd", "%252e%252e%252fsecret"],
)
def test_no_key_reaches_a_file_outside_its_store(
    caller: Caller, platform: LocalPlatform, tmp_path: Path, key: str
) -> None:
    """G3: keys are names of records, never paths."""
    secret = tmp_path / "secret"
    secret.write_text("untouched")
    store = platform.registry.run(platform.create(tmp_path / "run")).default_id("records")
    for method in ("GET", "PUT", "DELETE"):
        path = f"/v2/key-value-stores/{store}/records/{key}"
        assert caller.status(method, path, OWN, body=b"evil") in {400, 404}
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["secret"]
    assert secret.read_text() == "untouched"


@contextlib.contextmanager
def dawdlers(platform: LocalPlatform, count: int) -> Iterator[list[socket.socket]]:
    """Connections that have sent half a head."""
    with contextlib.ExitStack() as stack:
        links = []
        for _ in range(count):
            link = stack.enter_context(socket.create_connection(("127.0.0.1", platform.port), timeout=60))
            link.sendall(b"GET /v2/users/me HTTP/1.1\r\nHost: 127.0")
            links.append(link)
        yield links


def test_a_thousand_half_sent_heads_keep_nobody_waiting(platform: LocalPlatform, caller: Caller) -> None:
    """G4: slow-loris. Those who do not say what they want make room for those who do."""
    with dawdlers(platform, 1000 if room_for(2400) else 300):
        times = []
        for _ in range(100):
            started = time.perf_counter()
            assert caller.status("GET", "/v2/users/me", OWN) == 200
            times.append(time.perf_counter() - started)
    assert sorted(times)[98] < 1.0, sorted(times)[-5:]


def room_for(files: int) -> bool:
    """Whether this process may hold so many open files."""
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] > files


def test_of_many_half_sent_heads_the_oldest_are_dropped(platform: LocalPlatform, caller: Caller) -> None:
    """G4: the number of connections that wait for a head is bounded, long before their time is up."""
    with dawdlers(platform, UNSAID + 20) as links:
        assert caller.status("GET", "/v2/users/me", OWN) == 200
        for link in links[:20]:
            with contextlib.suppress(ConnectionResetError):
                assert link.recv(1) == b""
        links[-1].sendall(
            b".0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n" % (platform.port, platform.token.encode())
        )
        assert links[-1].recv(65_536).startswith(b"HTTP/1.1 200")


def test_who_is_refused_at_the_door_holds_no_connection(caller: Caller, platform: LocalPlatform) -> None:
    """G4: without the token nobody keeps a connection open by asking again and again."""
    with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as link:
        link.sendall(b"GET /v2/users/me HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % platform.port)
        answer = b"".join(iter(lambda: link.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 401")


def test_past_the_limit_of_requests_at_once_the_answer_is_503_in_apifys_shape(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """G4: a bounded number of answers is under way; clients retry a 503, and get in when there is room."""
    monkeypatch.setattr(server, "CONCURRENCY", 2)
    with LocalPlatform() as platform:
        run = platform.create(tmp_path / "run")
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False, timeout=60) as http:
            with contextlib.ExitStack() as streams:
                for _ in range(2):
                    log = f"/v2/actor-runs/{run}/log?stream=1"
                    assert streams.enter_context(http.stream("GET", log)).status_code == 200
                refused = http.get("/v2/users/me")
                platform.abort(run, gracefully=False)
            answers = iter(lambda: http.get("/v2/users/me").status_code, 200)
            assert set(itertools.islice(answers, 1000)) <= {503}

    assert (refused.status_code, refused.json()["error"]["type"]) == (503, "internal-server-error")
    assert refused.headers["retry-after"] == "1"
    assert CONCURRENCY == 128


@pytest.mark.parametrize("claim", ["999999999999", "9437185", "99999999999999999999999999"])
@pytest.mark.parametrize("path", ["/v2/actor-runs/{run}", "/v2/key-value-stores/{store}/records/K"])
def test_a_body_said_to_be_huge_is_refused_unread(
    caller: Caller, platform: LocalPlatform, tmp_path: Path, path: str, claim: str
) -> None:
    """G5: nobody waits for, or makes room for, 999,999,999,999 bytes."""
    run = platform.create(tmp_path / "run")
    store = platform.registry.run(run).default_id("records")
    line = f"PUT {path.format(run=run, store=store)} HTTP/1.1\r\nHost: 127.0.0.1:{platform.port}\r\n"
    head = f"{line}Authorization: Bearer {platform.token}\r\nContent-Length: {claim}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", platform.port), timeout=60) as link:
        link.sendall(head.encode())
        assert link.recv(65_536).split()[1] in {b"413", b"400"}


def test_no_other_address_of_this_machine_answers(platform: LocalPlatform) -> None:
    """G6: only 127.0.0.1 is bound, not every address; and nothing can ask for another."""
    others = {
        link.address
        for links in psutil.net_if_addrs().values()
        for link in links
        if link.family == socket.AF_INET
    }
    for other in (others | {"127.0.0.2"}) - {"127.0.0.1"}:
        with pytest.raises(OSError), socket.create_connection((other, platform.port), timeout=1):
            pytest.fail(f"{other} answers")
    held = [link.laddr.ip for link in psutil.Process().net_connections() if link.laddr.port == platform.port]
    assert set(held) == {"127.0.0.1"}


def test_the_token_is_in_no_command_line_that_others_can_read(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    """G7: other users of the machine see the command lines of all processes."""
    run = platform.start(RunSpec(("sh", "-c", "echo up; exec sleep 60"), tmp_path / "run"))
    caller = Caller(platform)
    assert b" up" in first_log(caller, run)
    lines = [process.cmdline() for process in psutil.Process().children(recursive=True)]
    platform.abort(run, gracefully=False)
    assert len(lines) >= 2
    assert not any(platform.token in word for line in lines for word in line)


def first_log(caller: Caller, run: str) -> bytes:
    """The log's first bytes."""
    request = f"GET /v2/actor-runs/{run}/log?stream=1 HTTP/1.1\r\nHost: 127.0.0.1:{caller.platform.port}\r\n"
    with socket.create_connection(("127.0.0.1", caller.platform.port), timeout=60) as link:
        link.sendall(f"{request}Authorization: Bearer {caller.platform.token}\r\n\r\n".encode())
        found = b""
        while b"\n" not in found.partition(b"\r\n\r\n")[2]:
            found += link.recv(65_536)
        return found


def test_another_user_of_the_machine_gets_in_nowhere(
    caller: Caller, platform: LocalPlatform, tmp_path: Path
) -> None:
    """G7: loopback is shared; without the token nothing is told, not even what exists."""
    run = platform.create(tmp_path / "run")
    store = platform.registry.run(run).default_id("records")
    paths = ("/v2/actor-runs", f"/v2/actor-runs/{run}", f"/v2/actor-runs/{run}/log", f"/v2/logs/{run}")
    for path in (*paths, f"/v2/key-value-stores/{store}/keys", "/v2/actor-runs/none", "/nothing"):
        answer = caller.ask("GET", path, OWN, token=False)
        assert answer.split()[1] == b"401" and run.encode() not in answer


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host: evil.com",
        "Forwarded: host=evil.com",
        "X-Forwarded-Proto: https",
        "X-Original-URL: /v2/users/me",
    ],
)
def test_addresses_in_answers_name_this_server_whatever_is_claimed(
    caller: Caller, platform: LocalPlatform, tmp_path: Path, header: str
) -> None:
    """G8: no header turns the path or the links of an answer elsewhere."""
    run = platform.create(tmp_path / "run")

    answer = caller.ask("GET", f"/v2/actor-runs/{run}/dataset", OWN, header)

    assert b'"itemsPublicUrl":"http://127.0.0.1:%d/v2/datasets/' % platform.port in answer
    assert b"evil" not in answer and b"https:" not in answer


@pytest.mark.parametrize(
    "target", ["http://evil.com/v2/users/me", "//evil.com/v2/users/me", "*", "evil.com:80"]
)
def test_a_target_that_names_another_server_is_no_path(caller: Caller, target: str) -> None:
    """G8: the path comes from the request line as it is, never through the Host."""
    assert caller.status("GET", target, OWN) in {400, 404}
