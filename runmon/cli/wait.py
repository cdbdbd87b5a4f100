"""`runmon wait TARGET`: nothing but patience, and the run's outcome as the exit code."""

from __future__ import annotations

import asyncio
import random
import time

import click

from runmon.api.client import Api
from runmon.api.runs import LONGEST_WAIT_S
from runmon.cli.commands import Command
from runmon.cli.exits import Exit, outcome
from runmon.cli.reach import Reached, look, reached, server, server_options
from runmon.cli.terminal import say
from runmon.errors import ApiError, LinkError, RateLimited, ServerFault
from runmon.model.run import Run

EXAMPLES = (
    ("runmon wait RUN && ./deploy", "go on when the run has succeeded"),
    ("runmon wait RUN --timeout 600", "give up after ten minutes (exit code 6)"),
)
PACE_S = 2.0
"""Between two questions at least: some servers answer a long wait at once."""
_LONGEST_PAUSE_S = 30.0


@click.command("wait", cls=Command, examples=EXAMPLES)
@click.argument("target")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="S", help="Give up after S seconds: exit 6.")
@click.option("--status", metavar="STATUS", help="Of an Actor's runs, the last with this status.")
@server_options
def wait_command(
    target: str,
    timeout: float | None,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> int:
    """Wait until TARGET has ended; each change is a line on stderr.

    The exit code is the outcome: 0 succeeded, 1 failed, 2 timed out, 3 aborted, 6 gave up waiting.
    """
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        return asyncio.run(_wait(run, timeout))


async def _wait(run: Reached, timeout: float | None) -> Exit:
    try:
        async with asyncio.timeout(timeout):
            return outcome((await _final(run)).phase)
    except TimeoutError:
        say(f"Gave up waiting after {timeout:g} s; the run goes on.")
        return Exit.GAVE_UP


async def _final(run: Reached) -> Run:
    """The run once it is over; lines of what changed meanwhile go to stderr."""
    told = ""
    seen = (await look(run)).view
    async with Api(run.server.address, run.server.token) as api:
        patient, failures = api.without_retries(), 0
        while True:
            told = _tell(seen, told)
            if seen.phase.final:
                return seen
            asked = time.monotonic()
            try:
                seen, failures = (await patient.run(run.run_id, wait_s=LONGEST_WAIT_S)).view, 0
            except (LinkError, RateLimited, ServerFault) as error:
                failures += 1
                await asyncio.sleep(_pause(failures, error))
            await asyncio.sleep(max(0.0, 0.0 if seen.phase.final else asked + PACE_S - time.monotonic()))


def _pause(failures: int, error: ApiError) -> float:
    pause = max(random.uniform(0, min(_LONGEST_PAUSE_S, 0.5 * 2**failures)), error.retry_after or 0.0)
    say(f"{error.sentence} Trying again in {pause:.0f} s.")
    return pause


def _tell(run: Run, told: str) -> str:
    """Say what is new, and return what was said."""
    now = f"{run.status}  {run.status_message or ''}".rstrip()
    if now != told:
        say(now)
    return now
