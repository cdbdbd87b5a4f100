"""What a person may type or paste to mean a run: an id, a URL of Console or API, an Actor, a folder."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import msgspec

from runmon.api.address import Address, origin_of
from runmon.errors import BadTarget

FORMS = (
    "Give a run id, a Console or API URL of a run, user/actor for its last run, @last for your last run, "
    "a storage folder or a bundle, or - for the newest run of this machine."
)
BAD_ENDS = "FAILED,TIMED-OUT"
"""What `--failed` means: ends of which somebody asks why, without those that a person wanted."""

_ID = r"[A-Za-z0-9_-]{1,64}"
_APIFY_ID = re.compile(r"[A-Za-z0-9]{17}")
_RUN_ID = re.compile(_ID)
_ACTOR = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)[/~]([A-Za-z0-9][A-Za-z0-9._-]*)")
_RUN_IN_PATH = re.compile(rf"(?:^|/)(?:actor-runs|runs|logs)/({_ID})(?=/|$)")
_LAST_IN_PATH = re.compile(r"/(?:actors|acts)/([^/]+)/runs/last(?=/|$)")
_ACTOR_IN_PATH = re.compile(
    rf"(?:^|/)(?:actors|acts)/(?!tasks/|runs/|runs$|tasks$)({_ID}|[^/]+~[^/]+)(?=/|$)"
)
_STORE_PATH = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._-]*)/([A-Za-z0-9][A-Za-z0-9._-]*)/?")
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)*apify\.com/", re.IGNORECASE)


class RunTarget(msgspec.Struct, frozen=True):
    """A run by its id."""

    run_id: str


class LastRunTarget(msgspec.Struct, frozen=True):
    """The last run of an Actor, of one status if any is named."""

    actor: str
    """An Actor id, or `user~actor`; empty for the last run of the account, of whatever Actor."""
    status: str | None = None
    """One status or several with commas between."""


class FolderTarget(msgspec.Struct, frozen=True):
    """A storage folder, a run folder, or a bundle on this machine."""

    path: Path


class NewestTarget(msgspec.Struct, frozen=True):
    """The newest run of this machine."""


Target = RunTarget | LastRunTarget | FolderTarget | NewestTarget


def parse(text: str, *, where: Address, status: str | None = None) -> Target:
    """What is meant by `text`, asked of the server `where`; BadTarget where nothing can be.

    `status` narrows the last run of an Actor, and is refused for anything else.
    """
    target = _parse(text.strip(), where)
    if status is None:
        return target
    if not isinstance(target, LastRunTarget):
        flag = "--failed" if status == BAD_ENDS else "--status"
        raise BadTarget(
            f"{flag} chooses among the runs of an Actor.", hint="Give it with user/actor or @last."
        )
    return LastRunTarget(target.actor, status)


def _parse(text: str, where: Address) -> Target:
    if text == "-":
        return NewestTarget()
    if text == "@last":
        return LastRunTarget("")
    if "://" in text or _BARE_HOST.match(text):
        return _from_url(text if "://" in text else f"https://{text}", where)
    if _APIFY_ID.fullmatch(text):
        return RunTarget(text)
    if _is_path(text):
        return FolderTarget(Path(text).expanduser())
    if _RUN_ID.fullmatch(text):
        return RunTarget(text)
    if actor := _ACTOR.fullmatch(text):
        return LastRunTarget(f"{actor[1]}~{actor[2]}")
    raise BadTarget(f"{_short(text)} is no run.", hint=FORMS)


def _is_path(text: str) -> bool:
    if text.startswith((".", "/", "~/", "~\\")) or text.endswith((".zip", ".arun", "/")):
        return True
    try:
        return bool(text) and Path(text).exists()
    except (OSError, ValueError):
        return False


def _from_url(text: str, where: Address) -> Target:
    try:
        url = urlsplit(text)
        host, _port = url.hostname or "", url.port
    except ValueError:
        raise BadTarget(f"{_short(text)} is not a URL.", hint=FORMS) from None
    if url.scheme not in {"http", "https"} or not host:
        raise BadTarget(f"{_short(text)} is not an http(s) URL.", hint=FORMS)
    _refuse_other_server(url, where)
    path = unquote(url.path)
    if last := _LAST_IN_PATH.search(path):
        return LastRunTarget(
            last[1].replace("/", "~"), next(iter(parse_qs(url.query).get("status", [])), None)
        )
    for place in (path, unquote(url.fragment)):
        if found := _RUN_IN_PATH.search(place):
            return RunTarget(found[1])
    return _actor_of(path, host, text)


def _refuse_other_server(url: SplitResult, where: Address) -> None:
    """An API URL of another server is no target: our token must not follow a pasted address."""
    if "/v2/" in f"{url.path}/" and origin_of(url.geturl()) != where.origin:
        base = url.path.split("/v2", 1)[0]
        other = f"{url.scheme}://{url.netloc.rpartition('@')[2]}{base}"
        raise BadTarget(
            f"That URL is of {other}, while {where.url} is asked.",
            hint=f"Add --api-url {other} to ask there.",
        )


def _actor_of(path: str, host: str, text: str) -> Target:
    if actor := _ACTOR_IN_PATH.search(path):
        return LastRunTarget(actor[1])
    if host in {"apify.com", "www.apify.com"} and (named := _STORE_PATH.fullmatch(path)):
        return LastRunTarget(f"{named[1]}~{named[2]}")
    raise BadTarget(f"{_short(text)} is not the URL of a run.", hint=FORMS)


def _short(text: str) -> str:
    """The text quoted, without a query, which may hold a token."""
    return repr(text.partition("?")[0][:80])
