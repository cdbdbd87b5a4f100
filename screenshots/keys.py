"""The README's table of keys, made from the one command table."""

from __future__ import annotations

import re
from pathlib import Path

from runmon.ui.commands import SCOPES, commands, key_name, written

README = Path(__file__).parents[1] / "README.md"
_BETWEEN = re.compile(r"(<!-- keys:.*?-->\n).*?(<!-- /keys -->)", re.DOTALL)


def table() -> str:
    """Markdown: one row per command, headed by where it works."""
    rows = ["| where | key | what it does |", "|---|---|---|"]
    for scope, heading in SCOPES.items():
        for number, command in enumerate(commands(scope)):
            names = [key_name(command), *map(written, command.keys[1:])]
            keys = " ".join(f"`{name}`" for name in names)
            rows.append(f"| {'' if number else heading} | {keys} | {command.help} |")
    return "\n".join(rows) + "\n"


def with_keys(readme: str) -> str:
    """The README with its table made anew."""
    return _BETWEEN.sub(lambda found: found[1] + table() + found[2], readme)


def write() -> None:
    """Bring the README's table up to date."""
    README.write_text(with_keys(README.read_text("utf-8")), "utf-8")
