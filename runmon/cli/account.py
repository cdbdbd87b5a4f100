"""Whose token is sent: from a flag, a profile, the environment, or the login of apify-cli."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from runmon.api.credentials import Token, find_token
from runmon.errors import BadInput
from runmon.settings import Loaded, Profile

COMMAND_S = 30.0
"""How long a command may take to print a token: it may ask for a password."""


class Account(msgspec.Struct, frozen=True):
    """The token, and where it came from in words."""

    token: Token | None
    source: str


def account(whole: Loaded, *, token_file: str | None = None, anonymous: bool = False) -> Account:
    """The token to send, and its source; BadInput where one is named that cannot be had."""
    if anonymous:
        return Account(None, "none, because of --anonymous")
    if token_file:
        return Account(token_from_file(token_file), f"the file {token_file}")
    profile = whole.chosen
    if profile is not None and profile.keeps_token and whole.profile_wins(_origin_of_token(os.environ)):
        return Account(*_of_profile(profile))
    if profile is not None and whole.origins.get("api_url") == f"profile {profile.name}":
        return Account(None, f"none: the profile {profile.name} names an address, and no token for it")
    return _usual(os.environ)


def token_from_file(name: str) -> Token:
    """The token that a file holds, or the first line of stdin for `-`; BadInput."""
    if name == "-":
        return Token(sys.stdin.readline())
    try:
        return Token(Path(name).expanduser().read_text().strip())
    except UnicodeDecodeError:
        raise BadInput(f"The token file {name} does not hold a token.") from None
    except OSError as error:
        raise BadInput(f"The token file {name} cannot be read: {error.strerror}.") from None


def _origin_of_token(environment: Mapping[str, str]) -> str:
    return "APIFY_TOKEN" if environment.get("APIFY_TOKEN") else "default"


def _usual(environment: Mapping[str, str]) -> Account:
    token = find_token(environment)
    if token is None:
        return Account(None, "none found")
    return Account(token, "APIFY_TOKEN" if environment.get("APIFY_TOKEN") else "the login of apify-cli")


def _of_profile(profile: Profile) -> tuple[Token, str]:
    said = f"the profile {profile.name}"
    if profile.token_file:
        return token_from_file(profile.token_file), f"{said}: the file {profile.token_file}"
    if profile.token_command:
        return _printed(profile), f"{said}: the command {profile.token_command[0]}"
    if text := os.environ.get(profile.token_env):
        return Token(text), f"{said}: {profile.token_env}"
    raise BadInput(f"The profile {profile.name} takes its token from {profile.token_env}, which is not set.")


def _printed(profile: Profile) -> Token:
    import subprocess

    words, named = profile.token_command, f"The token command of the profile {profile.name}"
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=COMMAND_S, check=False)
    except subprocess.TimeoutExpired:
        raise BadInput(f"{named} did not end within {COMMAND_S:.0f} s.") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{named} cannot be run: {getattr(error, 'strerror', None) or error}.") from None
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    if done.returncode or not lines[0].strip():
        raise BadInput(f"{named} printed no token (exit code {done.returncode}).")
    return Token(lines[0])
