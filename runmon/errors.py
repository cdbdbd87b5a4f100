"""What can go wrong, each with a sentence for a person and an exit code for a script.

RunmonError
├── BadInput              what was typed or configured cannot be used            5
│   └── BadTarget         no run, URL or folder is meant by it                   5
├── NotFound              the run, storage or record is not there              250
├── NoAccess              the server wants a (better) token                      4
│   ├── NeedsToken        401, or 404 "or token" without one
│   └── Forbidden         403, 402
├── LinkError             the server could not be reached or did not finish      6
│   ├── Unreachable       no connection
│   ├── TooSlow           a deadline passed
│   ├── CutShort          the answer broke off
│   ├── NotApify          something answered, but not an Apify-shaped API
│   └── Unsure            an order was sent, and nothing shows whether it was obeyed
├── Refused               the server said no (4xx)                               1
│   └── RateLimited       429
├── ServerFault           the server failed (5xx)                                6
├── TooLarge              a body is larger than this program takes               1
└── LocalFault            a file, a process or the local platform failed         1
    └── AlreadyThere      a file would have to be overwritten                    1
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class RunmonError(Exception):
    """An error with a sentence: what happened, where, and what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        """What happened and where. May hold text from a server: show it only through `render.untrusted`."""
        self.hint = hint
        """What to do about it, in our own words; may be empty."""

    def __str__(self) -> str:
        return f"{self.sentence} {self.hint}".rstrip()


class BadInput(RunmonError):
    """What was typed or configured cannot be used."""

    exit_code = 5


class BadTarget(BadInput):
    """No run, URL or folder is meant by the target."""


class LocalFault(RunmonError):
    """A file, a process or the local platform failed."""


class AlreadyThere(LocalFault):
    """A file is there already under the name that another is to get."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already.", hint="Choose another name, or overwrite it.")
        self.path = path


class ApiError(RunmonError):
    """Something about a server: its status (0 where there was no answer) and Apify's error type, if any."""

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        status: int = 0,
        kind: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.status = status
        self.kind = kind
        """Apify's error type, such as `record-not-found`; empty where none came."""
        self.retry_after = retry_after
        """Seconds the server asked to wait, clamped to 0…300; None where it did not ask."""


class NotFound(ApiError):
    """The run, storage, record or request is not there."""

    exit_code = 250


class NoAccess(ApiError):
    """The server wants a token, or a better one."""

    exit_code = 4


class NeedsToken(NoAccess):
    """401: no token was sent, or one that is not valid."""


class Forbidden(NoAccess):
    """403 or 402: the token is known and not allowed."""


class LinkError(ApiError):
    """The server could not be reached, or its answer did not arrive whole. Trying again may help."""

    exit_code = 6


class Unreachable(LinkError):
    """No connection."""


class TooSlow(LinkError):
    """A deadline passed."""


class CutShort(LinkError):
    """The answer broke off before its end."""


class NotApify(LinkError):
    """Something answered, but not an Apify-shaped API (a captive portal, a proxy page, broken JSON)."""


class Unsure(LinkError):
    """The answer to an order was lost, and the run does not show whether it obeyed."""


class Refused(ApiError):
    """The server understood and said no (another 4xx)."""


class RateLimited(Refused):
    """429: too many requests."""

    exit_code = 6


class ServerFault(ApiError):
    """The server failed (5xx). Trying again may help."""

    exit_code = 6


class TooLarge(ApiError):
    """A body is larger than the caller allowed."""


def as_sentence(words: str) -> str:
    """Somebody else's words as a sentence, so that the next does not run on."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
