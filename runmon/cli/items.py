"""`runmon items TARGET`: the dataset as data, in any format that its server writes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from runmon.api.client import Api
from runmon.api.datasets import ExportOptions
from runmon.cli import interruptible
from runmon.cli.commands import Command
from runmon.cli.exits import Exit
from runmon.cli.field_names import names_given
from runmon.cli.reach import STEADY, Reached, look, reached, server, server_options
from runmon.cli.sinks import Sink, sink_of
from runmon.cli.terminal import on_terminal, say
from runmon.errors import BadInput, NotFound, Refused
from runmon.export.item_pages import Wanted
from runmon.export.items import FORMATS, Progress, export, save
from runmon.export.saving import Folder
from runmon.model.served import nameable
from runmon.model.storages import Place, views_of
from runmon.model.units import byte_size, grouped

EXAMPLES = (
    ("runmon items RUN | jq .title", "every item, one a line"),
    ("runmon items RUN -o shop.csv", "a file whose ending says its format; what was cut is gone on with"),
    ("runmon items RUN --fields title,price --desc --limit 10", "of the newest ten, two fields"),
    ("runmon items RUN --fields 'title,\"price, EUR\"'", "a name with a comma in it, in quotes as in CSV"),
    ("runmon items RUN --unwind offers --format csv", "a row for every offer"),
)
BINARY = {"xlsx"}


@click.command("items", cls=Command, examples=EXAMPLES)
@click.argument("target")
@click.option(
    "--format", "wanted_format", type=click.Choice(FORMATS), help="Default: by FILE's ending, or jsonl."
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write to FILE.")
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Items to pass over.")
@click.option("--limit", type=click.IntRange(min=0), help="Items at most.")
@click.option(
    "--fields", callback=names_given, metavar="NAMES", help='Only these fields, in this order: a,"b, c".'
)
@click.option("--omit", callback=names_given, metavar="NAMES", help="Without these fields.")
@click.option(
    "--unwind", callback=names_given, metavar="NAMES", help="An item for every element of these lists."
)
@click.option("--flatten", callback=names_given, metavar="NAMES", help="These objects as fields a.b.")
@click.option("--view", metavar="NAME", help="As a view of the dataset's schema shows them.")
@click.option("--clean", is_flag=True, help="Without # fields and empty items.")
@click.option("--desc", is_flag=True, help="The newest first.")
@click.option("--exact-csv", is_flag=True, help="Leave cells that a spreadsheet would run as they are.")
@click.option("--status", metavar="STATUS", help="Of an Actor's runs, the last with this status.")
@server_options
def items_command(
    target: str,
    wanted_format: str | None,
    output: str | None,
    force: bool,
    offset: int,
    limit: int | None,
    fields: list[str],
    omit: list[str],
    unwind: list[str],
    flatten: list[str],
    view: str | None,
    clean: bool,
    desc: bool,
    exact_csv: bool,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
) -> int:
    """Print the items of TARGET's dataset, byte for byte as its server writes them.

    In CSV, cells that a spreadsheet would run as formulas get an apostrophe; --exact-csv leaves them.
    """
    options = ExportOptions(
        fields=fields, omit=omit, unwind=unwind, flatten=flatten, view=view, clean=clean, desc=desc
    )
    format = wanted_format or _ending(output)
    wanted = Wanted(format, offset, limit, options, guard=not exact_csv)
    _askable(wanted)
    if output is None and format in BINARY and on_terminal():
        raise BadInput(f"{format} is nothing for a terminal.", hint="Name a file with -o.")
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        asyncio.run(look(run, patience=STEADY))
        if output is None:
            interruptible.run(_print(run, wanted))
        else:
            interruptible.run(_save(run, wanted, Path(output), replace=force))
    return Exit.OK


def _ending(output: str | None) -> str:
    """The format that a file's ending names; jsonl where there is no file, json where it has no ending."""
    if output is None:
        return "jsonl"
    ending = Path(output).suffix.lower().removeprefix(".") or "json"
    format = {"ndjson": "jsonl", "htm": "html"}.get(ending, ending)
    if format not in FORMATS:
        known = ", ".join(f".{name}" for name in FORMATS)
        raise BadInput(f"The ending of {output} names no format.", hint=f"Known: {known}; or add --format.")
    return format


def _askable(wanted: Wanted) -> None:
    """BadInput where a name can neither be told to a server nor be chosen by here."""
    options = wanted.options
    made = [name for name in ("unwind", "flatten", "view") if options.get(name)]
    for name in (*options.get("unwind", ()), *options.get("flatten", ())):
        if not nameable(name):
            raise BadInput(f"No server can be asked for {name!r}: a comma or a blank in it parts or cuts it.")
    if wanted.cut is not None and (made or not wanted.paged):
        what = f"with --{made[0]}" if made else f"in {wanted.format}"
        raise BadInput(
            f"A field with a comma in its name, or a blank at an end, cannot be chosen {what}.",
            hint="The server makes the rows then, and knows no such names; json and jsonl are cut here.",
        )


async def _print(run: Reached, wanted: Wanted) -> None:
    sys.stdout.flush()
    sink: Sink = sink_of(sys.stdout.fileno(), raw=False, colour=False)
    async with run.server.api(patience=STEADY) as api:
        place = await _place(api, run)
        async with _understood(api, place, wanted):
            await export(api, place, wanted, sink, lambda _: None)
    await sink.finish()


async def _save(run: Reached, wanted: Wanted, path: Path, *, replace: bool) -> None:
    with Folder(path.parent) as folder:
        async with run.server.api(patience=STEADY) as api:
            place = await _place(api, run)
            teller = _Teller()
            async with _understood(api, place, wanted):
                where, done = await save(api, place, wanted, folder, path.name, teller.tell, replace=replace)
    teller.end()
    count = f"{grouped(done.items)} items, " if done.items else ""
    say(f"{where}: {count}{byte_size(done.bytes)}")


@asynccontextmanager
async def _understood(api: Api, place: Place, wanted: Wanted) -> AsyncIterator[None]:
    """Status 400 as BadInput: the server finds fault with what was typed, of a view with the known ones."""
    try:
        yield
    except Refused as error:
        if error.status != 400:
            raise
        hint = error.hint
        if wanted.options.get("view"):
            views = views_of((await api.dataset(place)).raw)
            hint = f"Its views: {', '.join(views)}." if views else "The dataset has no views."
        raise BadInput(error.sentence, hint=hint) from None


async def _place(api: Api, run: Reached) -> Place:
    """The run's dataset: below the run, or by its id where a server knows it only so."""
    below = Place.below(run.run_id)
    try:
        await api.dataset(below)
    except NotFound:
        found = (await api.run(run.run_id)).view.default_dataset_id
        if not found:
            raise
        return Place.by_id(found)
    return below


class _Teller:
    """Writes progress on a terminal's last line, and wipes it."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._told = False

    def tell(self, progress: Progress) -> None:
        """How far it is now; once, that it goes on where an earlier one was cut."""
        if progress.begun_at and not self._told:
            self._told = True
            say(f"Goes on behind {grouped(progress.begun_at)} items, written by an export that was cut.")
        if self._shown:
            of = f" of {grouped(progress.total)}" if progress.total else ""
            count = f"{grouped(progress.items)}{of} items, " if progress.items else ""
            click.echo(f"\r\x1b[K{count}{byte_size(progress.bytes)}", err=True, nl=False)

    def end(self) -> None:
        """Wipe the line."""
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)
