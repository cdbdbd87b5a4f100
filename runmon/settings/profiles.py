"""The accounts of the file: `[profiles.NAME]`, each with an address and a place of its token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runmon.errors import BadInput
from runmon.settings.kinds import command_words
from runmon.settings.values import Profile

_SOURCES = ("token_env", "token_file", "token_command")
_KNOWN = ("api_url", *_SOURCES)


def profiles_of(table: object, file: Path) -> dict[str, Profile]:
    """The profiles by their names; BadInput."""
    if not isinstance(table, dict):
        raise BadInput(f"In {file}, profiles must be tables: write [profiles.NAME].")
    return {name: _profile(name, kept, file) for name, kept in table.items()}


def _profile(name: str, kept: object, file: Path) -> Profile:
    if not isinstance(kept, dict):
        raise BadInput(f"In {file}, the profile {name} must be a table: write [profiles.{name}].")
    if "token" in kept:
        raise BadInput(
            f"The profile {name} in {file} holds a token, where others may read it.",
            hint="Name its place instead: token_env, token_file or token_command.",
        )
    _refuse_unknown(name, kept, file)
    return Profile(name, **{key: _value(name, key, value, file) for key, value in kept.items()})


def _refuse_unknown(name: str, kept: Mapping[str, object], file: Path) -> None:
    if unknown := ", ".join(sorted(kept.keys() - set(_KNOWN))):
        known = ", ".join(_KNOWN)
        raise BadInput(
            f"The profile {name} in {file} names what is not known: {unknown}.", hint=f"Known: {known}."
        )
    if len(sources := [key for key in _SOURCES if key in kept]) > 1:
        raise BadInput(f"The profile {name} in {file} names its token twice: {', '.join(sources)}.")


def _value(name: str, key: str, value: object, file: Path) -> Any:
    try:
        if key == "token_command":
            if words := command_words(value):
                return words
        elif isinstance(value, str) and value.strip() and value.isprintable():
            return value.strip()
    except ValueError:
        pass
    raise BadInput(f"In {file}, {key} of the profile {name} must be text.")
