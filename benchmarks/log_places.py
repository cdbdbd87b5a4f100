"""Promises: any place of a log of 100 MB is a frame away, and what one looks for is found at once.

These are walls: where other programs want the cores too, all of them grow, lnav's as well. A jump is one
frame of 4 to 11 ms of CPU; after a prompt the place is painted first, and the prompt goes a frame later.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.crawlee_log import LAST, RARE, Made, made
from benchmarks.measure import Program, report
from benchmarks.tools import quiet_home, tool
from runmon.model.units import grouped

SIZE = 100_000_000
RUNS = 5
RUNS_OF = {"lnav": 5}
"""How often another program is measured; once where nothing here names it, as less takes 10 s each time."""
TOP, TAIL = r"10:00:00.060\D", LAST.decode()
FOUND = rf"INFO\S*\s+{RARE.decode()}"
KEPT = r"ERROR\S* CheerioCrawler: Request failed and reached maximum"
LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class Keys:
    """What is typed to go somewhere, and to look for something from the top on."""

    top: str
    bottom: str
    search: str
    """What begins a search."""
    hide: tuple[str, str] = ("", "")
    """What is typed to show only lines with a text: what opens a prompt, and what is typed there."""
    found: str = FOUND
    """What shows that something was found."""


OTHERS = {
    "lnav": ([], Keys("g", "G", "/", (":", "filter-in reached maximum\r"), "1 hits for")),
    "less": (["+G"], Keys("g", "G", "/", ("&", "reached maximum\r"))),
}


def of_runmon(log: Made) -> dict[str, float]:
    """Median milliseconds for each thing a person does, all done in one program."""
    counted = f"E {grouped(log.errors)}.*W {grouped(log.warnings)}"
    hidden = f"hidden {grouped(log.lines - log.errors * 5)}\\D"
    with Program([sys.executable, "-m", "runmon", "open", str(log.path.parent)], rows=45) as program:
        program.until(counted, LIMIT_S)
        ready(program, "f")
        found = medians(partial(walked, program))
        for name, typed in (("hide", "reached maximum"), ("hide by expression", "/reached m.x[a-z]mum/")):
            ready(program, "G", "&", "\x15")
            program.press(typed + "\r")
            found[f"{name}, all"] = 1000 * program.until(hidden, LIMIT_S)
            ready(program, "\x1b")
    return found


def walked(program: Program) -> dict[str, float]:
    """Places, a search and a pattern, from the last key to what it shows."""
    found = places(program, Keys("g", "G", "/"))
    found["middle"] = done(program, "\x07", "50%", r"15:48:\d\d", ends="\r")
    ready(program, "g")
    found["search"] = done(program, "/", RARE.decode() + "\r", FOUND)
    ready(program, "\x1b", "G")
    ready(program, "&", "\x15")
    program.press("reached maximum\r")
    found["hide"] = 1000 * program.until(KEPT, LIMIT_S)
    ready(program, "\x1b")
    return found


def of_other(name: str, log: Made) -> dict[str, float]:
    """The same of another program."""
    path, (arguments, keys) = tool(name), OTHERS[name]
    assert path is not None
    with Program([path, *arguments, str(log.path)], rows=45, env={"HOME": quiet_home()}) as program:
        program.until(TAIL, LIMIT_S)
        found = places(program, keys)
        ready(program, keys.top)
        found["search"] = done(program, keys.search, RARE.decode() + "\r", keys.found)
        ready(program, keys.top)
        found["hide"] = done(program, *keys.hide, KEPT)
    return found


def places(program: Program, keys: Keys) -> dict[str, float]:
    """Milliseconds from a key to the frame with the top, and to that with the bottom."""
    program.rest()
    found = {}
    for name, key, wanted in (("top", keys.top, TOP), ("bottom", keys.bottom, TAIL)):
        program.press(key)
        found[name] = 1000 * program.until(wanted, LIMIT_S)
        program.rest()
    return found


def done(program: Program, opens: str, typed: str, wanted: str, *, ends: str = "") -> float:
    """Milliseconds from what is typed into a prompt, or from the key that ends it, to what was wanted."""
    ready(program, opens)
    if ends:
        ready(program, typed)
    program.press(ends or typed)
    return 1000 * program.until(wanted, LIMIT_S)


def ready(program: Program, *keys: str) -> None:
    """Type, and let it come to rest."""
    for key in keys:
        program.press(key)
        program.rest()


def medians(measure: Callable[[], dict[str, float]], runs: int = RUNS) -> dict[str, float]:
    taken = [measure() for _ in range(runs)]
    return {name: statistics.median(one[name] for one in taken) for name in taken[0]}


def main() -> bool:
    with made(SIZE) as log:
        ours = of_runmon(log)
        others = {
            name: medians(partial(of_other, name, log), RUNS_OF.get(name, 1)) for name in OTHERS if tool(name)
        }
    for name, found in {"runmon": ours, **others}.items():
        print(f"        {name}: " + ", ".join(f"{what} {ms:.0f} ms" for what, ms in found.items()))
    kept = [
        report(f"100 MB: {place} within 50 ms", f"{ours[place]:.0f} ms", kept=ours[place] <= 50)
        for place in ("top", "bottom", "middle")
    ]
    if theirs := others.get("lnav"):
        ratio = ours["search"] / theirs["search"]
        figure = f"{ours['search']:.0f} / {theirs['search']:.0f} ms = {ratio:.2f}"
        kept.append(report("a rare text at 90 % of 100 MB: ≤ 0.3 × lnav's wall", figure, kept=ratio <= 0.3))
    kept.append(
        report("hide by pattern: first screen in 300 ms", f"{ours['hide']:.0f} ms", kept=ours["hide"] <= 300)
    )
    ratio = ours["hide by expression, all"] / ours["hide, all"]
    kept.append(report("an expression: ≤ 3 × a literal", f"{ratio:.2f}", kept=ratio <= 3))
    return all(kept)
