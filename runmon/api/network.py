"""Requests over the network, by httpx: connections, proxies, certificates, and its errors made ours.

Loaded only where a server is asked over a socket.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from runmon import __version__
from runmon.api.address import Address
from runmon.api.http import httpx, read_in_large_steps
from runmon.errors import BadInput, CutShort, LinkError, TooSlow, Unreachable

if TYPE_CHECKING:
    import ssl

CONNECT_SECONDS = 5.0
_LIMITS = httpx.Limits(max_connections=24, max_keepalive_connections=8, keepalive_expiry=30.0)
_KEEPALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), seconds)
    for name, seconds in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
]


class NetworkSender:
    """Sends requests over connections that are kept for the next ones."""

    def __init__(self, where: Address, *, inner: httpx.AsyncBaseTransport | None = None) -> None:
        """BadInput where a proxy or certificates of the environment cannot be used.

        `inner` takes the place of the connections.
        """
        self._where = where
        self._client = _client(where, inner)

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> NetworkResponse:
        """The response once its head is there."""
        with translating(self._where):
            request = self._client.build_request(method, url, headers=dict(headers), content=content)
            response = await self._client.send(request, stream=True)
        return NetworkResponse(response, self._where)

    async def aclose(self) -> None:
        """End every connection."""
        await self._client.aclose()


class NetworkResponse:
    """A response that came over a connection."""

    def __init__(self, response: httpx.Response, where: Address) -> None:
        self._response, self._where = response, where
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.offered: Mapping[str, Any] = {}

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives."""
        with translating(self._where):
            async for chunk in self._response.aiter_raw():
                yield chunk

    async def aclose(self) -> None:
        """Give the connection back, or end it where the body was not read."""
        with translating(self._where):
            await self._response.aclose()


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


@contextmanager
def translating(where: Address) -> Iterator[None]:
    """What httpx raises becomes ours."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise Unreachable(f"No connection to {where.host}{_reason(error)}.", hint=_advice(where)) from error
    except httpx.TimeoutException as error:
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
