"""`runmon records TARGET` and `runmon get TARGET KEY`: the key-value store of a run without a screen."""

from __future__ import annotations

import asyncio
import os
import sys

import click
import msgspec

from runmon.cli import interruptible
from runmon.cli.commands import Command
from runmon.cli.output import output as _output
from runmon.cli.reach import QUICK, Reached, look, reached, server, server_options, status_options
from runmon.cli.sinks import sink_of
from runmon.cli.terminal import on_terminal, show
from runmon.model.storages import KeyItem, Place
from runmon.model.units import byte_size

LIST_EXAMPLES = (
    ("runmon records RUN", "every key with its size"),
    ("runmon records RUN --prefix ERROR_SNAPSHOT_", "what was kept of errors"),
    ("runmon records RUN --json | jq -r .key", "a JSON object for each line"),
)
GET_EXAMPLES = (
    ("runmon get RUN OUTPUT", "a record as it is stored"),
    ("runmon get RUN OUTPUT | jq .", "byte for byte to a pipe"),
    ("runmon get RUN screenshot.png -o shot.png", "to a file, which is whole or not there"),
)


@click.command("records", cls=Command, examples=LIST_EXAMPLES)
@click.argument("target")
@click.option("--prefix", metavar="TEXT", help="Only keys that begin so.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each record.")
@status_options
@server_options
def records_command(
    target: str,
    prefix: str | None,
    as_json: bool,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> None:
    """Print the keys of the key-value store of TARGET: to a pipe the keys alone, one a line."""
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        asyncio.run(_list(run, prefix, as_json=as_json))


async def _list(run: Reached, prefix: str | None, *, as_json: bool) -> None:
    place = await _store(run)
    async with run.server.api(patience=QUICK) as api:
        async for item in api.every_key(place, prefix=prefix):
            _print(item, as_json=as_json)


def _print(item: KeyItem, *, as_json: bool) -> None:
    if as_json:
        show(msgspec.json.encode({"key": item.key, "size": item.size}).decode())
    elif on_terminal():
        size = "" if item.size is None else byte_size(item.size)
        show(f"{size:>9}  {item.key}")
    else:
        click.echo(item.key)


@click.command("get", cls=Command, examples=GET_EXAMPLES)
@click.argument("target")
@click.argument("key")
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write to FILE.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@click.option("--raw", is_flag=True, help="Send a terminal the bytes as they are, control codes included.")
@status_options
@server_options
def get_command(
    target: str,
    key: str,
    output: str | None,
    force: bool,
    raw: bool,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> None:
    """Print the record KEY of TARGET: exact to a pipe or file, made harmless for a terminal."""
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        interruptible.run(_get(run, key, output, raw=raw, force=force))


async def _get(run: Reached, key: str, output: str | None, *, raw: bool, force: bool) -> None:
    """The file is touched only when the record is known to be there."""
    place = await _store(run)
    async with (
        run.server.api(patience=QUICK) as api,
        api.open_record(place, key) as coming,
    ):
        with _output(output, force=force) as descriptor:
            sink = sink_of(descriptor, raw=raw, colour="NO_COLOR" not in os.environ)
            async for chunk in coming:
                await sink.write(chunk)
            await sink.finish()
    sys.stdout.flush()


async def _store(run: Reached) -> Place:
    """Where the run's records are; the run is known to be there."""
    await look(run)
    return Place.below(run.run_id)
