"""What we may write where: people read stderr, terminals obey what they get, screens need a terminal."""

from __future__ import annotations

import errno
import io
import os
import sys

import click

from runmon.errors import BadInput


def require_terminal() -> None:
    """BadInput (exit 5) where a full-screen program could not be shown or typed at."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise BadInput("The screen needs a terminal for input and output.", hint=_HINT)
    if os.environ.get("TERM") in {"dumb", ""}:
        raise BadInput("This terminal (TERM=dumb) cannot show the screen.", hint=_HINT)


UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What the system says of a place that takes no more bytes."""
_HINT = "Without one, use runmon status, runmon log or runmon wait."


def on_terminal() -> bool:
    """Whether stdout is a terminal, which would obey what it is sent."""
    return sys.stdout is not None and sys.stdout.isatty()


def prepare_streams() -> None:
    """No text may fail to be written for want of a character in the terminal's encoding.

    Where stdout is closed, nothing else may get its descriptor, and what is written to it fails.
    """
    if sys.stdout is None:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 1)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (stays open)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def guard_threads() -> None:
    """An error that nobody caught in a thread becomes one line, without secrets or locals."""
    import threading

    threading.excepthook = lambda failed: say(defect(failed.exc_value))


def guard_logs() -> None:
    """What libraries tell nobody in particular becomes one line each, without secrets."""
    import logging

    class Said(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(f"runmon: {record.getMessage()}")

    logging.lastResort = Said(logging.WARNING)


def defect(error: BaseException | None) -> str:
    """The sentence for an error of our own: type and place, not message or locals, which hold data."""
    import traceback

    trace = traceback.extract_tb(error.__traceback__) if error is not None else []
    place = (
        f" in {trace[-1].name} at {trace[-1].filename.rpartition('/')[2]}:{trace[-1].lineno}" if trace else ""
    )
    return f"runmon: a defect in this program: {type(error).__name__}{place}. Please report it."


def unwritable(error: Exception) -> str:
    """The sentence where stdout takes no more bytes, to which nothing is written any more; else empty."""
    if not isinstance(error, OSError) or error.errno not in UNWRITABLE or error.filename is not None:
        return ""
    silence_stdout()
    return f"runmon: cannot write to stdout: {error.strerror}."


def say(text: str) -> None:
    """One line to the person on stderr: nothing in it commands the terminal or tells a secret."""
    click.echo(_harmless(text), err=True)


def complain(text: str) -> None:
    """What went wrong, as `say` says it; on a narrow terminal it breaks between words."""
    told = _harmless(f"runmon: {text}")
    if sys.stderr is not None and sys.stderr.isatty():
        import textwrap

        width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
        told = textwrap.fill(told, width, break_long_words=False, break_on_hyphens=False)
    click.echo(told, err=True)


def _harmless(text: str) -> str:
    from runmon.api.credentials import redacted
    from runmon.render.untrusted import clean

    return clean(redacted(text))


def show(text: str) -> None:
    """One line of text that came from a server to stdout, cleaned, since a pager may obey it too."""
    from runmon.render.untrusted import clean

    click.echo(clean(text, limit=65_536))


def silence_stdout() -> None:
    """After a closed pipe: nothing more is written, also not at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
