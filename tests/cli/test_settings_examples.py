"""Every example of a setting, wherever a person reads one, works when it is copied as it stands."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from runmon.cli.config import example
from runmon.cli.main import cli
from runmon.settings import FILE_VARIABLE, loaded
from runmon.settings.table import KEYS_VARIABLE
from runmon.ui.keymap import Keymap

README = Path(__file__).parents[2] / "README.md"
VARIABLE = re.compile(r"""\b(RUNMON_[A-Z_]+)=('[^']*'|"[^"]*"|[^\s`)]+)""")
FLAG = re.compile(r"--set ((?!NAME=)[a-z_.]+)=([^\s`),]+)")


def help_texts() -> Iterator[str]:
    """What `runmon COMMAND --help` says, unbroken."""
    wide: dict[str, Any] = {**cli.context_settings, "terminal_width": 10_000, "max_content_width": 10_000}
    root = click.Context(cli, info_name="runmon", **wide)
    yield cli.get_help(root)
    for name in cli.list_commands(root):
        command = cli.get_command(root, name)
        assert command is not None
        inner = click.Context(command, root, info_name=name, terminal_width=10_000, max_content_width=10_000)
        yield command.get_help(inner)


def uncommented(text: str) -> str:
    """The example with the # taken away from every line that sets something."""
    settings = re.compile(r'\[[a-z.]+\]|"?[a-z_.]+"? = ')
    return "\n".join(line[2:] for line in text.split("\n") if settings.match(line[2:]))


def files() -> list[str]:
    """Whole files, as TOML."""
    return [*re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL), uncommented(example())]


def environments() -> list[dict[str, str]]:
    """Variables, each by itself."""
    texts = [README.read_text(), *help_texts()]
    found = [{name: shlex.split(value)[0]} for text in texts for name, value in VARIABLE.findall(text)]
    return [one for one in found if FILE_VARIABLE not in one]


def flags() -> list[tuple[str, str]]:
    """What `--set` is given: name and value."""
    texts = [README.read_text(), *help_texts()]
    return [pair for text in texts for pair in FLAG.findall(text)]


@pytest.mark.parametrize("text", files())
def test_a_settings_file_that_is_shown_can_be_used(text: str, tmp_path: Path) -> None:
    kept = tomllib.loads(text)
    (tmp_path / "config.toml").write_text(text)

    found = loaded({FILE_VARIABLE: str(tmp_path / "config.toml")}).settings

    assert set(Keymap(found.keys).changed) == set(kept["keys"])
    assert found.theme == kept["theme"] and set(found.profiles) == set(kept["profiles"])


@pytest.mark.parametrize("environment", environments(), ids=str)
def test_a_variable_that_is_shown_can_be_used(environment: dict[str, str], tmp_path: Path) -> None:
    found = loaded({FILE_VARIABLE: str(tmp_path / "none.toml"), **environment})

    assert set(found.origins.values()) == set(environment)
    Keymap(found.settings.keys)


@pytest.mark.parametrize(("name", "value"), flags())
def test_a_flag_that_is_shown_can_be_used(name: str, value: str, tmp_path: Path) -> None:
    found = loaded({FILE_VARIABLE: str(tmp_path / "none.toml")}, {name: (value, "--set")})

    assert found.origins[name] == "--set"
    Keymap(found.settings.keys)


def test_the_examples_are_found() -> None:
    assert len(files()) == 2
    assert any(KEYS_VARIABLE in one for one in environments())
    assert ("pace", "10") in flags()
