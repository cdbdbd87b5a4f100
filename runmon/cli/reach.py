"""From what was typed to a server and a run: the way that every command with a TARGET takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from runmon.api.address import Address, address
from runmon.api.client import Api, Patience
from runmon.api.credentials import Token
from runmon.cli import target as targets
from runmon.cli.account import account
from runmon.cli.setting_flags import profile_option, settings_here
from runmon.errors import NotFound
from runmon.model.document import Document
from runmon.model.run import Run

Command = TypeVar("Command", bound=Callable[..., Any])

QUICK = Patience(retries=2)
"""For somebody who looks at a terminal: about three seconds of trying again."""
STEADY = Patience(retries=12)
"""For somebody who waits anyway: half a minute of trying again."""
_GRACE = (0.5, 1.0)
"""Seconds between tries for a run that was just started: a lagging replica may not know it yet."""


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to ask, and as whom."""

    address: Address
    token: Token | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A run that a target means, at the server that has it."""

    server: Server
    run_id: str
    title: str = ""
    """What a person calls it, where that is not the run itself: the folder."""
    read_only: bool = False


def server_options(command: Command) -> Command:
    """Adds `--api-url`, `--token-file` and `--anonymous`; the command gets the three as keyword arguments.

    `--profile` comes with them, which `settings_here` knows.
    """
    command = profile_option(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def server(*, api_url: str | None, token_file: str | None, anonymous: bool) -> Server:
    """The server and token that flags, environment and settings name; BadInput where they cannot be used."""
    whole = settings_here()
    where = address(api_url or whole.settings.api_url)
    return Server(where, account(whole, token_file=token_file, anonymous=anonymous).token)


@contextmanager
def reached(text: str, asked: Server, *, status: str | None = None) -> Iterator[Reached]:
    """The run that `text` means. A folder is served by a local platform while the context is open."""
    match targets.parse(text, where=asked.address, status=status):
        case targets.FolderTarget(path):
            with folder(path) as opened:
                yield opened
        case targets.RunTarget(run_id):
            yield Reached(asked, run_id)
        case targets.LastRunTarget(actor, wanted):
            yield Reached(asked, asyncio.run(_last_run(asked, actor, wanted)))


@contextmanager
def folder(path: Path) -> Iterator[Reached]:
    """A storage or run folder, or a bundle, served read-only on loopback; BadTarget where it is none."""
    from runmon.local.app import LocalPlatform
    from runmon.local.bundle import unpacked

    with unpacked(path) as place, LocalPlatform(read_only=True) as platform:
        run_id = platform.open(place)
        local = Server(address(platform.url), Token(platform.token))
        yield Reached(local, run_id, title=path.resolve().name, read_only=True)


async def look(run: Reached, *, patience: Patience = QUICK) -> Document[Run]:
    """The run object now; a run that was just started gets some seconds to be known."""
    async with Api(run.server.address, run.server.token, patience=patience) as api:
        for pause in _GRACE:
            try:
                return await api.run(run.run_id)
            except NotFound:
                await asyncio.sleep(pause)
        return await api.run(run.run_id)


async def _last_run(asked: Server, actor: str, status: str | None) -> str:
    async with Api(asked.address, asked.token, patience=QUICK) as api:
        return (await api.last_run(actor, status=status)).view.id


_OPTIONS = (
    click.option(
        "--api-url", metavar="URL", help="The API to ask. Default: APIFY_CLIENT_BASE_URL, else Apify's."
    ),
    click.option("--token-file", metavar="FILE", help="Read the token from FILE, or from stdin for -."),
    click.option("--anonymous", is_flag=True, help="Send no token, whatever is configured."),
)
