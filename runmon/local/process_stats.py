"""Memory and CPU of an Actor's whole process tree, in the run object's terms."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil


class ProcessStats:
    """Samples everything below one keeper process; the keeper itself is not counted.

    Memory is the sum of resident sizes, so pages shared by several processes count once for each.
    CPU is in percent of one core, as on the platform, and may exceed 100.
    """

    def __init__(self, keeper_pid: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.started = self.sampled = clock()
        self.cpu_secs = 0.0
        self.cpu_percent = self.cpu_max = 0.0
        self.memory = self.memory_max = 0
        self.memory_seconds = self.memory_time = 0.0
        self.members: list[psutil.Process] = []
        """The processes seen by the last sample, for killing them should the keeper vanish."""
        try:
            self.keeper: psutil.Process | None = psutil.Process(keeper_pid)
        except psutil.NoSuchProcess:
            self.keeper = None

    def sample(self) -> None:
        """Look once, about a millisecond for a handful of processes; call it from a thread."""
        if self.keeper is None:
            return
        try:
            members = self.keeper.children(recursive=True)
            handed_down = self.keeper.cpu_times()
        except psutil.Error:
            return
        cpu, memory = handed_down.children_user + handed_down.children_system, 0
        for process in members:
            used = process_use(process)
            cpu, memory = cpu + used[0], memory + used[1]
        self.members = members or self.members
        self.record(cpu, memory)

    def record(self, cpu_secs: float, memory: int) -> None:
        """Add one reading: CPU seconds since the start, and bytes now."""
        now = self.clock()
        passed = now - self.sampled
        self.count_cpu(cpu_secs, passed)
        if memory:
            self.memory = memory
            self.memory_max = max(self.memory_max, memory)
            weight = max(passed, 1e-3)
            self.memory_seconds += memory * weight
            self.memory_time += weight
        self.sampled = now

    def count_cpu(self, cpu_secs: float, passed: float) -> None:
        used = max(0.0, cpu_secs - self.cpu_secs)
        self.cpu_secs = max(self.cpu_secs, cpu_secs)
        if passed >= 0.05:
            self.cpu_percent = 100 * used / passed
            self.cpu_max = max(self.cpu_max, self.cpu_percent)

    def finish(self, cpu_secs: float) -> None:
        """The tree is gone after so many CPU seconds in all: nothing is in use any more."""
        self.count_cpu(cpu_secs, self.clock() - self.sampled)
        self.cpu_max = max(self.cpu_max, self.cpu_average())
        self.memory, self.cpu_percent = 0, 0.0

    def cpu_average(self) -> float:
        """Percent of one core since the start."""
        return 100 * self.cpu_secs / max(self.clock() - self.started, 1e-3)

    def as_stats(self) -> dict[str, float]:
        """The run object's `stats` of memory (bytes) and CPU (percent)."""
        average = self.memory_seconds / self.memory_time if self.memory_time else 0
        return {
            "memAvgBytes": round(average),
            "memMaxBytes": self.memory_max,
            "memCurrentBytes": self.memory,
            "cpuAvgUsage": round(self.cpu_average(), 3),
            "cpuMaxUsage": round(self.cpu_max, 3),
            "cpuCurrentUsage": round(self.cpu_percent, 3),
        }


def process_use(process: psutil.Process) -> tuple[float, int]:
    """CPU seconds with those of reaped children, and resident bytes; zeros when the process is gone."""
    try:
        with process.oneshot():
            used = process.cpu_times()
            cpu = used.user + used.system + used.children_user + used.children_system
            return cpu, process.memory_info().rss
    except psutil.Error:
        return 0.0, 0
