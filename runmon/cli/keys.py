"""`runmon keys`: the key map, with the ids that the settings name."""

from __future__ import annotations

import json

import click

from runmon.cli.commands import Command as Cli
from runmon.cli.setting_flags import screen_options, settings_here
from runmon.cli.terminal import show

EXAMPLES = (
    ("runmon keys", "every command: its id, its keys, what it does"),
    ("runmon keys log", "those of the log"),
    ("RUNMON_KEYS='log.follow=T' runmon keys", "with a key of your own, marked *"),
)


@click.command("keys", cls=Cli, examples=EXAMPLES)
@click.argument("scope", default="")
@click.option("--json", "as_json", is_flag=True, help="Print the map as JSON.")
@screen_options
def keys_command(scope: str, as_json: bool) -> None:
    """Print the key map; a key of the settings is marked *. SCOPE is the part of an id before its dot."""
    from runmon.errors import BadInput
    from runmon.ui.commands import COMMANDS, SCOPES, written
    from runmon.ui.keymap import Keymap

    if scope and scope not in SCOPES:
        raise BadInput(f"There is no scope {scope!r}.", hint=f"Known: {', '.join(SCOPES)}.")
    keymap = Keymap(settings_here().settings.keys)
    chosen = [keymap.of(command) for command in COMMANDS if scope in {"", command.scope}]
    if as_json:
        click.echo(json.dumps({one.id: {"keys": one.keys, "help": one.help} for one in chosen}, indent=2))
        return
    for command in chosen:
        mark = "*" if command.id in keymap.changed else " "
        keys = "  ".join(dict.fromkeys(written(key) for key in command.keys)) or "none"
        show(f"{command.id:<24}{mark} {keys:<16} {command.help}")
