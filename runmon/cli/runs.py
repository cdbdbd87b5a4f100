"""`runmon runs`, or `runmon` alone on a terminal: the list of runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import click
import msgspec

from runmon.api.client import Api
from runmon.cli.commands import Command
from runmon.cli.local_runs import LocalRuns
from runmon.cli.reach import QUICK, Server, server, server_options
from runmon.cli.setting_flags import screen_options, settings_here
from runmon.cli.terminal import on_terminal, require_terminal, show
from runmon.errors import RunmonError
from runmon.model.run import RunShort
from runmon.model.run_filter import RunFilter, parse
from runmon.model.run_list import ListedRun
from runmon.model.units import ago, lasted, usd

EXAMPLES = (
    ("runmon", "the screen: all runs, live, with the reason of failure"),
    ("runmon runs failed since:1d", "the screen, or a list in a pipe, of some runs only"),
    ("runmon runs --json active | jq -r .id", "one JSON object a line, for a program"),
)
LIMIT = 100
NAMED = 100
"""Actors of which the name is asked for."""
AT_ONCE = 8
"""Names asked for at the same time."""


@click.command("runs", cls=Command, examples=EXAMPLES)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--status", metavar="STATUS", help="Only runs with this status, or one of several: a,b.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, as it came.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=LIMIT, show_default=True, help="Runs to look through."
)
@server_options
@screen_options
def runs_command(
    words: tuple[str, ...],
    status: str | None,
    as_json: bool,
    limit: int,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> int:
    """List the runs of the account, newest first; on a terminal as a screen, with those of this machine.

    WORDs choose: texts, status:failed, actor:shop, since:2h, until:1d, and ! before what must not be.
    """
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    typed = " ".join((*words, *([f"status:{status}"] if status else [])))
    wanted = parse(typed)
    if as_json or not on_terminal():
        asyncio.run(_print(asked, wanted, limit, as_json=as_json))
        return 0
    return show_runs(asked, typed)


def show_runs(asked: Server, words: str = "") -> int:
    """The list of runs on the screen, until the person leaves; the exit code."""
    require_terminal()
    settings = settings_here().settings
    with LocalRuns() as local:
        from runmon.ui.runs_words import NO_TOKEN
        from runmon.ui.screens.runs_followed import RunsPlace
        from runmon.ui.showing import runs_screen

        async def account() -> Api | None:
            return asked.api() if asked.token else None

        places = [
            RunsPlace(
                "apify" if "apify" in asked.address.host else "server",
                account,
                absent=NO_TOKEN,
                token_from=asked.token_from,
            ),
            RunsPlace("here", local.connect, read_only=True, look=local.look, reopen=local.reopen),
        ]
        return runs_screen(
            places, token=asked.token, title=_title(asked, settings.profile), settings=settings, words=words
        )


def _title(asked: Server, profile: str) -> str:
    return "  ".join(filter(None, (profile, asked.address.host)))


async def _print(asked: Server, wanted: RunFilter, limit: int, *, as_json: bool) -> None:
    async with asked.api(patience=QUICK) as api:
        now = datetime.now(UTC)
        found = await api.runs(
            limit=limit,
            status=",".join(sorted(wanted.statuses)) or None,
            started_after=now - wanted.since if wanted.since else None,
        )
        names = await _names(api, found.items)
    runs = [ListedRun(short, "", actor=names.get(short.act_id or "", "")) for short in found.items]
    for run in runs:
        if wanted.shows(run, "", now):
            if as_json:
                click.echo(msgspec.json.encode(run.short))
            else:
                show("  ".join(_columns(run, now)))


async def _names(api: Api, runs: Iterable[RunShort]) -> dict[str, str]:
    """The names of the first Actors of these runs, by id, where the server tells them."""
    ids = list(dict.fromkeys(run.act_id for run in runs if run.act_id))[:NAMED]
    few_at_once = asyncio.Semaphore(AT_ONCE)

    async def name(act_id: str) -> str:
        async with few_at_once:
            try:
                return (await api.actor(act_id)).view.name or ""
            except RunmonError:
                return ""

    return dict(zip(ids, await asyncio.gather(*map(name, ids)), strict=True))


def _columns(listed: ListedRun, now: datetime) -> Iterator[str]:
    run = listed.short
    yield f"{run.id:<17}"
    yield f"{run.status:<10}"
    yield f"{listed.name:<17}"
    yield f"{ago(run.started_at, now) if run.started_at else '':>11}"
    took = ((run.finished_at or now) - run.started_at).total_seconds() if run.started_at else None
    yield f"{lasted(took) if took is not None else '':>12}"
    yield usd(run.usage_total_usd) if run.usage_total_usd else ""
