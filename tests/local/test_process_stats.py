"""Readings of memory and CPU become the run's averages and maxima."""

from __future__ import annotations

import os

from runmon.local.process_stats import ProcessStats


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def readings(*each: tuple[float, float, int]) -> tuple[ProcessStats, Time]:
    """Stats after readings of (seconds later, CPU seconds so far, bytes)."""
    time = Time()
    stats = ProcessStats(os.getpid(), time)
    for later, cpu, memory in each:
        time.now += later
        stats.record(cpu, memory)
    return stats, time


def test_memory_is_averaged_over_time_and_not_over_readings() -> None:
    stats, _ = readings((1, 0, 100), (3, 0, 300))
    found = stats.as_stats()
    assert (found["memAvgBytes"], found["memMaxBytes"], found["memCurrentBytes"]) == (250, 300, 300)


def test_cpu_is_in_percent_of_one_core_and_may_exceed_a_hundred() -> None:
    stats, _ = readings((1, 0.5, 1), (1, 2.5, 1), (2, 3.5, 1))
    found = stats.as_stats()
    assert (found["cpuAvgUsage"], found["cpuMaxUsage"], found["cpuCurrentUsage"]) == (87.5, 200.0, 50.0)


def test_cpu_time_of_a_process_that_vanished_is_not_taken_back() -> None:
    stats, _ = readings((1, 2.0, 1), (1, 1.0, 1))
    assert stats.as_stats()["cpuCurrentUsage"] == 0.0
    assert stats.as_stats()["cpuAvgUsage"] == 100.0


def test_after_the_end_nothing_is_in_use_and_the_totals_stay() -> None:
    stats, time = readings((1, 1.0, 500))
    time.now += 1
    stats.finish(1.5)
    found = stats.as_stats()
    assert (found["memCurrentBytes"], found["cpuCurrentUsage"]) == (0, 0)
    assert (found["memMaxBytes"], found["cpuAvgUsage"], found["cpuMaxUsage"]) == (500, 75.0, 100.0)
