"""A token of no known shape, sent on every road of the program, comes out of none but the right one."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from runmon.api.client import ONCE, Api
from runmon.api.credentials import Token
from runmon.cli.main import main
from runmon.cli.terminal import guard_logs, guard_threads
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from tests.loopback import Seen, answer, data, fault
from tests.terminal import RUNMON, Terminal
from tests.ui.screens import run_folder, run_shown, serving

CANARY = "c4n4ry-0f-n0-kn0wn-sh4pe"
SIGNED = "51gn4tur3-0f-4n-0bj3ct-5t0r3"
RUN_ID = "HG7ML7M8z78YcAPEB"


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[LocalPlatform]:
    with LocalPlatform(token=CANARY) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path, platform: LocalPlatform) -> dict[str, str]:
    own = {"HOME": str(home), "TMPDIR": str(home), "XDG_STATE_HOME": str(home), "XDG_CACHE_HOME": str(home)}
    return {**own, "APIFY_TOKEN": CANARY, "APIFY_CLIENT_BASE_URL": platform.url, "PYTHONDEVMODE": "1"}


def kept(folder: Path) -> list[Path]:
    """The files below a folder that hold the token."""
    return [file for file in folder.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "{run}"),
        ("status", "{run}", "--json"),
        ("status", f"https://api.apify.com/v2/actor-runs/{RUN_ID}?token={CANARY}"),
        ("status", f"http://user:{CANARY}@x/v2/actor-runs/{RUN_ID}"),
        ("status", "missing"),
        ("wait", "{run}"),
        ("log", "{run}"),
        ("log", "-f", "{run}", "--level", "info"),
        ("log", "{run}", "--api-url", f"https://example.com?token={CANARY}"),
        ("watch", "{run}"),
        ("dev", "--no-ui", "--", "env"),
    ],
)
def test_no_command_lets_the_token_out(
    platform: LocalPlatform,
    environment: dict[str, str],
    tmp_path: Path,
    home: Path,
    arguments: tuple[str, ...],
) -> None:
    """E2, E3: not on stdout, not on stderr, not in a file, not in the environment of an Actor."""
    run_id = platform.start(RunSpec(command=("echo", "INFO  a line"), input=None, storage=tmp_path / "run"))
    platform.wait(run_id, 60)
    command = [*RUNMON, *(one.format(run=run_id) for one in arguments)]
    told = subprocess.run(
        command, capture_output=True, env={**os.environ, **environment}, timeout=60, cwd=home
    )
    assert told.stdout or told.stderr
    assert CANARY.encode() not in told.stdout + told.stderr
    assert kept(home) == []


@pytest.fixture
def echo() -> Iterator[str]:
    """A server that answers everything with what it was sent, and with the status that the path ends on."""
    begun: Queue[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    def echoed(seen: Seen) -> bytes:
        sent = f"{seen.headers.get('authorization')} ?token={CANARY}&signature={SIGNED}"
        return fault(int(seen.path.split("/")[3]), "odd", sent)

    async def serve() -> None:
        async with serving(echoed) as server:
            ended = asyncio.Event()
            begun.put((server.url, asyncio.get_running_loop(), ended))
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    url, loop, ended = begun.get(timeout=60)
    yield url
    loop.call_soon_threadsafe(ended.set)
    thread.join()


@pytest.mark.parametrize("command", ["status", "wait", "log"])
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 418, 429, 500, 503])
def test_a_server_that_says_the_token_is_not_repeated(
    echo: str, command: str, status: int, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """E3, E4: neither the token nor a signature in any error of any status."""
    monkeypatch.setenv("APIFY_TOKEN", CANARY)
    monkeypatch.setattr("runmon.cli.reach.QUICK", ONCE)
    monkeypatch.setattr("runmon.cli.wait.STEADY", ONCE)
    monkeypatch.setattr("runmon.cli.reach._GRACE", ())
    assert main([command, str(status), "--api-url", echo]) > 0
    told = capfd.readouterr()
    assert told.err.startswith("runmon: ")
    assert CANARY not in told.out + told.err
    assert SIGNED not in told.out + told.err


async def test_no_log_of_a_library_holds_an_url_or_a_header(caplog: pytest.LogCaptureFixture) -> None:
    """E2: httpx would tell the signed URL of every redirect."""
    caplog.set_level(logging.DEBUG)

    def handler(seen: Seen) -> bytes:
        if "signature" in seen.target:
            return answer(b"body", content_type="text/plain")
        return answer(status=302, location=f"/bucket?signature={SIGNED}&token={CANARY}")

    async with (
        serving(handler) as server,
        Api(server.address, Token(CANARY)) as api,
        api.log(RUN_ID) as body,
    ):
        assert [chunk async for chunk in body] == [b"body"]
    assert CANARY not in caplog.text
    assert SIGNED not in caplog.text


def test_the_screen_shows_the_token_nowhere_and_passes_it_to_no_argument(
    platform: LocalPlatform, environment: dict[str, str], tmp_path: Path, home: Path
) -> None:
    """E3: not a byte on the terminal from start to signal, nothing in `ps`, no file left."""
    run_id = platform.open(run_folder(tmp_path / "shop"))
    with Terminal((*RUNMON, run_id), env=environment) as terminal:
        terminal.sees("Kettle 12")
        assert CANARY.encode() not in Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
        for key in ("2", "3", "\r", "\x1b", "4", "5", "?", "\x1b", "\x10", "\x1b"):
            terminal.send(key)
            terminal.settle(0.2)
        terminal.kill(signal.SIGTERM)
        assert terminal.ends() == 143
        assert CANARY.encode() not in terminal.output
    assert kept(home) == []


CRASHES = """
import asyncio, sys, threading
from runmon.cli.main import run
from runmon.ui.screens.run import RunScreen

