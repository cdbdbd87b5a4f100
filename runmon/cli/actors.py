"""Which commands `runmon serve` knows as Actors: `runmon.toml` in the working directory, then `--actor`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from runmon.errors import BadInput

FILE = Path("runmon.toml")
FORM = "Write name = 'command' below [actors], or give --actor name='command'."

Actors = dict[str, tuple[str, ...]]

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def registered(given: Iterable[str], file: Path = FILE) -> Actors:
    """Each Actor's command by its name; `given` (`name=command`) wins over the file. BadInput."""
    actors = {name: command_of(name, value) for name, value in _table(file).items()}
    for one in given:
        name, equals, line = one.partition("=")
        if not equals:
            raise BadInput(f"{one!r} names no command.", hint=FORM)
        actors[name.strip()] = command_of(name.strip(), line)
    return actors


def command_of(name: str, value: object) -> tuple[str, ...]:
    """The words of a command: a line as a shell splits it, without a shell; or a list of words. BadInput."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"An Actor cannot be called {name!r}.", hint="Use letters, digits, dots and dashes.")
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError as error:
        raise BadInput(f"The command of the Actor {name} cannot be read: {error}.") from None
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise BadInput(f"The Actor {name} has no command.", hint=FORM)
    return tuple(words)


def _table(file: Path) -> dict[str, object]:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from None
    import tomllib

    try:
        kept = tomllib.loads(text.decode())
    except ValueError as error:
        raise BadInput(f"{file} is not valid TOML: {error}.") from None
    if unknown := ", ".join(sorted(kept.keys() - {"actors"})):
        raise BadInput(f"{file} names what is not known: {unknown}.", hint=FORM)
    actors = kept.get("actors", {})
    if not isinstance(actors, dict):
        raise BadInput(f"In {file}, actors is not a table.", hint=FORM)
    return actors
