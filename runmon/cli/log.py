"""`runmon log TARGET`: the log itself, exact to a pipe or file, and followed to its proven end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from runmon.api.client import Patience
from runmon.cli import interruptible
from runmon.cli.commands import Command
from runmon.cli.copying import Copy
from runmon.cli.exits import Exit
from runmon.cli.output import output as _output
from runmon.cli.reach import (
    QUICK,
    STEADY,
    Reached,
    Server,
    look,
    reached,
    server,
    server_options,
    status_options,
)
from runmon.cli.sinks import Sink, sink_of
from runmon.cli.standstill import Standstill
from runmon.cli.terminal import say
from runmon.export.log import Wish, moment
from runmon.insight.entries import Level
from runmon.model.log import LogBuffer
from runmon.model.search import Query
from runmon.watch.events import Condition, LogGrew, Pane, PaneChanged
from runmon.watch.once import read_once
from runmon.watch.watch import Watch

EXAMPLES = (
    ("runmon log RUN > run.log", "the whole log, byte for byte"),
    ("runmon log -f RUN", "follow it until the run has ended and every byte is here"),
    ("runmon log RUN --level warn --since 10m", "what went wrong in the last ten minutes"),
    ("runmon log -f RUN --grep timeout", "entries that speak of timeouts, tracebacks and all"),
)
LEVELS = ("debug", "info", "warn", "error")


@click.command("log", cls=Command, examples=EXAMPLES)
@click.argument("target")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended and its log is complete.")
@click.option("--raw", is_flag=True, help="Send a terminal the bytes as they are, control codes included.")
@click.option("--since", metavar="T", help="Only entries since T: 10m, 2h, or 2026-11-24T10:00 (UTC).")
@click.option(
    "--level", type=click.Choice(LEVELS, case_sensitive=False), help="Only entries this bad or worse."
)
@click.option("--grep", metavar="TEXT", help="Only entries that hold TEXT; lower case finds every case.")
@click.option(
    "--tail",
    type=click.IntRange(min=0),
    metavar="N",
    help="Begin N lines before the end; where entries are chosen, with a whole one.",
)
@click.option(
    "--strict", is_flag=True, help="Exit with 75 where what was printed turned out to be rewritten."
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write to FILE.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@status_options
@server_options
def log_command(
    target: str,
    follow: bool,
    raw: bool,
    since: str | None,
    level: str | None,
    grep: str | None,
    tail: int | None,
    strict: bool,
    output: str | None,
    force: bool,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> int:
    """Print the log of TARGET: exact to a pipe or file, made harmless for a terminal.

    --since, --level and --grep choose entries: a line with what belongs to it, such as a traceback.
    """
    wish = Wish(
        level=Level[level.upper()] if level else Level.NONE,
        since=moment(since, datetime.now(UTC)) if since else None,
        query=Query(grep) if grep else None,
    )
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with (
        _looked_at(target, asked, status, STEADY if follow else QUICK) as run,
        _output(output, growing=follow, force=force) as out,
    ):
        sink = sink_of(out, raw=raw, colour="NO_COLOR" not in os.environ)
        rewritten = interruptible.run((_follow if follow else _print)(run, sink, wish, tail))
    return Exit.GAP if rewritten and strict else Exit.OK


@contextmanager
def _looked_at(target: str, asked: Server, status: str | None, patience: Patience) -> Iterator[Reached]:
    """The run, known to be there, so that no file is emptied for a run that is not."""
    with reached(target, asked, status=status) as run:
        asyncio.run(look(run, patience=patience))
        yield run


def _taken_back(at: int) -> None:
    """What was printed cannot be unprinted; the person can be told."""
    say(f"The server rewrote its log from byte {at} on: what followed that byte is printed again.")


async def _print(run: Reached, sink: Sink, wish: Wish, tail: int | None) -> bool:
    """The log as it is now; whether something printed was taken back."""
    buffer = LogBuffer()
    copy = Copy(buffer, sink, wish, tail=tail, took_back=_taken_back)

    async def grown() -> None:
        if tail is None:
            await copy.catch_up()

    async with run.server.api() as api:
        await read_once(api, run.run_id, buffer, grown)
    await copy.catch_up(final=True)
    buffer.close()
    return copy.rewritten


async def _follow(run: Reached, sink: Sink, wish: Wish, tail: int | None) -> bool:
    """The log until it is complete; whether something printed was taken back."""
    tail_first = tail is not None and wish.everything
    async with (
        run.server.api() as api,
        Watch(api, run.run_id, tail_first=tail_first) as watch,
    ):
        copy = Copy(watch.log, sink, wish, tail=tail, took_back=_taken_back)
        ready, standstill = tail is None, Standstill("The log", well=_CAUGHT_UP)
        async for event in watch.events():
            match event:
                case PaneChanged(Pane.LOG, state):
                    standstill.tell(state)
                    ready = ready or state.condition in _CAUGHT_UP
                case LogGrew(complete=True):
                    if await copy.catch_up(final=True):
                        break
            if ready:
                await copy.catch_up()
    return copy.rewritten


_CAUGHT_UP = frozenset({Condition.LIVE, Condition.SETTLING, Condition.COMPLETE})
