"""`runmon watch TARGET`, or just `runmon TARGET`: the screen over a run."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import click

from runmon.api.client import ONCE
from runmon.cli.commands import Command
from runmon.cli.reach import Reached, look, reached, server, server_options, status_options
from runmon.cli.setting_flags import screen_options, settings_here
from runmon.cli.terminal import require_terminal
from runmon.errors import CutShort, RateLimited, ServerFault, TooSlow

EXAMPLES = (
    ("runmon HG7ML7M8z78YcAPEB", "a run by its id"),
    ("runmon watch -- -dashed-id", "a run whose id begins with a dash"),
    ("runmon apify/hello-world --failed", "the last run of an Actor that failed"),
    ("runmon @last", "the last run of the account"),
    ("runmon -", "the newest run of this machine, in ./storage"),
    ("runmon RUN --api-url http://127.0.0.1:8000", "a run on another server"),
)


@click.command("watch", cls=Command, examples=EXAMPLES)
@click.argument("target", required=False)
@status_options
@server_options
@screen_options
def watch_command(
    target: str | None, status: str | None, api_url: str | None, token_file: str | None, anonymous: bool
) -> int:
    """Watch TARGET live: its log, items, records, requests, and what it costs. Press ? for the keys.

    Without a TARGET, the list of runs shows, to choose one.
    """
    require_terminal()
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    if target is None:
        from runmon.cli.runs import show_runs

        return show_runs(asked)
    with reached(target, asked, status=status) as run:
        return show_screen(run)


def show_screen(run: Reached) -> int:
    """Open the screen over a run that exists, and return the exit code; raises where it cannot be read."""
    with ThreadPoolExecutor(1) as worker:
        seen = worker.submit(_certain, run)
        from runmon.ui.showing import run_screen

        seen.result()
    return run_screen(
        run.server.api,
        run.run_id,
        token=run.server.token,
        read_only=run.read_only,
        title=run.title,
        settings=settings_here().settings,
        reopen=run.reopen,
    )


def _certain(run: Reached) -> None:
    """Raises what no screen can mend: nothing there, no access, no server. What may pass is its matter."""
    try:
        asyncio.run(look(run, patience=ONCE))
    except (TooSlow, CutShort, ServerFault, RateLimited):
        return
