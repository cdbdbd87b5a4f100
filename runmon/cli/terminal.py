"""What we may write where: people read stderr, terminals obey what they get, screens need a terminal."""

from __future__ import annotations

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


_HINT = "Without one, use runmon status, runmon log or runmon wait."


def on_terminal() -> bool:
    """Whether stdout is a terminal, which would obey what it is sent."""
    return sys.stdout is not None and sys.stdout.isatty()


def prepare_streams() -> None:
    """No text may fail to be written for want of a character in the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """One line to the person on stderr: nothing in it commands the terminal or tells a secret."""
    from runmon.api.credentials import redacted
    from runmon.render.untrusted import clean

    click.echo(clean(redacted(text)), err=True)


def show(text: str) -> None:
    """One line of text that came from a server to stdout, cleaned, since a pager may obey it too."""
    from runmon.render.untrusted import clean

    click.echo(clean(text, limit=65_536))


def silence_stdout() -> None:
    """After a closed pipe: nothing more is written, also not at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
