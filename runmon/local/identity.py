"""Who and what is meant: ids in Apify's shape, the local user, times as the API writes them."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from datetime import UTC, datetime

ID_LETTERS = string.ascii_letters + string.digits
ID_LENGTH = 17
LEGAL_ID = re.compile(r"[A-Za-z0-9]{1,32}")

LOCAL_USER_ID = "runmonLocalUser00"
FEATURES = (
    "ACTORS",
    "STORAGE",
    "SCHEDULER",
    "PROXY",
    "PROXY_EXTERNAL_ACCESS",
    "PROXY_RESIDENTIAL",
    "PROXY_SERPS",
    "WEBHOOKS",
    "ACTORS_PUBLIC_ALL",
    "ACTORS_PUBLIC_DEVELOPER",
)


def feature(name: str) -> dict[str, object]:
    """A platform feature as the user object shows it: Actors and storages are here, the rest is not."""
    here = name in {"ACTORS", "STORAGE"}
    reason = None if here else "The local platform has no such service"
    kind = None if here else "DISABLED"
    return {
        "isEnabled": here,
        "disabledReason": reason,
        "disabledReasonType": kind,
        "isTrial": False,
        "trialExpirationAt": None,
    }


LOCAL_USER: dict[str, object] = {
    "id": LOCAL_USER_ID,
    "username": "local",
    "profile": {"name": "Local platform of runmon"},
    "isPaying": False,
    "createdAt": "2026-01-01T00:00:00.000Z",
    "plan": {
        "id": "LOCAL",
        "description": "Runs on this machine",
        "isEnabled": True,
        "availableProxyGroups": {},
    },
    "effectivePlatformFeatures": {name: feature(name) for name in FEATURES},
}
"""The only user of a local platform; every token holder is this one. It has no proxy."""


def new_id() -> str:
    """A fresh random id of 17 letters and digits."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


def derived_id(*parts: str) -> str:
    """The same 17 letters and digits for the same parts, so that a folder keeps its ids when opened again."""
    rest = int.from_bytes(hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).digest())
    letters = []
    for _ in range(ID_LENGTH):
        rest, place = divmod(rest, len(ID_LETTERS))
        letters.append(ID_LETTERS[place])
    return "".join(letters)


def actor_id(name: str) -> str:
    """The id of the Actor of that name."""
    return derived_id("actor", name)


def legal_id(value: object) -> bool:
    """Whether a value can be an id here: 1 to 32 ASCII letters and digits."""
    return isinstance(value, str) and LEGAL_ID.fullmatch(value) is not None


def api_time(moment: datetime) -> str:
    """A moment as the API writes it: `2026-11-23T18:16:13.562Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def now_text() -> str:
    """The present moment as the API writes it."""
    return api_time(datetime.now(UTC))


def file_time(seconds: float) -> str:
    """A file's time (seconds since 1970) as the API writes it."""
    return api_time(datetime.fromtimestamp(seconds, UTC))


def read_time(text: object) -> datetime | None:
    """A moment in any ISO 8601 form both Crawlee dialects use, in UTC; None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
