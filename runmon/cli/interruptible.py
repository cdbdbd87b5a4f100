"""Work that ends in order when the program is told to: what it was writing is put away before the end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import click

from runmon.cli.exits import Exit

R = TypeVar("R")
ENDINGS: Final = {signal.SIGTERM: Exit.TERMINATED, signal.SIGHUP: Exit.HUNG_UP, signal.SIGQUIT: Exit.QUIT}
"""Signals beside INT, which `asyncio.run` knows, and the exit codes that tell them."""


def run(work: Coroutine[Any, Any, R]) -> R:
    """What `asyncio.run` does; TERM, HUP and QUIT cancel the work as INT does. A second one ends at once.

    Raises `click.exceptions.Exit` with 128 + n after a signal; KeyboardInterrupt after INT.
    """
    return asyncio.run(_heeding(work))


async def _heeding(work: Coroutine[Any, Any, R]) -> R:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    came: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        came.append(number)
        loop.remove_signal_handler(number)
        task.cancel()

    heeded = [number for number in ENDINGS if signal.getsignal(number) is signal.SIG_DFL]
    for number in heeded:
        loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if came:
            raise click.exceptions.Exit(ENDINGS[came[0]]) from None
        raise
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)
