"""Promises: a log of any size shows its end at once, and all of it is counted when lnav is done with it.

To hold and count all of 100 MB takes 0.45 s of CPU beyond the start (0.5 s), altogether 1.1 to 1.15 ×
lnav's; 1 GB takes 3.8 s beyond it, altogether 0.65 to 0.75 ×. A log that is over stays in its file: a
second copy of 1 GB was 2 s, most of it the system's for new pages. Of the 3.8 s, looking for the words of
errors, warnings and Crawlee's figures takes 1.4 (each word for itself, by RE2's search for two letters at
once), seeing in a line what it is 1.0, counting newlines 0.7 (once for the lines, once for where errors
are), reading twice and handing over between two threads 0.6. The charts are drawn from the same lines
once these are counted: 0.06 s for 100 MB.

10 MB are on the screen for 0.05 to 0.1 s more than a log of 0.1 MB, part of it what is read behind the
first painting; the rest of what is promised there is missing in the start, see `first_paint`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.crawlee_log import LAST, Made, made
from benchmarks.first_paint import BARE
from benchmarks.measure import Cost, Program, in_turn, report
from benchmarks.tools import quiet_home, tool
from runmon.model.units import grouped

MB = 1_000_000
TAIL = LAST.decode()


@dataclass(frozen=True, slots=True)
class Opened:
    """What it cost until the end was on the screen, and until everything was held and counted."""

    tail: Cost
    whole: Cost


def opened(log: Made, runs: int) -> dict[str, Opened]:
    """runmon, the others and a bare Textual application, in turn."""
    whole = "  ".join(
        (f"{grouped(log.lines)} lines", f"E {grouped(log.errors)}", f"W {grouped(log.warnings)}")
    )
    ours = [sys.executable, "-m", "runmon", "open", str(log.path.parent)]
    commands: dict[str, tuple[list[str], str]] = {
        "runmon": (ours, TAIL),
        "runmon, all of it": (ours, whole),
        "bare Textual": ([sys.executable, "-c", BARE], "hello there"),
    }
    for name, arguments in (("lnav", []), ("toolong", []), ("less", ["+G"])):
        if path := tool(name):
            commands[name] = ([path, *arguments, str(log.path)], TAIL)
    trials = {name: partial(cost, command, wanted) for name, (command, wanted) in commands.items()}
    costs = in_turn(trials, runs=runs)
    whole_cost = costs.pop("runmon, all of it")
    return {name: Opened(tail, whole_cost if name == "runmon" else tail) for name, tail in costs.items()}


def cost(command: list[str], wanted: str) -> Cost:
    """Until the screen shows it."""
    with Program(command, env={"HOME": quiet_home()}) as program:
        program.until(wanted, 180)
    return program.cost


def told(size: int, found: dict[str, Opened]) -> None:
    """One line for each program."""
    for name, costs in found.items():
        rest = f"; all {costs.whole}" if name == "runmon" else ""
        print(f"        {size // MB:,} MB  {name}: {costs.tail}{rest}")


def small() -> bool:
    with made(10 * MB) as log:
        found = opened(log, 7)
    told(10 * MB, found)
    ours, bare = found["runmon"].tail.cpu_s, found["bare Textual"].tail.cpu_s
    kept = report(
        "10 MB: ≤ 0.15 s of CPU over bare Textual", f"{ours - bare:.2f} s", kept=ours - bare <= 0.15
    )
    return beside(found, "toolong", "10 MB: CPU ≤ toolong's", lambda one: one.tail.cpu_s, 1.0) and kept


def middle() -> bool:
    with made(100 * MB) as log:
        found = opened(log, 5)
    told(100 * MB, found)
    tail = beside(found, "lnav", "100 MB: end shown, wall ≤ lnav's", lambda one: one.tail.wall_s, 1.0)
    return (
        beside(
            found,
            "lnav",
            "100 MB: all held and counted, CPU ≤ 1.2 × lnav's",
            lambda one: one.whole.cpu_s,
            1.2,
        )
        and tail
    )


def large() -> bool:
    with made(1000 * MB) as log:
        found = opened(log, 3)
    told(1000 * MB, found)
    peak = found["runmon"].whole.peak_mib
    tail = beside(found, "lnav", "1 GB: end shown, wall ≤ 0.2 × lnav's", lambda one: one.tail.wall_s, 0.2)
    whole = beside(found, "lnav", "1 GB: all held, wall ≤ 0.8 × lnav's", lambda one: one.whole.wall_s, 0.8)
    cpu = beside(found, "lnav", "1 GB: all held, CPU ≤ 0.8 × lnav's", lambda one: one.whole.cpu_s, 0.8)
    return (
        report("1 GB: at most 150 MiB resident", f"{peak:.0f} MiB", kept=peak <= 150)
        and tail
        and whole
        and cpu
    )


def beside(
    found: dict[str, Opened], other: str, promise: str, of: Callable[[Opened], float], most: float
) -> bool:
    """Our figure over another program's; nothing is broken where that program is not there."""
    if other not in found:
        return True
    ours, theirs = of(found["runmon"]), of(found[other])
    return report(promise, f"{ours:.2f} / {theirs:.2f} s = {ours / theirs:.2f}", kept=ours <= most * theirs)


def main() -> bool:
    return all([small(), middle(), large()])
