"""`runmon status TARGET`: one look at a run, for a person or, as JSON, for a program."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import click
import msgspec

from runmon.cli.commands import Command
from runmon.cli.reach import look, reached, server, server_options, status_options
from runmon.cli.terminal import on_terminal, show
from runmon.model.run import Run
from runmon.model.units import ago, lasted, usd
from runmon.render.facts import exit_words, memory_size

EXAMPLES = (
    ("runmon status HG7ML7M8z78YcAPEB", "how a run stands"),
    ("runmon status RUN --json | jq .stats", "the run object as the API gave it"),
)


@click.command("status", cls=Command, examples=EXAMPLES)
@click.argument("target")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the run object as it came, unknown fields included."
)
@status_options
@server_options
def status_command(
    target: str,
    as_json: bool,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> None:
    """Print how TARGET stands. The exit code tells whether it could be read, not how the run went."""
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        seen = asyncio.run(look(run))
    if as_json:
        _show_json(seen.raw)
        return
    for name, value in facts(seen.view, datetime.now(UTC)):
        show(f"{name:<10} {value}")


def _show_json(raw: bytes) -> None:
    """Byte for byte to a pipe; to a terminal in lines, numbers and unknown fields as they came."""
    if not on_terminal():
        click.echo(raw)
        return
    for line in msgspec.json.format(raw, indent=2).decode("utf-8", "replace").split("\n"):
        show(line)


def facts(run: Run, now: datetime) -> Iterator[tuple[str, str]]:
    """What is known of a run, in the order in which a person asks."""
    yield "status", f"{run.status or 'unknown'}  {run.status_message or ''}".rstrip()
    yield "run", run.id
    if run.act_id:
        yield "Actor", run.act_id
    if run.started_at:
        yield "started", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC, {ago(run.started_at, now)}"
        yield (
            "took" if run.finished_at else "runs for",
            lasted(((run.finished_at or now) - run.started_at).total_seconds()),
        )
    if run.exit_code is not None:
        words = exit_words(run.exit_code, run.phase)
        yield "exit code", f"{run.exit_code}{f', {words}' if words else ''}"
    if run.stats.mem_max_bytes and run.options.memory_mbytes:
        limit = memory_size(run.options.memory_mbytes * 1024 * 1024)
        yield "memory", f"{memory_size(run.stats.mem_max_bytes)} at most, of {limit}"
    if run.usage_total_usd is not None:
        yield "cost", usd(run.usage_total_usd)
    yield from _storages(run)


def _storages(run: Run) -> Iterator[tuple[str, str]]:
    named = {
        "dataset": run.default_dataset_id,
        "records": run.default_key_value_store_id,
        "queue": run.default_request_queue_id,
    }
    yield from ((name, storage) for name, storage in named.items() if storage)
