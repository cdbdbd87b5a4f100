"""Where an Apify-shaped server is, and how a path below it is spelled without surprises."""

from __future__ import annotations

import ipaddress
from urllib.parse import quote, urlsplit

import msgspec

from runmon.errors import BadInput


class Address(msgspec.Struct, frozen=True):
    """A server's base: scheme, host, port and any prefix, without a trailing slash and without `/v2`."""

    url: str
    name: str = ""
    """What a person calls it, where that is not host and port: a folder that is served."""

    def path(self, *segments: str) -> str:
        """The whole URL of `/v2/SEGMENT/…`, each segment quoted; BadInput for one that would climb."""
        return "/".join((self.url, "v2", *(_segment(one) for one in segments)))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what a token is bound to."""
        return origin_of(self.url)

    @property
    def host(self) -> str:
        """Host and port, or whatever else a person would name the server by."""
        return self.name or urlsplit(self.url).netloc

    @property
    def secure(self) -> bool:
        """Whether the way there is encrypted."""
        return self.origin[0] == "https"

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine."""
        return is_loopback(self.origin[1])


def address(text: str) -> Address:
    """Read a base URL, with or without `/v2`; BadInput where it is not an http(s) URL or carries a secret."""
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise BadInput(f"{text!r} is not a URL.", hint="Write it as https://HOST[:PORT].") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise BadInput(f"{text!r} is not an API address.", hint="Write it as https://HOST[:PORT].")
    if "@" in parts.netloc:
        raise BadInput("An API address must not carry a user name or password.", hint="Use APIFY_TOKEN.")
    if parts.query or parts.fragment:
        raise BadInput("An API address must not carry a query or fragment.", hint="Use APIFY_TOKEN.")
    prefix = parts.path.rstrip("/").removesuffix("/v2").rstrip("/")
    return Address(f"{parts.scheme}://{parts.netloc}{prefix}")


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, lower-case host and port (the scheme's own where none is written)."""
    parts = urlsplit(url)
    return (
        parts.scheme,
        (parts.hostname or "").lower(),
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or literal can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _segment(text: str) -> str:
    if text in {"", ".", ".."}:
        raise BadInput(f"{text!r} cannot be part of an API path.", hint="Give a whole id or key.")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise BadInput(f"{text!r} is not valid text.", hint="Give it as UTF-8.") from None
