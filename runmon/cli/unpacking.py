"""Opening what a person named, which may be a bundle: with progress, and nothing left behind by a signal."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

from runmon.cli.exits import EndedBySignal
from runmon.render.untrusted import clean

if TYPE_CHECKING:
    from runmon.local.folder import RunFolder

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
PATIENCE_S = 0.5
"""What takes no longer is not worth a word."""


@contextmanager
def run_folder(path: Path) -> Iterator[RunFolder]:
    """The run that a folder or a bundle holds. BadTarget, LocalFault; EndedBySignal while it is unpacked."""
    from runmon.local.bundle import run_in

    with ExitStack() as stack:
        with unwound_by_signals(), Progress(f"Unpacking {path.name}") as told:
            found = stack.enter_context(run_in(path, told.share))
        try:
            yield found
        finally:
            if path.is_file():
                with deaf_to_signals():
                    stack.close()


@contextmanager
def unwound_by_signals() -> Iterator[None]:
    """Meanwhile the first signal that ends programs raises EndedBySignal, and cleaning up hears no other."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def unwind(number: int, _frame: FrameType | None) -> NoReturn:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise EndedBySignal(number)

    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, unwind)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deaf_to_signals() -> Iterator[None]:
    """What is done meanwhile is done to its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Progress:
    """A line on stderr that is written over, and gone at the end; only on a terminal, and only if slow."""

    def __init__(self, words: str) -> None:
        self._words = clean(words, limit=60)
        self._began = time.monotonic()
        self._told = -1

    def __enter__(self) -> Progress:
        return self

    def share(self, done: float) -> None:
        """Tell how much is done, 0 to 1."""
        percent = int(100 * done)
        if percent == self._told or time.monotonic() - self._began < PATIENCE_S or not on_stderr():
            return
        self._told = percent
        click.echo(f"\r{self._words} … {percent:>2} %", nl=False, err=True)

    def __exit__(self, *_error: object) -> None:
        if self._told >= 0:
            click.echo("\r\x1b[K", nl=False, err=True)


def on_stderr() -> bool:
    """Whether stderr is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()