def crash(screen):
    token = screen._api.token.reveal()
    raise ValueError(f"{token} Bearer {token} \\x1b]0;owned\\x07")

where = sys.argv.pop(1)
if where == "timer":
    RunScreen._tick = crash
if where == "message":
    RunScreen.on_watch_told = lambda screen, message: crash(screen)
if where == "mount":
    RunScreen._arrange = lambda screen, width, height: crash(screen)
if where == "worker":
    RunScreen.on_show = lambda screen: screen.run_worker(worker(screen))
if where == "thread":
    RunScreen.on_show = lambda screen: screen.run_worker(lambda: crash(screen), thread=True)
if where == "render":
    from runmon.ui.widgets.header import RunHeader
    RunHeader.render = lambda header: crash(header.screen)
if where == "watch":
    from runmon.watch.status import RunFollower
    RunFollower.saw = lambda *_: 1 / 0

async def worker(screen):
    crash(screen)

run()
"""


@pytest.mark.parametrize("where", ["timer", "message", "mount", "worker", "thread", "render"])
def test_a_crash_anywhere_restores_the_terminal_and_keeps_the_secret(
    platform: LocalPlatform, environment: dict[str, str], tmp_path: Path, where: str
) -> None:
    """E3, F1: no locals, no token, no control characters, exit code 1, in every place code can break."""
    run_id = platform.open(run_folder(tmp_path / "shop"))
    with Terminal((sys.executable, "-c", CRASHES, where, run_id), env=environment) as terminal:
        assert terminal.ends() == 1
        said, left = terminal.output, terminal.output.rfind(b"\x1b[?1049l")
    assert b"stopped on an error of its own: ValueError" in said[left:]
    assert left > said.rfind(b"\x1b[?1049h")
    assert said.rfind(b"\x1b[?25h") > said.rfind(b"\x1b[?25l")
    assert CANARY.encode() not in said
    assert b"\x1b]0;" not in said[left:]


def test_a_worker_of_the_watch_that_breaks_is_shown_and_nothing_ends(
    platform: LocalPlatform, environment: dict[str, str], tmp_path: Path
) -> None:
    """B15, E3: the pane that suffers says so, and goes on trying."""
    run_id = platform.open(run_folder(tmp_path / "shop"))
    with Terminal((sys.executable, "-c", CRASHES, "watch", run_id), env=environment) as terminal:
        terminal.sees("Kettle 12", "in trouble")
        terminal.send("q")
        assert terminal.ends() == 0


async def test_a_picture_of_the_screen_holds_no_token() -> None:
    """E3: an SVG of a screen whose server repeats what it was sent."""

    def handler(seen: Seen) -> bytes:
        said = f"{seen.headers.get('authorization')} {CANARY}"
        if seen.path.endswith(RUN_ID):
            return data({"id": RUN_ID, "status": "RUNNING", "startedAt": "2026-11-24T10:00:00.000Z"})
        return fault(403, "insufficient-permissions", said)

    async with serving(handler) as server, run_shown(server.url, RUN_ID, CANARY, size=(160, 45)) as shown:
        await shown.until_text("RUNNING", "forbidden")
        assert CANARY not in shown.app.export_screenshot()
        assert CANARY not in shown.text


def test_an_error_that_nobody_caught_is_one_line_without_secrets(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """E3: in a thread, and in a task that nobody awaited."""
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "lastResort", logging.lastResort)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    guard_threads()
    guard_logs()

    def broken() -> None:
        raise ValueError("Bearer apify_api_CaNaRy0123456789 \x1b]0;owned\x07")

    async def task() -> None:
        broken()

    async def forgotten() -> None:
        asyncio.get_running_loop().create_task(task())
        await asyncio.sleep(0)
        gc.collect()

    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    asyncio.run(forgotten())
    told = capfd.readouterr().err
    assert "ValueError in broken" in told
    assert "CaNaRy" not in told and "\x1b" not in told and "Traceback" not in told
