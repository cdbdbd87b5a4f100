"""The `runmon` command: whatever happens below ends here as one sentence and one exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from runmon import __version__
from runmon.cli.commands import NAMES, Group, Known
from runmon.cli.exits import EndedBySignal, Exit
from runmon.cli.terminal import (
    complain,
    defect,
    guard_logs,
    guard_threads,
    on_terminal,
    prepare_streams,
    say,
    silence_stdout,
    unwritable,
)
from runmon.errors import AlreadyThere, RunmonError, as_sentence

TABLE = {
    "watch": Known("runmon.cli.watch", "watch_command", "Watch a run live (also: runmon TARGET)."),
    "runs": Known("runmon.cli.runs", "runs_command", "List runs, live (also: runmon alone)."),
    "demo": Known("runmon.cli.demo", "demo_command", "Run the bundled demo crawl and watch it."),
    "dev": Known("runmon.cli.dev", "dev_command", "Start an Actor on this machine and watch it."),
    "open": Known("runmon.cli.open", "open_command", "Look at a folder or bundle of a run."),
    "serve": Known("runmon.cli.serve", "serve_command", "Serve the Apify API here, for other tools."),
    "log": Known("runmon.cli.log", "log_command", "Print a run's log, and follow it."),
    "items": Known("runmon.cli.items", "items_command", "Print or save the items of a run's dataset."),
    "records": Known("runmon.cli.records", "records_command", "Print the keys of a run's key-value store."),
    "get": Known("runmon.cli.records", "get_command", "Print or save a record of a run."),
    "status": Known("runmon.cli.status", "status_command", "Print how a run stands."),
    "abort": Known("runmon.cli.act", "abort_command", "End a run."),
    "reboot": Known("runmon.cli.act", "reboot_command", "Start the container of a run anew."),
    "resurrect": Known("runmon.cli.act", "resurrect_command", "Let a finished run live again."),
    "requeue": Known("runmon.cli.act", "requeue_command", "Put failed requests back into the queue."),
    "wait": Known("runmon.cli.wait", "wait_command", "Wait for a run's end; its outcome is the exit code."),
    "config": Known("runmon.cli.config", "config_command", "Print every setting and where it came from."),
    "keys": Known("runmon.cli.keys", "keys_command", "Print the key map."),
    "doctor": Known("runmon.cli.doctor", "doctor_command", "Check terminal, token, network; say what to do."),
}

YOUNG = 250_000
"""New objects between two collections of garbage: more than a start makes, of which hardly any is garbage."""

EXAMPLES = (
    ("runmon demo", "see it at work on a crawl of this machine"),
    ("runmon", "all runs of the account and of this machine, live"),
    ("runmon HG7ML7M8z78YcAPEB", "watch a run by its id, or by any Console or API URL"),
    ("runmon apify/hello-world", "watch the last run of an Actor"),
    ("runmon dev -- python -m my_actor", "start an Actor here and watch it"),
    ("runmon open ./storage", "look at what a run left behind"),
    ("runmon serve --actor shop='python -m shop'", "let any Apify client start Actors here"),
    ("runmon log -f RUN | grep ERROR", "follow a log without a screen"),
    ("runmon wait RUN && deploy", "go on when a run has succeeded"),
)


@click.group(cls=Group, table=TABLE, examples=EXAMPLES, context_settings=NAMES, invoke_without_command=True)
@click.version_option(__version__, prog_name="runmon", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int | None:
    """Watch an Apify Actor run live from a terminal, and see why it failed.

    TARGET is a run id, a Console or API URL, user/actor for its last run, a folder, or a bundle.

    The token is read from --token-file, APIFY_TOKEN, or the login of apify-cli; without one, what is shared
    publicly can be watched.
    """
    if context.invoked_subcommand is not None:
        guard_logs()
        return None
    if on_terminal() and sys.stdin is not None and sys.stdin.isatty():
        from runmon.cli.runs import runs_command

        code: int = context.invoke(runs_command)
        return code
    click.echo(context.get_help())
    return Exit.OK if on_terminal() else Exit.BAD_INPUT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing is raised."""
    try:
        code = _invoke(sys.argv[1:] if arguments is None else list(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except AlreadyThere as error:
        complain(f"{error.sentence} Choose another name, or overwrite it with --force.")
        return error.exit_code
    except RunmonError as error:
        complain(str(error))
        return error.exit_code
    except click.ClickException as error:
        complain(f"{as_sentence(error.format_message())}{_usage(error)}")
        return Exit.BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except EndedBySignal as ended:
        return ended.exit_code
    except BrokenPipeError:
        silence_stdout()
        return Exit.PIPE_CLOSED
    except Exception as error:
        say(unwritable(error) or defect(error))
        return Exit.FAILED
    return code if isinstance(code, int) else Exit.OK


def _invoke(arguments: list[str]) -> object:
    """What click's own `main` does, but for its way with closed pipes, which hides them."""
    if "_RUNMON_COMPLETE" in os.environ:
        return cli.main(arguments, prog_name="runmon")
    with cli.make_context("runmon", arguments) as context:
        return cli.invoke(context)


def run() -> NoReturn:
    """The whole command, from its arguments to its exit code."""
    gc.set_threshold(YOUNG)
    prepare_streams()
    guard_threads()
    sys.exit(int(main()))


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" See {context.command_path} --help." if context is not None else ""
