"""`runmon log`: exact bytes to pipes and files, nothing a terminal would obey, followed to a proven end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from runmon.api.client import Patience
from runmon.cli.main import main
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from tests.origin import RUN_ID, Fault, Origin

PRINTS = r"""
printf 'INFO  Crawler: begins\n'
printf '\033[33mWARN\033[39m  Crawler: slow page\n'
printf 'ERROR Crawler: it broke\n    at parse (main.js:1)\n\033]0;owned\007\377\n'
printf 'INFO  Crawler: ends'
"""
Told = pytest.CaptureFixture[bytes]


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as running:
        yield running


@pytest.fixture(autouse=True)
def configured(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", platform.url)
    monkeypatch.setenv("APIFY_TOKEN", platform.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("runmon.cli.reach._GRACE", ())


@pytest.fixture
def run_id(platform: LocalPlatform, tmp_path: Path) -> str:
    started = platform.start(RunSpec(command=("bash", "-c", PRINTS), input=None, storage=tmp_path / "run"))
    platform.wait(started, 60)
    return started


@pytest.fixture
def kept(run_id: str, tmp_path: Path) -> bytes:
    """The log as the platform has it on disk."""
    return next((tmp_path / "run").rglob("log.txt")).read_bytes()


def test_a_pipe_gets_the_log_byte_for_byte(run_id: str, kept: bytes) -> None:
    told = subprocess.run([sys.executable, "-m", "runmon", "log", run_id], capture_output=True, check=True)
    assert told.stdout == kept
    assert b"\x1b]0;owned\x07\xff" in kept


def test_a_file_gets_the_log_byte_for_byte(run_id: str, kept: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.log"
    assert main(["log", run_id, "-o", str(out)]) == 0
    assert out.read_bytes() == kept


def test_a_terminal_gets_colours_and_nothing_else_that_it_would_obey(run_id: str) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "runmon", "log", run_id], timeout=60)
    child.expect(pexpect.EOF)
    assert b"\x1b[33mWARN" in child.before
    assert b"\x1b]" not in child.before
    assert b"\x07" not in child.before
    assert "␛".encode() in child.before


def test_a_terminal_gets_the_bytes_themselves_when_asked(run_id: str) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "runmon", "log", run_id, "--raw"], timeout=60)
    child.expect(pexpect.EOF)
    assert b"\x1b]0;owned\x07\xff" in child.before


def test_a_level_chooses_entries_with_what_belongs_to_them(run_id: str, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--level", "error"]) == 0
    told = capfdbinary.readouterr().out
    assert b"it broke" in told
    assert b"at parse (main.js:1)" in told
    assert b"begins" not in told
    assert b"slow page" not in told


def test_a_pattern_found_in_a_later_line_shows_the_whole_entry(run_id: str, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--grep", "main.js"]) == 0
    told = capfdbinary.readouterr().out
    assert b"it broke" in told
    assert b"begins" not in told


def test_a_time_in_the_future_leaves_nothing(run_id: str, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--since", "2999-01-01"]) == 0
    assert capfdbinary.readouterr().out == b""


def test_a_span_that_is_none_is_refused(run_id: str, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--since", "yesterday"]) == 5
    assert b"10m" in capfdbinary.readouterr().err


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_tail_of_chosen_entries_begins_with_the_first_line_of_one(
    lines: int, run_id: str, kept: bytes, capfdbinary: Told
) -> None:
    assert main(["log", run_id, "--level", "error"]) == 0
    every = capfdbinary.readouterr().out
    assert main(["log", run_id, "--level", "error", "--tail", str(lines)]) == 0
    told = capfdbinary.readouterr().out

    assert every.endswith(told) and told.count(b"\n") >= lines
    assert b"ERROR" in told.split(b"\n")[0]


def test_a_tail_of_no_lines_of_chosen_entries_is_nothing(run_id: str, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--level", "error", "--tail", "0"]) == 0
    assert capfdbinary.readouterr().out == b""


def test_a_tail_is_the_last_lines(run_id: str, kept: bytes, capfdbinary: Told) -> None:
    assert main(["log", run_id, "--tail", "2"]) == 0
    assert capfdbinary.readouterr().out == b"\n".join(kept.split(b"\n")[-3:])


def test_a_run_that_is_not_there_empties_no_file(tmp_path: Path, capfdbinary: Told) -> None:
    out = tmp_path / "out.log"
    out.write_bytes(b"precious")
    assert main(["log", "HG7ML7M8z78YcAPEB", "-o", str(out)]) == 250
    assert out.read_bytes() == b"precious"


def test_a_reader_that_left_ends_it_quietly(run_id: str) -> None:
    """F2: while following."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "runmon", "log", "-f", run_id]
    told = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert (told.returncode, told.stderr) == (141, b"")


