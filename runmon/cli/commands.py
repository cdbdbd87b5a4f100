"""How commands look: examples first, a bare target means watch, a typo gets a suggestion, imports wait."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

NAMES = {"help_option_names": ["-h", "--help"]}


class Command(click.Command):
    """A command whose help shows examples before anything else."""

    def __init__(self, *args: Any, examples: tuple[tuple[str, str], ...] = (), **options: Any) -> None:
        """`examples` are pairs of a command line and what it does."""
        options.setdefault("context_settings", NAMES)
        super().__init__(*args, **options)
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, then what click shows."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)


class Known(NamedTuple):
    """A command that is imported when it is used."""

    module: str
    name: str
    help: str


class Group(click.Group):
    """Knows its commands by a table; what is no command is a target to watch."""

    def __init__(
        self, *args: Any, table: dict[str, Known], examples: tuple[tuple[str, str], ...], **options: Any
    ):
        super().__init__(*args, **options)
        self.table = table
        self.examples = examples

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        known = self.table.get(cmd_name)
        if known is None:
            return None
        command: click.Command = getattr(import_module(known.module), known.name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads `runmon TARGET` and `runmon --option … TARGET` as `runmon watch …`.

        Options may come before the command: `runmon --option … COMMAND` is `runmon COMMAND --option …`.
        """
        if args and args[0] not in self.table and args[0] not in {"-h", "--help", "--version"}:
            at = self._first_word(ctx, args)
            word = args[at] if at < len(args) else ""
            if word in self.table:
                args = [word, *args[:at], *args[at + 1 :]]
            else:
                _suggest(word, list(self.table), ctx)
                args = ["watch", *args]
        return super().parse_args(ctx, args)

    def _first_word(self, ctx: click.Context, args: list[str]) -> int:
        """Where the command or the target stands behind options and their values; the length for nowhere.

        What no command's name follows an option that is not of `watch` is taken for its value.
        """
        watch = self.get_command(ctx, "watch")
        known = {name: one for one in watch.params for name in one.opts} if watch else {}
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] not in {"-", "--"}:
            name, equals, _value = args[at].partition("=")
            option = known.get(name)
            at += 1
            if equals or at == len(args) or (isinstance(option, click.Option) and option.is_flag):
                continue
            if option is not None or (args[at] not in self.table and not args[at].startswith("-")):
                at += 1
        return at if at < len(args) and args[at] != "--" else len(args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, then what click shows."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, known.help) for name, known in self.table.items()])


def write_examples(formatter: click.HelpFormatter, examples: tuple[tuple[str, str], ...]) -> None:
    """The examples as a section of the help."""
    if examples:
        with formatter.section("Examples"):
            formatter.write_dl(list(examples))
        formatter.write_paragraph()


def _suggest(word: str, commands: list[str], ctx: click.Context) -> None:
    """UsageError where the word is nearly a command and cannot be a folder."""
    import difflib

    near = difflib.get_close_matches(word, commands, n=1, cutoff=0.7)
    if near and not Path(word).exists():
        raise click.UsageError(f"There is no command {word!r}. Did you mean {near[0]!r}?", ctx)
