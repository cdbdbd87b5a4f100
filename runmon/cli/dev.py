"""`runmon dev -- COMMAND…`: start an Actor on this machine and watch it."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path

import click
import msgspec

from runmon.cli.commands import NAMES, Command
from runmon.cli.local_run import kept_whole, parting_words, print_log, show, shown_path
from runmon.cli.setting_flags import screen_options
from runmon.cli.terminal import require_terminal, say
from runmon.errors import BadInput

EXAMPLES = (
    ("runmon dev -- python -m my_actor", "an Actor in Python; its input is in ./storage"),
    ("runmon dev --input '{\"max\": 5}' -- npm start", "an Actor in JavaScript, with an input"),
    ("runmon dev --no-ui -- python crawl.py > log.txt", "plain Crawlee, without a screen"),
)
JSON = "application/json"


@click.command(
    "dev", cls=Command, examples=EXAMPLES, context_settings={**NAMES, "allow_interspersed_args": False}
)
@click.option("--input", "given", metavar="FILE|-|JSON", help="The INPUT record: a file, stdin, or JSON.")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=0.0, metavar="S", help="Stop after S seconds."
)
@click.option(
    "--memory", type=click.IntRange(min=1), default=1024, metavar="MB", help="Memory to account for."
)
@click.option(
    "--storage",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("storage"),
    metavar="DIR",
    help="The run's folder. Default: ./storage.",
)
@click.option("--no-purge", is_flag=True, help="Keep what an earlier run left in the folder.")
@click.option("--no-ui", is_flag=True, help="Print the log to stdout; the outcome is the exit code.")
@screen_options
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def dev_command(
    given: str | None,
    timeout: float,
    memory: int,
    storage: Path,
    no_purge: bool,
    no_ui: bool,
    command: tuple[str, ...],
) -> int:
    """Start COMMAND as a run and watch it. It finds the Apify API and Crawlee's folder in its environment.

    The folder keeps the run: look at it again with runmon open. Without --no-purge the default storages are
    emptied first, all but the input. With --no-ui the outcome is the exit code: 0 succeeded, 1 failed,
    2 timed out, 3 aborted. With the screen it is 0 once you leave it, whatever the outcome, and 130 after
    Ctrl+C; where the disk did not take all of the log it is not 0 either way.
    """
    if not no_ui:
        require_terminal()
    input_body, input_type = read_input(given)
    from runmon.local.app import LocalPlatform
    from runmon.local.folder import emptied
    from runmon.local.runner import RunSpec

    spec = RunSpec(
        command=command,
        storage=storage,
        input=input_body,
        input_content_type=input_type,
        purge=not no_purge,
        timeout_s=timeout,
        memory_mb=memory,
        actor_name=Path.cwd().name or Path(command[0]).name or None,
        on_fault=say if no_ui else None,
    )
    with LocalPlatform() as platform:
        before = None if no_purge else emptied(storage)
        run_id = platform.start(spec)
        if before is not None:
            items = f" ({before:,} item{'s' * (before != 1)})" if before else ""
            say(f"Emptied {shown_path(storage)} of the run before{items}; --no-purge keeps all but its log.")
        if no_ui:
            return print_log(platform, run_id)
        code = show(platform, run_id, title=" ".join(command), asks=True)
    parting_words(platform, run_id, storage)
    return code or kept_whole(platform, run_id)


def read_input(given: str | None) -> tuple[bytes | None, str]:
    """The input's bytes (None for none) and content type. BadInput for broken JSON or no readable file."""
    if given is None:
        return None, JSON
    if given.lstrip()[:1] in {"{", "[", '"'}:
        return checked_json(given.encode(), "The input"), JSON
    if given == "-":
        return checked_json(sys.stdin.buffer.read(), "The input on stdin"), JSON
    path = Path(given)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(f"The input file {given} cannot be read: {reason}.") from None
    kind = mimetypes.guess_type(path.name)[0] or JSON
    return (checked_json(content, f"The input file {given}") if kind == JSON else content), kind


def checked_json(content: bytes, what: str) -> bytes:
    """The same bytes, which are JSON."""
    try:
        msgspec.json.decode(content)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{what} is not valid JSON: {error}.") from None
    return content
