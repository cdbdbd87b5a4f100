"""`runmon config`: every setting, its value and where it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from runmon.cli.commands import Command
from runmon.cli.setting_flags import profile_option, screen_options, settings_here
from runmon.cli.terminal import show
from runmon.settings import Loaded, Settings

EXAMPLES = (
    ("runmon config", "every setting, its value, and where it came from"),
    ("runmon config path", "where the settings file is, or would be"),
    ("runmon config example > FILE", "a settings file that explains itself, everything commented out"),
)


@click.command("config", cls=Command, examples=EXAMPLES)
@click.argument("what", type=click.Choice(["show", "path", "example"]), default="show")
@click.option("--json", "as_json", is_flag=True, help="Print settings and origins as JSON.")
@profile_option
@screen_options
def config_command(what: str, as_json: bool) -> None:
    """Print the settings as they stand, from the file, the environment and the flags.

    Keys that a screen would refuse are told last, and by the exit code."""
    if what == "example":
        click.echo(example())
        return
    whole = settings_here()
    rows = list(listed(whole))
    if what == "path":
        show(str(whole.file))
    elif as_json:
        click.echo(json.dumps({name: {"value": value, "from": came} for name, value, came in rows}, indent=2))
    else:
        _table(rows)
    if what == "show":
        _check_keys(whole)


def _check_keys(whole: Loaded) -> None:
    """BadInput where a screen would refuse the keys."""
    from runmon.ui.keymap import Keymap

    Keymap(whole.settings.keys)


def listed(whole: Loaded) -> Iterator[tuple[str, Any, str]]:
    """Name, value and origin of every setting, changed keys and profiles included."""
    from runmon.settings.table import ROWS

    for row in ROWS:
        yield row.name, value_of(whole.settings, row.name), whole.origins.get(row.name, "default")
    for command, keys in whole.settings.keys.items():
        yield f"keys.{command}", list(keys), whole.origins[f"keys.{command}"]
    for profile in whole.settings.profiles.values():
        place = profile.token_env or profile.token_file or " ".join(profile.token_command) or "no token"
        yield f"profiles.{profile.name}", f"{profile.api_url or 'any address'}, {place}", str(whole.file)


def value_of(settings: Settings, name: str) -> Any:
    """The value of a setting by its name in the file, as JSON has it."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, tuple) else value


def example() -> str:
    """A settings file in which every line is commented out."""
    from runmon.settings.table import ROWS

    lines, table = ["# The settings of runmon. Take the # away from what you want to change.", ""], ""
    for row in ROWS:
        above, _dot, name = row.name.rpartition(".")
        if above != table:
            lines += [f"# [{above}]"]
            table = above
        lines += [
            f"# {row.help} Must be {row.kind.form}. Also: {row.variable}.",
            f"# {name} = {row.example}",
            "",
        ]
    return "\n".join([*lines, *_MORE])


_MORE = (
    "# Keys by command id; runmon keys lists the ids.",
    "# [keys]",
    '# "log.follow" = "T"',
    '# "run.zoom" = ["f", "Z"]',
    "",
    "# Accounts: runmon --profile work. The token is read from token_env, token_file or token_command.",
    "# [profiles.work]",
    '# api_url = "https://api.apify.com"',
    '# token_env = "WORK_TOKEN"',
)


def _table(rows: list[tuple[str, Any, str]]) -> None:
    texts = [(name, json.dumps(value, ensure_ascii=False), came) for name, value, came in rows]
    widths = [max(len(row[column]) for row in texts) for column in (0, 1)]
    for name, value, came in texts:
        show(f"{name:<{widths[0]}}  {value:<{min(widths[1], 48)}}  {came}")
