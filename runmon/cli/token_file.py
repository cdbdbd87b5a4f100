"""The token of a platform that other programs are to use: kept in a file that only its owner reads.

A token in a pipe or a log outlives the moment in which somebody needed it, and others read logs. So it is
shown to a terminal, or put into the file that `--token-file` names, and nowhere else.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from runmon.cli.terminal import say
from runmon.errors import BadInput, LocalFault

_TOKEN = re.compile(r"[!-~]{16,512}")
_OF_APIFY = "apify_api_"


def read_token(file: Path) -> str | None:
    """The token that an earlier start left there, or a person put there; None where there is no file.

    BadInput for what is no token, and for one of Apify itself: the Actors started here would be given it.
    """
    try:
        token = file.read_text("ascii").strip()
        mode = file.stat().st_mode
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no token"
        raise BadInput(f"The token file {file} cannot be read: {reason}.") from None
    if not _TOKEN.fullmatch(token):
        raise BadInput(f"The token file {file} holds no token.", hint="Remove it, and a new one is made.")
    if token.startswith(_OF_APIFY):
        raise BadInput(
            f"The token in {file} opens an account of Apify, and every Actor started here would get it.",
            hint="Name a file that is not there yet.",
        )
    if mode & 0o077:
        say(f"The token file {file} can be read by others: chmod 600 it.")
    return token


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def write_token(file: Path, token: str) -> None:
    """Make the file, for its owner only; one that is there already is not touched. LocalFault."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(file, flags, 0o600), "w") as out:
            out.write(token + "\n")
    except OSError as error:
        raise LocalFault(f"The token file {file} cannot be written: {error.strerror}.") from None
