"""Nothing that an Actor started outlives runmon, however runmon dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

LONG_S = 60
DAEMON = (
    "import os, sys, time\n"
    "if os.fork(): time.sleep(1000)\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "print('ready', flush=True)\n"
    "time.sleep(1000)\n"
)
"""A process and a grandchild that left its group, its session and its parent."""


@pytest.fixture
def runmon(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`runmon dev --no-ui` on an Actor with a daemon, which is up."""
    command = [sys.executable, "-m", "runmon", "dev", "--no-ui", "--storage", str(tmp_path / "run")]
    process = subprocess.Popen([*command, "--", sys.executable, "-c", DAEMON], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"ready" in process.stdout.readline()
    yield process
    process.kill()
    process.stdout.close()
    process.wait(LONG_S)


def below(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The keeper, the Actor, its daemon."""
    children = psutil.Process(process.pid).children(recursive=True)
    found = [one for one in children if one.status() != psutil.STATUS_ZOMBIE]
    assert len(found) == 3
    return found


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all end in time; one that nobody reaps (a container without an init) has ended too."""
    deadline = time.monotonic() + LONG_S
    while processes and time.monotonic() < deadline:
        processes = [one for one in psutil.wait_procs(processes, timeout=0.2)[1] if lives(one)]
    return not processes


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_no_process_is_left_when_runmon_dies(runmon: subprocess.Popen[bytes], number: int) -> None:
    started = below(runmon)
    runmon.send_signal(number)
    assert gone(started)
    assert runmon.wait(LONG_S) == (-9 if number == signal.SIGKILL else 128 + number)


def test_a_killed_keeper_takes_the_actor_along_and_the_run_fails(runmon: subprocess.Popen[bytes]) -> None:
    started = below(runmon)
    keeper = next(one for one in started if one.ppid() == runmon.pid)
    keeper.kill()
    assert runmon.wait(LONG_S) == 1
    assert gone(started)


def test_an_actor_goes_with_its_keeper_even_when_runmon_can_do_nothing(
    runmon: subprocess.Popen[bytes],
) -> None:
    started = below(runmon)
    keeper = next(one for one in started if one.ppid() == runmon.pid)
    actor = next(one for one in started if one.ppid() == keeper.pid and one.pid == os.getpgid(one.pid))
    runmon.send_signal(signal.SIGSTOP)
    keeper.kill()
    assert gone([actor])
    runmon.send_signal(signal.SIGCONT)
    assert gone(started)


def test_an_interrupt_at_the_terminal_does_not_reach_the_actor_by_itself(
    runmon: subprocess.Popen[bytes],
) -> None:
    assert all(os.getsid(one.pid) != os.getsid(runmon.pid) for one in below(runmon))
