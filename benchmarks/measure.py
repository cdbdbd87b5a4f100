"""Measuring whole processes on a pseudo-terminal, side by side: A B A B …, medians, and the ratio."""

from __future__ import annotations

import fcntl
import os
import platform
import pty
import re
import select
import signal
import statistics
import struct
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import pyte


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took until what was waited for was seen."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def until_shown(
    command: Sequence[str], wanted: str, *, columns: int = 120, rows: int = 40, limit_s: float = 60
) -> Cost:
    """Start `command` on a new pseudo-terminal; stop it once its screen shows what `wanted` matches.

    Raises TimeoutError, with the screen, where it is not shown in `limit_s` seconds.
    """
    began = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execvp(command[0], list(command))
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    screen = pyte.Screen(columns, rows)
    try:
        wall = _read_until(master, screen, re.compile(wanted), began, limit_s)
    finally:
        os.kill(pid, signal.SIGKILL)
        _, _, used = os.wait4(pid, 0)
        os.close(master)
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _read_until(
    master: int, screen: pyte.Screen, wanted: re.Pattern[str], began: float, limit_s: float
) -> float:
    stream = pyte.ByteStream(screen)
    while (left := began + limit_s - time.perf_counter()) > 0:
        if not select.select([master], [], [], left)[0]:
            break
        try:
            data = os.read(master, 65_536)
        except OSError:
            break
        seen = time.perf_counter()
        stream.feed(data)
        if wanted.search("\n".join(screen.display)):
            return seen - began
    raise TimeoutError(f"{wanted.pattern!r} was not shown in {limit_s} s:\n" + "\n".join(screen.display))


def pairs(first: Callable[[], float], second: Callable[[], float], *, runs: int = 5) -> tuple[float, float]:
    """Medians of both, measured in turn after one warm-up of each."""
    first(), second()
    taken = [(first(), second()) for _ in range(runs)]
    return statistics.median(a for a, _ in taken), statistics.median(b for _, b in taken)


def side_by_side(
    first: Callable[[], Cost], second: Callable[[], Cost], *, runs: int = 7
) -> tuple[Cost, Cost]:
    """Median costs of both, each of its own kind, measured in turn after one warm-up of each."""
    first(), second()
    taken = [(first(), second()) for _ in range(runs)]
    return middle([a for a, _ in taken]), middle([b for _, b in taken])


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians of wall, CPU and memory."""
    return Cost(*(statistics.median(column) for column in zip(*map(astuple, costs), strict=True)))


def machine() -> str:
    """One line that names the machine a figure was taken on."""
    system, python = f"{platform.system()} {platform.machine()}", platform.python_version()
    return f"{os.cpu_count()} cores, {system}, Python {python}"


def report(promise: str, figure: str, *, kept: bool) -> bool:
    """Print one promise with its figure; returns whether it is kept."""
    print(f"{'kept  ' if kept else 'BROKEN'}  {promise}: {figure}")
    return kept