def test_following_ends_with_the_run_and_has_every_byte(
    platform: LocalPlatform, tmp_path: Path, capfdbinary: Told
) -> None:
    script = "for n in $(seq 1 200); do echo line $n; done; sleep 0.3; echo last words"
    run_id = platform.start(RunSpec(command=("bash", "-c", script), input=None, storage=tmp_path / "live"))
    assert main(["log", "-f", run_id]) == 0
    told = capfdbinary.readouterr().out
    assert told == next((tmp_path / "live").rglob("log.txt")).read_bytes()
    assert told.endswith(b"last words\n")


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    """A server that breaks as told, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin() -> Origin:
        made = Origin(log=b"".join(b"2026-11-24T10:11:12.000Z line %d\n" % n for n in range(5000)))
        await made.start()
        return made

    made = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", made.url)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_log_that_breaks_on_the_way_is_whole_all_the_same(
    origin: Origin, tmp_path: Path, capfdbinary: Told
) -> None:
    origin.faults.extend([Fault("reset", 50_000), Fault("fin", 20), Fault("status")])
    assert main(["log", RUN_ID]) == 0
    assert capfdbinary.readouterr().out == origin.log


class FirstTimes(dict[str, tuple[int, object]]):
    """Answers that hold for the first five requests."""

    left = 5

    def __contains__(self, path: object) -> bool:
        found = super().__contains__(path) and self.left > 0
        self.left -= found
        return found


def test_following_begins_also_where_the_first_answers_break(
    origin: Origin, capfdbinary: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B10: who follows has patience from the start."""
    monkeypatch.setattr("runmon.cli.log.STEADY", Patience(retries=12, first_s=0.01))
    origin.answers = FirstTimes({f"actor-runs/{RUN_ID}": (503, {"type": "busy", "message": "no"})})
    origin.status = "SUCCEEDED"
    assert main(["log", "-f", RUN_ID]) == 0
    assert capfdbinary.readouterr().out == origin.log


@pytest.mark.parametrize("strict", [(), ("--strict",)])
@pytest.mark.parametrize("to_file", [True, False])
def test_what_was_garbled_while_followed_is_corrected_in_a_file_and_reported_for_a_pipe(
    origin: Origin, tmp_path: Path, to_file: bool, strict: tuple[str, ...]
) -> None:
    """B4: bytes that were printed and then taken back are named on stderr; --strict makes them a failure."""
    origin.log = origin.log[-3300:]  # so little that it is printed at once, before it is read again
    origin.faults.append(Fault("corrupt", len(origin.log) - 10))
    origin.status, origin._finished_at = "SUCCEEDED", None
    command = [sys.executable, "-m", "runmon", "log", "-f", *strict, RUN_ID]
    out = tmp_path / "out.log"
    with out.open("wb") as file:
        told = subprocess.run(
            command,
            stdout=file if to_file else subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
            env=os.environ,
        )
    sentence = f"The server rewrote its log from byte {len(origin.log) - 10} on".encode()
    if to_file:
        assert (told.returncode, told.stderr, out.read_bytes()) == (0, b"", origin.log)
    else:
        assert told.returncode == (75 if strict else 0)
        assert told.stdout.endswith(origin.log[-10:])
        assert told.stderr.count(sentence) == 1
