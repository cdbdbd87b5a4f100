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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Self

import pyte

MOST_AT_ONCE = 262_144
"""Bytes of output that are taken in together."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took until what was waited for was seen."""

    wall_s: float
    cpu_s: float
    peak_mib: float

    def __str__(self) -> str:
        return f"{self.cpu_s:.2f} s CPU, {self.wall_s:.2f} s wall, {self.peak_mib:.0f} MiB"


class Program:
    """A command on a pseudo-terminal of its own, and what its screen shows; killed at the end."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._command, self._env = list(command), dict(env or {})
        self.cost = Cost(0, 0, 0)
        """What it took altogether, once it has ended."""
        self.seen = Cost(0, 0, 0)
        """What it had taken when it had written what was waited for; of memory nothing is told."""

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", **self._env)
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execvp(self._command[0], self._command)
        size = struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        return self

    def __exit__(self, *why: object) -> None:
        wall = time.perf_counter() - self._began
        os.kill(self.pid, signal.SIGKILL)
        _, _, used = os.wait4(self.pid, 0)
        os.close(self.master)
        self.cost = Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def until(self, wanted: str, limit_s: float = 60) -> float:
        """Seconds until the screen shows what `wanted` matches; TimeoutError past the limit."""
        began, pattern = time.perf_counter(), re.compile(wanted)
        while (left := began + limit_s - time.perf_counter()) > 0:
            data, seen = self._burst(left)
            if not data:
                break
            self.seen = Cost(seen - self._began, self.used_s(), 0)
            self._stream.feed(data)
            if pattern.search("\n".join(self.screen.display)):
                return seen - began
        raise TimeoutError(f"{wanted!r} was not shown in {limit_s} s:\n" + "\n".join(self.screen.display))

    def read(self, seconds: float) -> bytes:
        """What it writes next; empty where it is silent for so long, or has ended."""
        if not select.select([self.master], [], [], max(seconds, 0))[0]:
            return b""
        try:
            return os.read(self.master, 65_536)
        except OSError:
            return b""

    def _burst(self, seconds: float) -> tuple[bytes, float]:
        """All that it writes next without a pause, and when that was here: to take it in is our own time."""
        data, seen = self.read(seconds), time.perf_counter()
        while 0 < len(data) < MOST_AT_ONCE and (more := self.read(0)):
            data, seen = data + more, time.perf_counter()
        return data, seen

    def rest(self, quiet_s: float = 0.3) -> None:
        """Read until it has been silent for a while."""
        while data := self.read(quiet_s):
            self._stream.feed(data)

    def used_s(self) -> float:
        """The CPU time that all its threads have used so far, by the clock that Linux keeps of a process."""
        return time.clock_gettime(~self.pid << 3 | 2)


def until_shown(
    command: Sequence[str], wanted: str, *, columns: int = 120, rows: int = 40, limit_s: float = 60
) -> Cost:
    """What `command` costs until its screen shows what `wanted` matches; TimeoutError past the limit."""
    with Program(command, columns=columns, rows=rows) as program:
        program.until(wanted, limit_s)
    return replace(program.seen, peak_mib=program.cost.peak_mib)


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


def in_turn(trials: Mapping[str, Callable[[], Cost]], *, runs: int) -> dict[str, Cost]:
    """Median costs of any number of trials, measured in turn after one warm-up of each."""
    for trial in trials.values():
        trial()
    taken = [{name: trial() for name, trial in trials.items()} for _ in range(runs)]
    return {name: middle([one[name] for one in taken]) for name in trials}


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
