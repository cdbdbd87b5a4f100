"""A runaway Actor: a million lines arrive whole, fast, and without holding up the platform's loop.

Speed is counted in CPU seconds of this process, stalls beyond those of an idle loop beside the writer. The
best of some tries counts, for other programs on the machine only ever add.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.measure import report
from runmon.local.folder import make_folder
from runmon.local.runner import Runner, RunSpec
from runmon.local.runs import new_run

LINES = 1_000_000
SIZE = LINES * 100
WRITE = (
    f"import sys; block = (b'x' * 99 + b'\\n') * 10_000\n"
    f"for _ in range({LINES // 10_000}): sys.stdout.buffer.write(block)"
)
TRIES = 5
LEAST_MB_S = 100
LONGEST_STALL_MS = 50


def main() -> bool:
    """One process writes 100 MB in lines of 100 bytes."""
    tries = []
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory() as folder:
            tries.append(asyncio.run(burst(Path(folder))))
    speed = SIZE / 1e6 / min(cpu_s for cpu_s, _, _ in tries)
    stall = min(stall for _, stall, _ in tries)
    lines = min(lines for _, _, lines in tries)
    idle = asyncio.run(beside_a_deaf_reader())
    bound = LONGEST_STALL_MS + idle
    return all(
        (
            report(f"{LINES:,} lines arrive whole", f"{lines:,}", kept=lines == LINES),
            report(f"{LEAST_MB_S} MB a CPU second", f"{speed:.0f} MB", kept=speed >= LEAST_MB_S),
            report(
                f"no stall over {LONGEST_STALL_MS} ms",
                f"{stall:.1f} ms (idle {idle:.1f})",
                kept=stall <= bound,
            ),
        )
    )


async def beside_a_deaf_reader() -> float:
    """The longest stall, in ms, of a loop that does nothing while the same process writes to nobody."""
    async with stalls() as longest:
        nobody = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITE, stdout=nobody)
        await process.wait()
    return max(longest)


async def burst(folder: Path) -> tuple[float, float, int]:
    """CPU seconds of this process for the whole run; the longest stall in ms; the lines in the log."""
    state = new_run(make_folder(folder, purge=True))
    runner = Runner(state, RunSpec((sys.executable, "-c", WRITE), folder), base_url="", token="")
    async with stalls() as longest:
        began = time.process_time()
        await runner.start()
        await runner.wait()
        cpu_s = time.process_time() - began
    state.close()
    return cpu_s, max(longest), (folder / "log.txt").read_bytes().count(b"\n")


@contextlib.asynccontextmanager
async def stalls() -> AsyncIterator[list[float]]:
    """How late short sleeps wake, in ms, while the context is open."""
    late = [0.0]

    async def watch() -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.002)
            late.append(1000 * (time.perf_counter() - asked - 0.002))

    watching = asyncio.create_task(watch())
    yield late
    watching.cancel()
    await asyncio.wait({watching})
