"""One request: our deadlines and redirects, the token bound to its origin, requests counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

from runmon.api.address import Address, is_loopback, origin_of
from runmon.api.credentials import Token
from runmon.api.meter import Meter
from runmon.api.sender import Response, Sender
from runmon.errors import BadInput, CutShort, LinkError, TooSlow, Unreachable

_HOPS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_HARMLESS = frozenset({"Accept", "Accept-Encoding", "Range"})


class Transport:
    """Sends requests to one server and the places it redirects to."""

    def __init__(self, where: Address, token: Token | None, *, sender: Sender | None = None) -> None:
        """BadInput where the token would travel unencrypted to another machine.

        Without a `sender`, requests go over the network.
        """
        if token is not None and not (where.secure or where.loopback):
            raise BadInput(
                f"The token would go unencrypted to {where.host}.",
                hint="Use an https:// address, or unset APIFY_TOKEN to go without a token.",
            )
        self.where = where
        self.token = token
        self.meter = Meter()
        self.given = sender
        self._sender = sender or _over_the_network(where)

    async def close(self) -> None:
        """End every connection."""
        await self._sender.aclose()

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        seconds: float,
    ) -> AsyncIterator[Response]:
        """A response whose headers came within `seconds`, redirects followed; closed at the end.

        Raises LinkError and its kinds, also for what goes wrong while the caller reads the body.
        """
        try:
            async with asyncio.timeout(seconds):
                response = await self._follow(method, url, headers, content)
            try:
                yield response
            finally:
                await response.aclose()
        except TimeoutError as error:
            raise TooSlow(f"{self.where.host} did not answer in time.") from error

    async def _follow(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Response:
        for _hop in range(_HOPS + 1):
            response = await self._send(method, url, headers, content)
            target = response.headers.get("location")
            if response.status not in _REDIRECTS or not target or method not in {"GET", "HEAD"}:
                return response
            await response.aclose()
            url = _redirected(self.where, url, target)
            if origin_of(url) != self.where.origin:
                headers = {name: value for name, value in headers.items() if name in _HARMLESS}
        raise LinkError(f"{self.where.host} redirects in circles.", status=response.status)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Response:
        if self.token is not None and origin_of(url) == self.where.origin:
            headers = {**headers, "Authorization": f"Bearer {self.token.reveal()}"}
        self.meter.sent()
        try:
            response = await self._sender.send(method, url, headers, content)
        except (Unreachable, TooSlow, CutShort):
            self.meter.answered = False
            raise
        self.meter.answered = True
        return response


def _over_the_network(where: Address) -> Sender:
    from runmon.api.network import NetworkSender

    return NetworkSender(where)


def _redirected(where: Address, url: str, target: str) -> str:
    """The next URL; LinkError where it would leave encryption, this machine, or HTTP."""
    try:
        new = urljoin(url, target)
        parts = urlsplit(new)
        scheme, host, _port = origin_of(new)
    except ValueError:
        raise LinkError(f"{where.host} redirects to something that is not a URL.", status=302) from None
    weaker = scheme != "https" and (where.secure or scheme != "http")
    if weaker or "@" in parts.netloc or is_loopback(host) != where.loopback:
        raise LinkError(f"{where.host} redirects to a place that is less safe; not followed.", status=302)
    return new
