"""The token: found where Apify's own tools keep it, held so that it cannot be printed by accident."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from runmon.errors import BadInput

_SECRETS = re.compile(
    r"apify_api_\w+"
    r"|(?<=bearer )[^\s\"']+"
    r"|(?<![\w-])(?:token|signature|x-amz-[\w-]+|awsaccesskeyid)=[^\s&\"'<>]+",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
_CLI_SECONDS = 5.0


class Token:
    """An API token. It shows itself as `***`; only `reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """BadInput where the text could not be sent in a header."""
        text = text.strip()
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise BadInput("The token has characters no token has.", hint="Copy it again from Apify Console.")
        self._text = text

    def reveal(self) -> str:
        """The token itself, for the Authorization header only."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a token is not written anywhere")


def find_token(
    environment: Mapping[str, str],
    *,
    home: Path | None = None,
    ask_cli: Callable[[], str | None] | None = None,
) -> Token | None:
    """The person's token: `APIFY_TOKEN`, apify-cli's `auth.json`, then `apify auth token`; else None.

    BadInput where one is found that cannot be a token.
    """
    if environment.get("APIFY_TOKEN"):
        return Token(environment["APIFY_TOKEN"])
    kept = _kept((home or Path.home()) / ".apify" / "auth.json")
    if kept is None:
        return None
    found = kept.get("token") or (ask_cli or _from_cli)()
    return Token(found) if isinstance(found, str) and found not in {"undefined", "null"} else None


def redacted(text: str, token: Token | None = None) -> str:
    """The text with everything that looks like a secret, and the token itself, replaced by `***`."""
    if token is not None:
        text = text.replace(token.reveal(), "***")
    return _SECRETS.sub(lambda found: _masked(found.group()), text)


def _masked(secret: str) -> str:
    name, equals, _value = secret.partition("=")
    return f"{name}=***" if equals else "***"


def _kept(file: Path) -> dict[str, object] | None:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None


def _from_cli() -> str | None:
    """What `apify auth token` prints (it reads the OS keyring); None where absent, slow or logged out."""
    import shutil
    import subprocess

    program = shutil.which("apify")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "auth", "token"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_CLI_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    *_, last = ["", *done.stdout.decode("utf-8", "replace").splitlines()]
    return last.strip() if done.returncode == 0 and _TOKEN.fullmatch(last.strip()) else None
