"""From what was typed to a server and a run: the way that every command with a TARGET takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from runmon.api.address import Address, address
from runmon.api.client import Api, Patience
from runmon.api.credentials import Token
from runmon.api.direct import Direct
from runmon.cli.setting_flags import profile_option, settings_here
from runmon.errors import BadInput, BadTarget, NotFound
from runmon.model.document import Document
from runmon.model.run import Run

if TYPE_CHECKING:
    from runmon.local.app import LocalPlatform

Command = TypeVar("Command", bound=Callable[..., Any])

QUICK = Patience(retries=2)
"""For somebody who looks at a terminal: about three seconds of trying again."""
STEADY = Patience(retries=12)
"""For somebody who waits anyway: half a minute of trying again."""
_GRACE = (0.5, 1.0)
"""Seconds between tries for a run that was just started: a lagging replica may not know it yet."""


class Server(msgspec.Struct, frozen=True):
    """Whom to ask, and as whom."""

    address: Address
    token: Token | None
    token_from: str = ""
    """Where the token was found, as a person knows it."""
    direct: Direct | None = None
    """The way to a platform of this process, which needs no socket."""

    def api(self, *, patience: Patience | None = None) -> Api:
        """A client of it, to be closed."""
        return Api(self.address, self.token, sender=self.direct, patience=patience)


class Reached(msgspec.Struct, frozen=True):
    """A run that a target means, at the server that has it."""

    server: Server
    run_id: str
    title: str = ""
    """What a person calls it, where that is not the run itself: the folder."""
    read_only: bool = False
    typed: str = ""
    """What the person typed."""
    reopen: Callable[[], str] | None = None
    """Opens the folder anew, where another run may have taken it: its id. None where there is no folder."""


def status_options(command: Command) -> Command:
    """Adds `--status`, which the command gets, and `--failed`, of which `reached` knows."""
    for option in reversed(_STATUS_OPTIONS):
        command = option(command)
    return command


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
    from runmon.cli.account import account

    whole = settings_here()
    where = address(api_url or whole.settings.api_url)
    found = account(whole, token_file=token_file, anonymous=anonymous)
    return Server(where, found.token, found.source)


@contextmanager
def reached(text: str, asked: Server, *, status: str | None = None) -> Iterator[Reached]:
    """The run that `text` means. A folder is served by a local platform while the context is open."""
    from runmon.cli import target as targets

    match targets.parse(text, where=asked.address, status=_wanted(status)):
        case targets.NewestTarget():
            with folder(newest_run()) as opened:
                yield opened
        case targets.FolderTarget(path):
            with folder(path) as opened:
                yield opened
        case targets.RunTarget(run_id):
            yield Reached(asked, run_id, typed=text)
        case targets.LastRunTarget(actor, wanted):
            yield Reached(asked, asyncio.run(_last_run(asked, actor, wanted)), typed=text)


def newest_run() -> Path:
    """The folder of the newest run of this machine; BadTarget where there is none."""
    from runmon.cli.local_runs import newest_folder, storage_folder

    storage = storage_folder()
    found = newest_folder(storage)
    if found is None:
        raise BadTarget(
            f"There is no run in {storage}.", hint="Start one with runmon dev, or see runmon demo."
        )
    return found


@contextmanager
def folder(path: Path) -> Iterator[Reached]:
    """A storage or run folder, or a bundle, served read-only on loopback; BadTarget where it is none."""
    from runmon.cli.unpacking import run_folder
    from runmon.local.app import LocalPlatform

    if not path.exists():
        from runmon.cli.nearest import near_paths

        raise BadTarget(f"There is no folder or bundle {path}.", hint=near_paths(path))
    with run_folder(path) as found, LocalPlatform(read_only=True) as platform:
        run_id = platform.open(found)
        name = path.resolve().name
        reopen = partial(platform.open, path) if path.is_dir() else None
        here_now = here(platform, str(path), files=path.is_dir())
        yield Reached(here_now, run_id, title=name, read_only=True, reopen=reopen)


def here(platform: LocalPlatform, name: str = "", *, files: bool = True) -> Server:
    """A platform of this process; `name` is what a person calls it, `files` whether its files outlive it."""
    platform.registry.tells_files = files
    direct = Direct(platform.answers, platform.loop)
    return Server(
        msgspec.structs.replace(address(platform.url), name=name), Token(platform.token), direct=direct
    )


async def look(run: Reached, *, patience: Patience = QUICK) -> Document[Run]:
    """The run object now; a run that was just started gets some seconds to be known."""
    async with run.server.api(patience=patience) as api:
        for pause in _GRACE:
            try:
                return await api.run(run.run_id)
            except NotFound:
                await asyncio.sleep(pause)
        try:
            return await api.run(run.run_id)
        except NotFound as error:
            from runmon.cli.nearest import pointed

            raise await pointed(error, api, run.typed or run.run_id) from None


async def _last_run(asked: Server, actor: str, status: str | None) -> str:
    """The id of the last run; of several statuses, the one that started last."""
    async with asked.api(patience=QUICK) as api:
        if not actor:
            return await _last_of_account(api, status)
        found, missing = [], None
        for one in status.split(",") if status else [None]:
            try:
                found.append((await api.last_run(actor, status=one)).view)
            except NotFound as error:
                missing = error
        if missing is not None and not found:
            from runmon.cli.nearest import pointed

            raise await pointed(missing, api, actor)
        return max(found, key=lambda run: (run.started_at is not None, run.started_at)).id


async def _last_of_account(api: Api, status: str | None) -> str:
    page = await api.runs(limit=1, status=status)
    if not page.items:
        said = f" with status {status}" if status else ""
        raise BadTarget(f"The account has no run{said}.", hint="runmon runs lists what there is.")
    return page.items[0].id


def _wanted(status: str | None) -> str | None:
    from runmon.cli.target import BAD_ENDS
    from runmon.model.run_filter import statuses

    context = click.get_current_context(silent=True)
    failed = context is not None and context.meta.get(_FAILED)
    if failed and status:
        raise BadInput("--failed is a --status of its own.", hint="Give one of them.")
    return BAD_ENDS if failed else ",".join(sorted(statuses(status))) if status else None


def _keep_failed(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.meta[_FAILED] = value


_FAILED = "runmon.failed"
_STATUS_OPTIONS = (
    click.option("--status", metavar="STATUS", help="Of an Actor's runs, the last with this status."),
    click.option(
        "--failed",
        is_flag=True,
        expose_value=False,
        callback=_keep_failed,
        help="Of an Actor's runs, the last that failed or timed out.",
    ),
)
_OPTIONS = (
    click.option(
        "--api-url", metavar="URL", help="The API to ask. Default: APIFY_CLIENT_BASE_URL, else Apify's."
    ),
    click.option("--token-file", metavar="FILE", help="Read the token from FILE, or from stdin for -."),
    click.option("--anonymous", is_flag=True, help="Send no token, whatever is configured."),
)
