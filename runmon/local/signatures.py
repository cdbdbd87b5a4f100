"""Signed addresses: what lets somebody without the token read one dataset, one list of keys or one record.

The algorithm is the one that Apify's clients carry, so that an address signed by either opens here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

from runmon.local.identity import ID_LETTERS

SIGNED_PLACE = re.compile(
    r"(?s)/v2/(?:datasets/[^/]+/items|key-value-stores/[^/]+/(?:keys|records(?:/.+)?)"
    r"|(?:actor-runs/[^/]+|act(?:or)?s/[^/]+/runs/last)/"
    r"(?:dataset/items|key-value-store/(?:keys|records(?:/.+)?)))"
)
"""The paths whose `signature` parameter counts."""

BASE62 = ID_LETTERS[52:] + ID_LETTERS[:52]
VERSION = "0"


def secret_of(master: str, store_id: str) -> str:
    """The `urlSigningSecretKey` of a storage."""
    return hmac.new(master.encode(), store_id.encode(), hashlib.sha256).hexdigest()


def base62(number: int) -> str:
    """A number in digits, lower and upper case letters."""
    digits = ""
    while number:
        number, place = divmod(number, 62)
        digits = BASE62[place] + digits
    return digits or BASE62[0]


def sign(secret: str, message: str) -> str:
    """The first 30 hexadecimal digits of an HMAC-SHA256, in base 62: what signs a record's key."""
    return base62(int(hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:30], 16))


def sign_storage(secret: str, store_id: str, expires_ms: int = 0) -> str:
    """The signature of a storage's items or keys; it holds until `expires_ms` (since 1970), 0 for ever."""
    signed = sign(secret, f"{VERSION}.{expires_ms}.{store_id}")
    return base64.urlsafe_b64encode(f"{VERSION}.{expires_ms}.{signed}".encode()).decode().rstrip("=")


def storage_signed(secret: str, store_id: str, signature: str) -> bool:
    """Whether a signature opens a storage's items or keys now."""
    try:
        text = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)).decode()
        version, expires, given = text.split(".")
        expires_ms = int(expires)
    except ValueError:
        return False
    wanted = sign(secret, f"{VERSION}.{expires_ms}.{store_id}")
    fresh = expires_ms == 0 or time.time() * 1000 < expires_ms
    return version == VERSION and fresh and hmac.compare_digest(given.encode(), wanted.encode())


def record_signed(secret: str, key: str, signature: str) -> bool:
    """Whether a signature opens a record."""
    return hmac.compare_digest(signature.encode("utf-8", "surrogateescape"), sign(secret, key).encode())
