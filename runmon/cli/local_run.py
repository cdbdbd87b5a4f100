"""A run that was started here: on the screen, or as a log on stdout with its outcome as the exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.cli.exits import Exit, outcome
from runmon.cli.reach import here
from runmon.cli.setting_flags import settings_here
from runmon.cli.terminal import say
from runmon.errors import LinkError
from runmon.model.run import Run
from runmon.model.units import span
from runmon.render.facts import exit_words

if TYPE_CHECKING:
    from runmon.local.app import LocalPlatform

ENDINGS = {signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.HUNG_UP, signal.SIGQUIT: Exit.QUIT}
LINE_LIMIT = 65_536
PACE_S = 0.2


def show(platform: LocalPlatform, run_id: str, *, title: str, asks: bool, remember: bool = True) -> int:
    """The screen over a run of this platform, until the person leaves; `asks`: not unasked while it runs.

    `remember` keeps its charts beyond the run.
    """
    from runmon.ui.leaving import Tie
    from runmon.ui.showing import run_screen

    return run_screen(
        here(platform, files=asks).api,
        run_id,
        token=Token(platform.token),
        title=title,
        settings=settings_here().settings,
        tie=Tie.ASKS if asks else Tie.ENDS,
        remember=remember,
    )


def parting_words(platform: LocalPlatform, run_id: str, kept: Path | None) -> None:
    """On stderr, after the platform stopped: how the run ended, and where it is to be found again."""
    run = platform.registry.runs[run_id]
    place = "nothing of it is kept" if kept is None else f"kept in {shown_path(kept)}"
    with suppress(OSError):  # the terminal may be why we leave
        say(f"Run {run.id} {run.data['status']}; {place}.")
        if run.log.fault and kept is not None:
            say(run.log.fault)


def kept_whole(platform: LocalPlatform, run_id: str) -> Exit:
    """The exit code of a run that went well: not 0 where its folder does not hold all of its log."""
    return Exit.FAILED if platform.registry.runs[run_id].log.fault else Exit.OK


def shown_path(path: Path) -> str:
    """A path as a person would type it: `./storage`."""
    return str(path) if path.is_absolute() or path.parts[:1] in {(), ("..",)} else f"./{path}"


def print_log(platform: LocalPlatform, run_id: str) -> int:
    """The run's log to stdout as it grows; returns the run's outcome once it is over.

    Ctrl+C aborts the run, first gracefully. Another signal ends the run and this program.
    """
    return asyncio.run(Headless(platform, run_id).follow())


class Headless:
    """One run followed without a screen."""

    def __init__(self, platform: LocalPlatform, run_id: str) -> None:
        self.platform = platform
        self.run_id = run_id
        self.interrupted = False
        self.write = terminal_writer() if sys.stdout.isatty() else pipe_writer()

    async def follow(self) -> int:
        """Print until the end; the exit code."""
        printing = asyncio.ensure_future(self.print())
        ending: list[Exit] = []
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.interrupt)
        for number, code in ENDINGS.items():
            loop.add_signal_handler(number, leave, printing, ending, code)
        try:
            run = await printing
        except asyncio.CancelledError:
            return ending[0]
        say(last_words(run))
        return outcome(run.phase) or kept_whole(self.platform, self.run_id)

    def interrupt(self) -> None:
        """Ctrl+C: ask the Actor to end; the second time, end it."""
        if self.interrupted:
            say("Killing the Actor.")
        else:
            say("Aborting the run: the Actor has 30 s to finish. Ctrl+C again kills it.")
        self.platform.abort(self.run_id, gracefully=not self.interrupted)
        self.interrupted = True

    async def print(self) -> Run:
        """All of the log, then the finished run."""
        async with here(self.platform).api() as api:
            async for chunk in whole_log(api, self.run_id):
                await asyncio.to_thread(self.write, chunk)
            await asyncio.to_thread(self.write, b"")
            return (await api.run(self.run_id)).view


def leave(printing: asyncio.Future[Run], ending: list[Exit], code: Exit) -> None:
    """A signal: stop printing, and end with this exit code."""
    ending.append(code)
    printing.cancel()


async def whole_log(api: Api, run_id: str) -> AsyncIterator[bytes]:
    """Every byte of the log in order, until the run is over and the log at its end."""
    at, over = 0, False
    while True:
        before = at
        try:
            async with api.log(run_id, stream=not over, first_byte=at) as body:
                at = body.start
                async for chunk in body:
                    at += len(chunk)
                    if at > before:
                        yield chunk[-(at - before) :] if at - len(chunk) < before else chunk
        except LinkError:
            at = max(at, before)
        if over and at <= before:
            return
        over = (await api.run(run_id)).view.phase.final
        await asyncio.sleep(0 if over else PACE_S)


def pipe_writer() -> Callable[[bytes], None]:
    """Writes bytes to stdout exactly; raises BrokenPipeError when nobody reads."""

    def write(chunk: bytes) -> None:
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()

    return write


def terminal_writer() -> Callable[[bytes], None]:
    """Writes whole lines to a terminal: colours stay, what else would command the terminal is shown."""
    from rich.console import Console

    from runmon.render.untrusted import line

    console = Console(markup=False, highlight=False, emoji=False, no_color="NO_COLOR" in os.environ)
    rest: list[bytes] = []

    def write(chunk: bytes) -> None:
        """An empty chunk ends the log: what has no newline is shown too."""
        whole, newline, last = (b"".join(rest) + chunk).rpartition(b"\n")
        if not chunk:
            whole, newline, last = last, last, b""
        rest[:] = [last]
        for one in whole.split(b"\n") if newline else ():
            console.print(line(one, limit=LINE_LIMIT), soft_wrap=True)

    return write


def last_words(run: Run) -> str:
    """How it ended, in a sentence."""
    words = exit_words(run.exit_code, run.phase) if run.exit_code else ""
    code = "" if run.exit_code is None else f" with exit code {run.exit_code}"
    code += f", {words}," if words else ""
    took = f" after {span(run.stats.run_time_secs)}" if run.stats.run_time_secs else ""
    message = f": {run.status_message}" if run.status_message else "."
    told = f"Run {run.id} {run.status}{code}{took}".removesuffix(",")
    return f"{told}{message}"
