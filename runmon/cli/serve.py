"""`runmon serve`: the local platform without a screen, on which other tools start Actors and read runs."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import click

from runmon.cli.actors import Actors, registered
from runmon.cli.commands import Command
from runmon.cli.exits import Exit
from runmon.cli.terminal import say
from runmon.cli.token_file import new_token, read_token, write_token
from runmon.cli.unpacking import run_folder
from runmon.errors import BadInput, LocalFault

if TYPE_CHECKING:
    from runmon.local.app import LocalPlatform

EXAMPLES = (
    ("runmon serve --actor shop='python -m shop'", "a command as an Actor that any Apify client can call"),
    ("runmon serve --token-file .token", "for tools in other terminals, with the Actors of ./runmon.toml"),
    ("runmon serve ./storage night.zip", "what runs left behind, through the API"),
    ("runmon serve --rate-limit 60 --faults platform", "as slow to know and as strict as the real one"),
)
PORT = 8010
HOME = Path("storage", "runs")
ENDINGS = {
    signal.SIGINT: Exit.INTERRUPTED,
    signal.SIGTERM: Exit.TERMINATED,
    signal.SIGHUP: Exit.HUNG_UP,
    signal.SIGQUIT: Exit.QUIT,
}


@click.command("serve", cls=Command, examples=EXAMPLES)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    metavar="N",
    help="The port on 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Take the token from FILE, or make FILE with a new one.",
)
@click.option("--actor", "actors", multiple=True, metavar="NAME='COMMAND'", help="A command as an Actor.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=HOME,
    metavar="DIR",
    help="Where started runs are kept. Default: ./storage/runs.",
)
@click.option("--rate-limit", type=click.IntRange(min=1), metavar="N", help="Requests a second before 429.")
@click.option(
    "--faults", default="", metavar="LIST", help="What goes wrong, as item-count-lag=5,cut-every=7."
)
def serve_command(
    paths: tuple[Path, ...],
    port: int,
    token_file: Path | None,
    actors: tuple[str, ...],
    home: Path,
    rate_limit: int | None,
    faults: str,
) -> int:
    """Serve the Apify API on this machine until Ctrl+C, which ends every run that was started here.

    Actors are commands: of the table [actors] in ./runmon.toml, and of --actor. A client starts one by
    calling its name. Every run has a folder in --home and is there again after a restart. Each PATH is a
    storage folder, a run folder or a bundle, and is only read.

    The address goes to stdout. The token is shown on a terminal, or kept in --token-file, never in a pipe.
    """
    known = registered(actors)
    if token_file is None and not sys.stderr.isatty():
        raise BadInput(
            "The token is not written into a pipe or a log.", hint="Name a file for it: --token-file FILE."
        )
    kept = read_token(token_file) if token_file else None
    token = kept or new_token()
    import msgspec

    from runmon.local.app import LocalPlatform
    from runmon.local.disturbance import Faults

    wrong = Faults.parse(faults)
    signals = caught_signals()
    platform = LocalPlatform(
        token=token,
        port=port,
        home=home,
        faults=msgspec.structs.replace(wrong, rate_limit=rate_limit) if rate_limit else wrong,
    )
    with ExitStack() as stack:
        enter(stack, platform, port)
        found = platform.recall()
        for name, command in known.items():
            platform.register(name, command)
        opened = [(path, opened_run(stack, platform, path)) for path in paths]
        if token_file and not kept:
            write_token(token_file, token)
        click.echo(platform.url)
        sys.stdout.flush()
        introduce(platform, token_file)
        for line in inventory(known, found, home, opened):
            say(line)
        ending = signals.get()
        say("Ending every run that was started here.")
        if any(path.is_file() for path in paths):
            say("Removing what was unpacked.")
    return ending


def enter(stack: ExitStack, platform: LocalPlatform, port: int) -> None:
    """Start the platform. LocalFault with a way out where the port is taken."""
    try:
        stack.enter_context(platform)
    except LocalFault as error:
        hint = "Name another with --port, or 0 for a free one." if port else ""
        raise LocalFault(error.sentence, hint=hint) from None


def opened_run(stack: ExitStack, platform: LocalPlatform, path: Path) -> str:
    """Serve a folder or a bundle, read-only; the run's id. BadTarget."""
    return platform.open(stack.enter_context(run_folder(path)))


def caught_signals() -> SimpleQueue[Exit]:
    """Gets the exit code of each signal that ends programs; what our starter ignores stays ignored."""
    caught: SimpleQueue[Exit] = SimpleQueue()
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda came, _frame: caught.put(ENDINGS[signal.Signals(came)]))
    return caught


def introduce(platform: LocalPlatform, token_file: Path | None) -> None:
    """How other tools find us, in lines to paste. Nothing here came from elsewhere."""
    url = platform.url
    token = f'"$(cat {shlex.quote(str(token_file.absolute()))})"' if token_file else platform.token
    lines = (
        "The platform answers there until Ctrl+C, and only to programs of this machine.",
        "",
        "For the shell of another tool:",
        f"  export APIFY_TOKEN={token}",
        f"  export APIFY_CLIENT_BASE_URL={url}      # apify-cli, runmon",
        f"  export APIFY_API_BASE_URL={url}         # the Apify SDK, runmon",
        f"  export APIFY_API_PUBLIC_BASE_URL={url}  # the Apify SDK",
        "For apify-client, which reads no environment:",
        f'  Python      ApifyClient(os.environ["APIFY_TOKEN"], api_url="{url}")',
        f'  JavaScript  new ApifyClient({{ token: process.env.APIFY_TOKEN, baseUrl: "{url}" }})',
        "",
    )
    click.echo("\n".join(lines), err=True)


def inventory(actors: Actors, kept: int, home: Path, opened: list[tuple[Path, str]]) -> Iterator[str]:
    """What there is to ask for, a line each."""
    for name, command in actors.items():
        yield f"Actor {name}: {shlex.join(command)}"
    if not actors:
        yield "No Actor is registered: add --actor name='command', or a table [actors] in runmon.toml."
    yield f"{kept} run{'' if kept == 1 else 's'} kept in {home}."
    for path, run_id in opened:
        yield f"Run {run_id}: {path}, only read."
