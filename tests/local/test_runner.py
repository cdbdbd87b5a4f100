"""Real processes as runs: their output, their outcome, their figures, their end."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from runmon.local import runner as runner_module
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec

STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
LONG_S = 60

Start = Callable[..., str]


@pytest.fixture
def start(platform: LocalPlatform, tmp_path: Path) -> Start:
    """`start("bash", "-c", …, timeout_s=1)`: a run of this command; gives its id."""

    def launch(*command: str, **options: Any) -> str:
        return platform.start(RunSpec(command=command, storage=tmp_path / "run", **options))

    return launch


def python(code: str) -> tuple[str, str, str]:
    return sys.executable, "-c", code


def log_of(http: httpx.Client, run: str) -> bytes:
    return http.get(f"/v2/actor-runs/{run}/log?raw=true").content


def unstamped(log: bytes) -> bytes:
    """The log without its stamps; every line must have one."""
    lines = log.split(b"\n")
    assert all(re.match(STAMP, line) for line in lines[:-1])
    return b"\n".join(line[25:] for line in lines)


def until_logged(http: httpx.Client, run: str, word: bytes) -> None:
    """Read the live log until a word is in it."""
    seen = b""
    with http.stream("GET", f"/v2/actor-runs/{run}/log?stream=true&raw=true", timeout=LONG_S) as body:
        for chunk in body.iter_raw():
            seen += chunk
            if word in seen:
                return
    raise AssertionError(f"{word!r} is not in {seen!r}")


def test_a_command_that_is_no_actor_fails_with_its_exit_code_and_a_one_line_log(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "echo hi; exit 3")
    ended = platform.wait(run, LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("FAILED", 3)
    assert re.fullmatch(STAMP + rb"hi\n", log_of(http, run))


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ("exit 0", "SUCCEEDED", 0),
        ("exit 91", "FAILED", 91),
        ("kill -9 $$", "FAILED", 137),
        ("kill -TERM $$", "FAILED", 143),
        ("kill -KILL 0", "FAILED", 137),
    ],
)
def test_the_exit_code_decides_the_status(
    platform: LocalPlatform, start: Start, script: str, status: str, code: int
) -> None:
    ended = platform.wait(start("bash", "-c", script), LONG_S)
    assert (ended["status"], ended["exitCode"]) == (status, code)


def test_a_command_that_does_not_exist_is_a_failed_run_that_says_so(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("no-such-command-anywhere")
    ended = platform.wait(run, LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("FAILED", 127)
    assert b"'no-such-command-anywhere' could not be started: No such file or directory." in log_of(http, run)


def test_a_file_that_cannot_be_executed_is_a_failed_run_with_code_126(
    platform: LocalPlatform, start: Start, tmp_path: Path
) -> None:
    script = tmp_path / "plain.txt"
    script.write_text("no program")
    assert platform.wait(start(str(script)), LONG_S)["exitCode"] == 126


def test_both_streams_arrive_in_the_order_in_which_they_were_written(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done")
    platform.wait(run, LONG_S)
    wanted = "".join(f"out {i}\nerr {i}\n" for i in range(1, 6))
    assert unstamped(log_of(http, run)) == wanted.encode()


def test_raw_bytes_survive_whatever_they_are(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    raw = b"\x1b[31mred\x1b[0m\r\n\xff\xfe\x00\n\n" + "žluť\u202e\n".encode() + b"y" * 10_000_000 + b"\nlast"
    run = start(
        *python(
            f"import sys, pathlib; sys.stdout.buffer.write({raw[:40]!r} + b'y' * 10_000_000 + b'\\nlast')"
        )
    )
    platform.wait(run, LONG_S)
    assert unstamped(log_of(http, run)) == raw[:40] + b"y" * 10_000_000 + b"\nlast\n"


def test_a_burst_of_lines_arrives_whole(platform: LocalPlatform, http: httpx.Client, start: Start) -> None:
    run = start(*python("for i in range(200_000): print(f'line {i} ' + 'x' * 80)"))
    platform.wait(run, LONG_S)
    numbers = [int(line.split()[1]) for line in unstamped(log_of(http, run)).splitlines()]
    assert numbers == list(range(200_000))


def test_the_log_is_seen_while_the_process_runs(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "echo ready; exec sleep 1000")
    until_logged(http, run, b"ready")
    assert http.get(f"/v2/actor-runs/{run}").json()["data"]["status"] == "RUNNING"


def test_a_run_past_its_time_is_timed_out(platform: LocalPlatform, http: httpx.Client, start: Start) -> None:
    run = start("sleep", "1000", timeout_s=0.3)
    ended = platform.wait(run, LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("TIMED-OUT", 143)
    assert b"timed out after 0.3 s" in log_of(http, run)


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace(
    platform: LocalPlatform, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "TIMEOUT_GRACE_S", 0.2)
    ended = platform.wait(start("bash", "-c", "trap '' TERM; sleep 1000; sleep 1000", timeout_s=0.3), LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("TIMED-OUT", 137)


def test_a_graceful_abort_lets_the_actor_clean_up(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "trap 'echo cleaned up; exit 7' TERM; echo ready; sleep 1000 & wait")
    until_logged(http, run, b"ready")
    answer = http.post(f"/v2/actor-runs/{run}/abort?gracefully=true").json()["data"]
    ended = platform.wait(run, LONG_S)
    assert (answer["status"], ended["status"], ended["exitCode"]) == ("ABORTING", "ABORTED", 7)
    assert b"cleaned up" in log_of(http, run)


def test_an_abort_without_grace_kills_at_once_and_so_does_a_second_one(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "trap '' TERM; echo ready; sleep 1000; sleep 1000")
    until_logged(http, run, b"ready")
    platform.abort(run, gracefully=True)
    platform.abort(run, gracefully=False)
    ended = platform.wait(run, runner_module.ABORT_GRACE_S / 2)
    assert (ended["status"], ended["exitCode"]) == ("ABORTED", 137)


def test_what_an_actor_leaves_behind_ends_with_it(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "setsid sleep 1000 & echo left $!; exit 0")
    ended = platform.wait(run, LONG_S)
    left = int(log_of(http, run).split()[-1])
    assert ended["status"] == "SUCCEEDED"
    assert not psutil.pid_exists(left)


def test_leaving_the_platform_ends_the_run_and_keeps_its_last_state(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run = platform.start(RunSpec(("sleep", "1000"), tmp_path))
        process = psutil.Process(platform.registry.runners[run].process.pid)  # type: ignore[union-attr]
    assert not process.is_running()
    assert json.loads((tmp_path / "run.json").read_bytes())["status"] == "ABORTED"


def test_the_figures_are_those_of_the_whole_process_tree(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    hog = "import os\nblock = b'x' * 60_000_000\nprint('ready', flush=True)\nwhile True: pass"
    run = start("bash", "-c", f'{sys.executable} -c "{hog}" & wait', memory_mb=2048)
    until_logged(http, run, b"ready")
    state = platform.registry.run(run)
    figures: list[dict[str, Any]] = []
    measured = threading.Event()

    async def watch() -> None:
        while not measured.is_set():
            ear = state.bell.ear()
            figures.append(dict(state.data["stats"]))
            if figures[-1].get("memMaxBytes", 0) > 60_000_000 and figures[-1].get("cpuMaxUsage", 0) > 5:
                measured.set()
            else:
                await ear.wait()

    platform._ask(watch(), LONG_S)
    platform.abort(run, gracefully=False)
    stats = platform.wait(run, LONG_S)["stats"]
    assert 0 < stats["memAvgBytes"] <= stats["memMaxBytes"]
    assert 60_000_000 < stats["memMaxBytes"] < 400_000_000
    assert 0 < stats["cpuAvgUsage"] <= stats["cpuMaxUsage"]
    assert stats["cpuMaxUsage"] > 5
    assert (stats["memCurrentBytes"], stats["cpuCurrentUsage"]) == (0, 0)
    assert stats["computeUnits"] == pytest.approx(2 * stats["runTimeSecs"] / 3600, rel=0.01)


def test_the_input_is_in_the_store_before_the_process_starts(
    platform: LocalPlatform, http: httpx.Client, start: Start
) -> None:
    run = start("bash", "-c", "true", input=b'{"max": 1.0}')
    ended = platform.wait(run, LONG_S)
    record = http.get(f"/v2/actor-runs/{run}/key-value-store/records/INPUT")
    assert (record.content, ended["stats"]["inputBodyLen"]) == (b'{"max": 1.0}', 12)


def test_a_run_ends_as_it_should_when_its_folder_is_gone(
    platform: LocalPlatform, http: httpx.Client, start: Start, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    run = start("bash", "-c", f"echo ready; read line < {go}; exit 5")
    until_logged(http, run, b"ready")
    shutil.rmtree(tmp_path / "run")
    (tmp_path / "run").write_text("in the way")
    go.write_text("\n")
    ended = platform.wait(run, LONG_S)
    assert (ended["status"], ended["exitCode"]) == ("FAILED", 5)
