"""`runmon abort|reboot|resurrect TARGET…`, `requeue TARGET`: orders, asked about on a terminal, sent once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from runmon.cli.commands import Command
from runmon.cli.exits import Exit
from runmon.cli.reach import QUICK, Reached, look, reached, server, server_options
from runmon.cli.setting_flags import settings_here
from runmon.cli.terminal import complain, say, show
from runmon.errors import BadInput, BadTarget, RunmonError
from runmon.model.order import Deed, Order, possible
from runmon.model.run import Run
from runmon.render.order_words import price_of_more

Given = TypeVar("Given", bound=Callable[..., Any])
Make = Callable[[str], Order]
"""An order to the run with this id."""
LISTED = 20
"""Requests that are named before the question."""
_NO_WAY = {
    Deed.ABORT: "has ended already",
    Deed.REBOOT: "has ended; only a run that goes on can be rebooted",
    Deed.RESURRECT: "goes on; only a run that has ended can be resurrected",
}


def order_options(command: Given) -> Given:
    """What every order takes: `--yes`, `--status` and the server's options."""
    for option in (
        server_options,
        click.option("--status", metavar="STATUS", help="Of an Actor's runs, the last with this status."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask."),
    ):
        command = option(command)
    return command


def several(command: Given) -> Given:
    """The TARGETs of an order that several runs can be given."""
    return click.argument("targets", metavar="TARGET...", nargs=-1, required=True)(command)


@click.command(
    "abort",
    cls=Command,
    examples=(
        ("runmon abort RUN --yes", "end a run at once, unasked"),
        ("runmon abort RUN RUN RUN", "ask once, then end them all"),
    ),
)
@click.option("--gracefully", is_flag=True, help="Let the Actor have 30 seconds to save its state.")
@order_options
@several
def abort_command(gracefully: bool, **asked: Any) -> int:
    """End the run of each TARGET. What it has stored stays.

    Of several runs, those that cannot be ended are told, and the others are ended.
    """
    how = "Gracefully: the Actor has 30 seconds to save its state." if gracefully else "This is done at once."
    return _order(lambda id: Order(Deed.ABORT, id, gracefully=gracefully), how, **asked)


@click.command("reboot", cls=Command, examples=(("runmon reboot RUN", "ask, then restart its container"),))
@order_options
@several
def reboot_command(**asked: Any) -> int:
    """Stop the container of each running TARGET and start it again, on the same storages."""
    return _order(lambda id: Order(Deed.REBOOT, id), "What is held in memory is lost.", **asked)


@click.command(
    "resurrect",
    cls=Command,
    examples=(
        ("runmon resurrect RUN", "let a finished run go on"),
        ("runmon resurrect RUN --memory 4096 --timeout 7200", "with more memory and time"),
        ("runmon resurrect RUN RUN", "ask once, then let both go on"),
    ),
)
@click.option("--build", metavar="BUILD", help="A tag or number of a build.")
@click.option("--memory", type=click.IntRange(128, 32_768), metavar="MB", help="A power of 2.")
@click.option("--timeout", type=click.IntRange(min=0), metavar="S", help="Seconds; 0 for no limit.")
@click.option("--max-charge", type=click.FloatRange(min=0, min_open=True), metavar="USD",
              help="The most that its events may charge.")  # fmt: skip
@order_options
@several
def resurrect_command(
    build: str | None, memory: int | None, timeout: int | None, max_charge: float | None, **asked: Any
) -> int:
    """Let the finished run of each TARGET live again, on its storages. What is not given stays as it was."""

    def order(run_id: str) -> Order:
        return Order(
            Deed.RESURRECT,
            run_id,
            build=build,
            memory_mb=memory,
            timeout_s=timeout,
            max_charge_usd=max_charge,
        )

    return _order(order, "", **asked)


@click.command(
    "requeue",
    cls=Command,
    examples=(
        ("runmon requeue RUN --dry-run", "list the failed requests"),
        ("runmon requeue RUN --resurrect", "put them back, and let the run go on"),
        ("runmon requeue RUN --undo FILE", "have them as they were"),
    ),
)
@click.option("--dry-run", is_flag=True, help="Only list what failed, one URL a line.")
@click.option("--resurrect", is_flag=True, help="Then let the finished run live again.")
@click.option("--undo", type=click.Path(path_type=Path), metavar="FILE", help="Put back what FILE has kept.")
@order_options
@click.argument("target")
def requeue_command(dry_run: bool, resurrect: bool, undo: Path | None, **asked: Any) -> None:
    """Put the failed requests of TARGET back into its queue, as if they had never been tried.

    As they were, they are kept in a file, which is named.
    """
    yes = asked["yes"]
    with _writable(change=not dry_run, **asked) as run:
        asyncio.run(_undo(run, undo, yes) if undo else _requeue(run, dry_run, resurrect, yes))


@contextmanager
def _writable(
    *,
    change: bool = True,
    target: str,
    status: str | None,
    api_url: str | None,
    token_file: str | None,
    anonymous: bool,
    **_other: object,
) -> Iterator[Reached]:
    """The run that the target means; BadInput where nothing may be changed."""
    if change:
        _permitted()
    asked = server(api_url=api_url, token_file=token_file, anonymous=anonymous)
    with reached(target, asked, status=status) as run:
        if change and run.read_only:
            raise BadInput("A folder can only be looked at.", hint="Give the run itself.")
        yield run


def _permitted() -> None:
    """BadInput where the settings forbid every order."""
    if settings_here().settings.read_only:
        raise BadInput("The settings forbid to change anything (read_only).")


def _order(make: Make, consequence: str, *, targets: Sequence[str], yes: bool, **asked: Any) -> int:
    """Ask once, then give the order to each run; the exit code."""
    _permitted()
    with ExitStack() as opened:
        tally = Tally(alone=len(targets) == 1)
        runs: dict[str, Reached] = {}
        for target in targets:
            with tally.of(target):
                run = opened.enter_context(_writable(target=target, **asked))
                runs.setdefault(run.run_id, run)
        asyncio.run(_carried_out(runs.values(), make, consequence, yes, tally))
    return tally.code


class Tally:
    """What became of each target. What goes wrong with the only one is raised, with one of several told."""

    def __init__(self, *, alone: bool) -> None:
        self.alone = alone
        self.codes: set[int] = set()

    @contextmanager
    def of(self, target: str) -> Iterator[None]:
        """One target's part. A text that means no run is raised always, before anything is done."""
        try:
            yield
        except RunmonError as error:
            if self.alone or isinstance(error, BadTarget):
                raise
            complain(f"{target}: {error}")
            self.codes.add(error.exit_code)

    @property
    def code(self) -> int:
        """What the failures have in common, else that something could not be done."""
        return Exit.OK if not self.codes else self.codes.pop() if len(self.codes) == 1 else Exit.FAILED


async def _carried_out(
    runs: Iterable[Reached], make: Make, consequence: str, yes: bool, tally: Tally
) -> None:
    from runmon.watch.orders import carry_out

    able: list[tuple[Reached, Order, Run]] = []
    for run in runs:
        with tally.of(run.run_id):
            before, order = (await look(run)).view, make(run.run_id)
            if not possible(order.deed, before):
                raise BadInput(f"The run {run.run_id} {_NO_WAY[order.deed]}: it is {before.status}.")
            able.append((run, order, before))
    if not able:
        return
    _ask(_question(able, consequence), yes)
    for run, order, before in able:
        with tally.of(run.run_id):
            async with run.server.api(patience=QUICK) as api:
                document = await carry_out(api, order, before)
            show(f"{document.view.id or run.run_id}  {document.view.status}")


def _question(able: Sequence[tuple[Reached, Order, Run]], consequence: str) -> str:
    """One question that names every run; what a resurrection costs is told of each."""
    deed = able[0][1].deed
    named = [f"{run.run_id} ({before.status})" for run, _order, before in able]
    if deed is Deed.RESURRECT:
        prices = [price_of_more(before, datetime.now(UTC)) for _run, _order, before in able]
    else:
        prices = [""] * len(able)
    if len(able) == 1:
        return f"{deed.value.capitalize()} the run {named[0]}? {prices[0] or consequence}"
    rows = [f"  {run}  {price}".rstrip() for run, price in zip(named, prices, strict=True)]
    question = f"{deed.value.capitalize()} these {len(able)} runs? {consequence}".rstrip()
    return "\n".join([*rows, question])


async def _requeue(run: Reached, dry_run: bool, resurrect: bool, yes: bool) -> None:
    from runmon.watch.history import state_folder
    from runmon.watch.orders import carry_out
    from runmon.watch.requeue import failed_requests, queue_of, requeue, undo_file

    before = (await look(run)).view
    if resurrect and not dry_run and not possible(Deed.RESURRECT, before):
        raise BadInput(f"The run {run.run_id} {_NO_WAY[Deed.RESURRECT]}.")
    async with run.server.api(patience=QUICK) as api:
        place = queue_of(before)
        failed = [request async for request in failed_requests(api, place)]
        for request in failed if dry_run else failed[:LISTED]:
            (show if dry_run else say)(request.url)
        if dry_run or not failed:
            say(_told(len(failed), "has failed.", "have failed."))
            return
        price = f" {price_of_more(before, datetime.now(UTC))}" if resurrect else ""
        those = "1 failed request" if len(failed) == 1 else f"{len(failed)} failed requests"
        _ask(f"Put {those} of the run {run.run_id} back into its queue?{price}", yes)
        put = await requeue(
            api,
            place,
            [one.id for one in failed],
            undo_file(state_folder() / "undo", run.run_id, datetime.now(UTC)),
        )
        undoing = f"Undo with: runmon requeue {run.run_id} --undo {put.undo}"
        say(f"{_told(put.changed, 'is back.', 'are back.')} {undoing}")
        if resurrect:
            seen = await carry_out(api, Order(Deed.RESURRECT, run.run_id), before)
            show(f"{run.run_id}  {seen.view.status}")


async def _undo(run: Reached, file: Path, yes: bool) -> None:
    from runmon.watch.requeue import queue_of, undo

    before = (await look(run)).view
    _ask(f"Put the requests of {file} back as they were, into the queue of the run {run.run_id}?", yes)
    async with run.server.api(patience=QUICK) as api:
        say(_told(await undo(api, queue_of(before), file), "is as it was.", "are as they were."))


def _told(count: int, one: str, more: str) -> str:
    """`1 request is back.`, `2 requests are back.`"""
    return f"{count} request {one}" if count == 1 else f"{count} requests {more}"


def _ask(question: str, yes: bool) -> None:
    """Go on only if the person says so; BadInput where there is nobody to ask."""
    if yes:
        return
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise BadInput("There is nobody to ask.", hint="Add --yes to do it unasked.")
    for line in question.split("\n"):
        say(line)
    click.echo("Type yes to go on: ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() not in {"yes", "y"}:
        raise click.Abort
