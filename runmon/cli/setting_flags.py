"""Flags that set what the settings file can set, and the settings as they stand in this command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from runmon.errors import BadInput
from runmon.settings import Loaded, loaded

Command = TypeVar("Command", bound=Callable[..., Any])
_FLAGS = "runmon.flags"


def screen_options(command: Command) -> Command:
    """Adds `--theme`, `--read-only` and `--set`; `settings_here` knows them, the command needs not."""
    for option in reversed(_SCREEN):
        command = option(command)
    return command


def profile_option(command: Command) -> Command:
    """Adds `--profile`; `settings_here` knows it, the command needs not."""
    return _PROFILE(command)


def settings_here() -> Loaded:
    """The settings of file, environment and the flags of the command that runs now; BadInput."""
    context = click.get_current_context(silent=True)
    return loaded(os.environ, context.meta.get(_FLAGS) if context else None)


def _keep(context: click.Context, name: str, text: str, flag: str) -> None:
    context.meta.setdefault(_FLAGS, {})[name] = (text, flag)


def _one(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value:
            _keep(context, name, "true" if value is True else value, parameter.opts[0])

    return keep


def _any(context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> None:
    for text in values:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"--set {text} sets nothing.", hint="Write --set NAME=VALUE; see runmon config.")
        _keep(context, name.strip(), value.strip(), f"--set {name.strip()}")


_PROFILE = click.option(
    "--profile",
    metavar="NAME",
    expose_value=False,
    callback=_one("profile"),
    help="Use an account of the settings file.",
)
_SCREEN = (
    click.option(
        "--theme", metavar="NAME", expose_value=False, callback=_one("theme"), help="Colours of the screen."
    ),
    click.option(
        "--read-only",
        is_flag=True,
        expose_value=False,
        callback=_one("read_only"),
        help="Take away everything that changes a run.",
    ),
    click.option(
        "--set",
        multiple=True,
        metavar="NAME=VALUE",
        expose_value=False,
        callback=_any,
        help="Set anything that runmon config lists.",
    ),
)
