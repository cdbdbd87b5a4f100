"""`runmon wait TARGET`: nothing but patience, and the run's outcome as the exit code."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from shutil import get_terminal_size

import click

from runmon.api.credentials import redacted
from runmon.cli.commands import Command
from runmon.cli.exits import Exit, outcome
from runmon.cli.reach import STEADY, Reached, look, reached, server, server_options, status_options
from runmon.cli.setting_flags import settings_here
from runmon.cli.standstill import Standstill
from runmon.cli.terminal import say
from runmon.model.run import Run
from runmon.model.units import clock_time
from runmon.render.untrusted import clean
from runmon.watch.events import Condition, Pane, PaneChanged, RunSeen
from runmon.watch.watch import Watch

EXAMPLES = (
    ("runmon wait RUN && ./deploy", "go on when the run has succeeded"),
    ("runmon wait RUN --timeout 600", "give up after ten minutes (exit code 6)"),
)
_WELL = frozenset({Condition.LIVE, Condition.SETTLING, Condition.COMPLETE})


@click.command("wait", cls=Command, examples=EXAMPLES)
@click.argument("target")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="S", help="Give up after S seconds: exit 6.")
@status_options
@server_options
def wait_command(
    target: str,
    timeout: float | None,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> int:
    """Wait until TARGET has ended. Each change is a line on stderr; on a terminal, one line that moves.

    The bell, notification and command that the settings have for a run's end come here as well.
    The exit code is the outcome: 0 succeeded, 1 failed, 2 timed out, 3 aborted, 6 gave up waiting.
    """
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        return asyncio.run(_wait(run, timeout))


async def _wait(run: Reached, timeout: float | None) -> Exit:
    try:
        async with asyncio.timeout(timeout):
            ended, watched = await _final(run)
    except TimeoutError:
        say(f"Gave up waiting after {timeout:g} s; the run goes on.")
        return Exit.GAVE_UP
    if watched:
        await _tell_end(ended, clean(run.title, limit=80))
    return outcome(ended.phase)


async def _tell_end(run: Run, name: str) -> None:
    """Do all that the settings want done when a run ends, to the end of the person's command."""
    from runmon.render.ending import end_words, hook_environment
    from runmon.render.signals import BELL, notification
    from runmon.watch.hook import run_hook

    hooks = settings_here().settings.hooks
    if _terminal():
        signals = BELL * hooks.bell + notification(name or run.id, end_words(run), os.environ) * hooks.desktop
        sys.stderr.write(signals)
        sys.stderr.flush()
    if hooks.command and (wrong := await run_hook(hooks.command, hook_environment(run, name, os.environ))):
        say(wrong)


async def _final(run: Reached) -> tuple[Run, bool]:
    """The run once it is over, and whether it was alive before; what changed meanwhile goes to stderr."""
    story = MovingLine() if _terminal() else Lines()
    await look(run, patience=STEADY)
    api = run.server.api()
    async with api, Watch(api, run.run_id, follow_log=False) as watch:
        moving = asyncio.create_task(story.move())
        try:
            return await _followed(watch, story)
        finally:
            moving.cancel()
            with suppress(asyncio.CancelledError):
                await moving


async def _followed(watch: Watch, story: Lines | MovingLine) -> tuple[Run, bool]:
    standstill, alive = Standstill("The run", well=_WELL), False
    async for event in watch.events():
        match event:
            case RunSeen(run=seen):
                story.tell(seen.view)
                if seen.view.phase.final:
                    return seen.view, alive
                alive = True
            case PaneChanged(Pane.RUN, state):
                standstill.tell(state)
    raise AssertionError("a watch ends only when it is left")


def _terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") not in {"dumb", ""}


class Lines:
    """A line for each change of status or message."""

    def __init__(self) -> None:
        self._told = ""

    def tell(self, run: Run) -> None:
        """Say what is new."""
        now = f"{run.status}  {run.status_message or ''}".rstrip()
        if now != self._told:
            self._told = now
            say(now)

    async def move(self) -> None:
        """Lines that were written stay."""


class MovingLine:
    """One line that is drawn again each second, with the time that has passed."""

    def __init__(self) -> None:
        self._run = Run()

    def tell(self, run: Run) -> None:
        """Draw what is known now; the last line stays."""
        self._run = run
        self._draw()
        if run.phase.final:
            click.echo(err=True)

    async def move(self) -> None:
        """Draw each second, so that the time passes."""
        while not self._run.phase.final:
            await asyncio.sleep(1)
            self._draw()

    def _draw(self) -> None:
        text = clean(redacted(self._text(datetime.now(UTC))), limit=max(get_terminal_size().columns - 1, 1))
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    def _text(self, now: datetime) -> str:
        run = self._run
        passed = ((run.finished_at or now) - run.started_at).total_seconds() if run.started_at else 0.0
        return f"{run.status}  {clock_time(passed)}  {run.status_message or ''}"
