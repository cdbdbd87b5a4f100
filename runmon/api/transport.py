"""One request over httpx: our deadlines and redirects, the token bound to its origin, errors made ours."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies

from runmon import __version__
from runmon.api.address import Address, is_loopback, origin_of
from runmon.api.credentials import Token
from runmon.api.http import httpx, read_in_large_steps
from runmon.api.meter import Meter
from runmon.errors import ApiError, BadInput, CutShort, LinkError, TooSlow, Unreachable

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
_HOPS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_LIMITS = httpx.Limits(max_connections=24, max_keepalive_connections=8, keepalive_expiry=30.0)
_KEEPALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), seconds)
    for name, seconds in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
]


class Transport:
    """Sends requests to one server and the places it redirects to."""

    def __init__(
        self, where: Address, token: Token | None, *, inner: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """BadInput where the token would travel unencrypted to another machine."""
        if token is not None and not (where.secure or where.loopback):
            raise BadInput(
                f"The token would go unencrypted to {where.host}.",
                hint="Use an https:// address, or unset APIFY_TOKEN to go without a token.",
            )
        self.where = where
        self.token = token
        self.inner = inner
        self.meter = Meter()
        self._client = _client(where, inner)

    async def close(self) -> None:
        """End every connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | AsyncIterator[bytes] | None = None,
        seconds: float,
    ) -> AsyncIterator[httpx.Response]:
        """A response whose headers came within `seconds`, redirects followed; closed at the end.

        Raises LinkError and its kinds, also for what goes wrong while the caller reads the body.
        """
        with translating(self.where):
            async with asyncio.timeout(seconds):
                response = await self._follow(method, url, headers, content)
            try:
                yield response
            finally:
                await response.aclose()

    async def _follow(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | AsyncIterator[bytes] | None
    ) -> httpx.Response:
        for _hop in range(_HOPS + 1):
            response = await self._send(method, url, headers, content)
            target = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not target or method not in {"GET", "HEAD"}:
                return response
            await response.aclose()
            url = _redirected(self.where, url, target)
            if origin_of(url) != self.where.origin:
                headers = {name: value for name, value in headers.items() if name in _HARMLESS}
        raise LinkError(f"{self.where.host} redirects in circles.", status=response.status_code)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | AsyncIterator[bytes] | None
    ) -> httpx.Response:
        request = self._client.build_request(method, url, headers=dict(headers), content=content)
        if self.token is not None and origin_of(url) == self.where.origin:
            request.headers["Authorization"] = f"Bearer {self.token.reveal()}"
        self.meter.sent()
        try:
            response = await self._client.send(request, stream=True)
        except httpx.TransportError:
            self.meter.answered = False
            raise
        self.meter.answered = True
        return response


_HARMLESS = frozenset({"Accept", "Accept-Encoding", "Range"})


def _client(where: Address, inner: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """A client without cookies; proxies and certificates of the environment only beyond this machine."""
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    verify: ssl.SSLContext | bool = False if where.loopback and not where.secure else _certificates()
    direct = where.loopback or not getproxies()
    if inner is None and direct:
        inner = httpx.AsyncHTTPTransport(verify=verify, limits=_LIMITS, socket_options=_KEEPALIVE)
        read_in_large_steps()
    try:
        return httpx.AsyncClient(
            transport=inner,
            verify=False if inner is not None else verify,
            trust_env=not direct,
            limits=_LIMITS,
            cookies=jar,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            headers={"User-Agent": f"runmon/{__version__}"},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        raise BadInput("The proxy that the environment names cannot be used.", hint=_PROXY_HINT) from None


_PROXY_HINT = "Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY: an http:// or https:// address is wanted."


def _certificates() -> ssl.SSLContext:
    """The machine's own trust store, or the file that SSL_CERT_FILE names."""
    import ssl

    if file := os.environ.get("SSL_CERT_FILE"):
        try:
            return ssl.create_default_context(cafile=file)
        except OSError:
            raise BadInput(f"The certificates in SSL_CERT_FILE={file} cannot be read.") from None
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


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


@contextmanager
def translating(where: Address) -> Iterator[None]:
    """What httpx and the clock raise becomes ours."""
    try:
        yield
    except ApiError:
        raise
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise Unreachable(f"No connection to {where.host}{_reason(error)}.", hint=_advice(where)) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise TooSlow(f"{where.host} did not answer in time.") from error
    except httpx.TransportError as error:
        raise CutShort(f"The answer from {where.host} broke off.") from error
    except httpx.InvalidURL as error:
        raise LinkError(f"{where.host} redirects to something that is not a URL.") from error


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, httpx.ConnectTimeout):
        return f" within {CONNECT_SECONDS:g} s"
    if isinstance(error, httpx.ProxyError):
        return ": the proxy on the way refused"
    if "CERTIFICATE" in text:
        return ": its certificate is not trusted"
    if "refused" in text or "All connection attempts failed" in text:
        return ": nothing answers there"
    if "Name or service" in text or "nodename" in text or "name resolution" in text:
        return ": its name is not known"
    return ""


def _advice(where: Address) -> str:
    return "Is the server running?" if where.loopback else "Check the network, and --api-url."
