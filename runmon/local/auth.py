"""The door: who may ask at all. Host, origin, path and token are judged before any route sees the request.

A page in a browser can reach a loopback port (DNS rebinding, forms, images), but it can neither name our host
and port in `Host` from another site nor know the token.
"""

from __future__ import annotations

import hmac
import re
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from runmon.local.faults import ApiFault, fault_response
from runmon.local.signatures import SIGNED_PLACE

READS = frozenset({"GET", "HEAD"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
SLY_PATH = re.compile(rb"%2f|%5c|%00|\\", re.IGNORECASE)
CONTROL = re.compile(rb"%[01][0-9a-f]|%7f", re.IGNORECASE)
OPEN_READS = re.compile(
    r"/v2/(actor-runs/[^/]+|logs/|datasets/|key-value-stores/|request-queues/|act(or)?s/[^/]+/runs/last)"
)


class Door(msgspec.Struct, frozen=True):
    """What lets a request in. With `anonymous_reads` a run's access level decides on reads."""

    token: str
    hosts: frozenset[str]
    anonymous_reads: bool = False

    def judge(self, scope: Scope) -> str:
        """Who asks: `token`, `signed` (still to be verified) or `anonymous`. ApiFault for all others."""
        headers = Headers(scope=scope)
        self.judge_host(headers)
        self.judge_origin(headers)
        judge_path(scope)
        offered = offered_token(scope, headers)
        if offered is not None:
            if hmac.compare_digest(offered.encode("utf-8", "surrogateescape"), self.token.encode()):
                return "token"
            raise ApiFault(
                401, "user-or-token-not-found", "User was not found or authentication token is not valid"
            )
        if scope.get("method") in READS:
            if "signature" in dict(query(scope)) and SIGNED_PLACE.fullmatch(scope["path"]):
                return "signed"
            if self.anonymous_reads and OPEN_READS.match(scope["path"]):
                return "anonymous"
        raise ApiFault(401, "token-not-provided", "Authentication token was not provided")

    def judge_host(self, headers: Headers) -> None:
        """Exactly one Host, and it names our address with our port."""
        given = headers.getlist("host")
        if len(given) != 1 or given[0].lower() not in self.hosts:
            raise ApiFault(403, "insufficient-permissions", "The Host header does not name this server")

    def judge_origin(self, headers: Headers) -> None:
        """No page of another origin: nothing here is meant for a browser's scripts."""
        own = {f"http://{host}" for host in self.hosts}
        foreign = any(origin not in own for origin in headers.getlist("origin"))
        site = headers.getlist("sec-fetch-site")
        if foreign or any(value not in {"none", "same-origin"} for value in site):
            raise ApiFault(403, "insufficient-permissions", "Requests of other origins are refused")


def judge_path(scope: Scope) -> None:
    """No dot segments, no hidden slashes, no control characters: 404 as for any unknown path.

    But the key of a record that is read may hold the latter two: folders of others have files so named, and
    a key is looked up in a list, never on the disk.
    """
    segments = scope["path"].split("/")
    if segments[-2:] in (["records", "."], ["records", ".."]):
        raise ApiFault(400, "invalid-record-key", "A record key cannot be a dot or two: a URL cannot hold it")
    raw = scope.get("raw_path") or b""
    above, _slash, _key = raw.rpartition(b"/")
    plain = above if above.endswith(b"/records") and scope.get("method") in READS else raw
    if SLY_PATH.search(plain) or CONTROL.search(plain) or "." in segments or ".." in segments:
        raise ApiFault(404, "page-not-found", "We have not found the page you asked for")


def offered_token(scope: Scope, headers: Headers) -> str | None:
    """The token of the Authorization header or of `?token=`; None when none was sent."""
    value = headers.get("authorization", "").strip()
    if value:
        scheme, _, token = value.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""
    return dict(query(scope)).get("token") or None


def query(scope: Scope) -> list[tuple[str, str]]:
    """The query's pairs, in order."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def overridden_method(scope: Scope) -> str:
    """The method meant: `?method=` replaces GET and POST, as Apify allows. 400 for an unknown one.

    HEAD is answered as GET: who did not send HEAD itself waits for the bytes that its head promises.
    """
    wish = dict(query(scope)).get("method", "").upper()
    if not wish or scope["method"] not in {"GET", "POST"}:
        return str(scope["method"])
    if wish not in METHODS:
        raise ApiFault(
            400, "invalid-parameter", "The method parameter must be GET, HEAD, POST, PUT or DELETE"
        )
    return "GET" if wish == "HEAD" else wish


class Guarded:
    """An ASGI app behind a door; `scope["state"]["access"]` tells the routes who asks."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            if scope["type"] == "http":
                scope = {**scope, "method": overridden_method(scope)}
            access = self.door.judge(scope)
        except ApiFault as fault:
            await refusal(scope, fault)(scope, receive, send)
            return
        state = {**scope.get("state", {}), "access": access}
        await self.app({**scope, "state": state}, receive, send)


def refusal(scope: Scope, fault: ApiFault) -> ASGIApp:
    """The answer to somebody at the door: Apify's error and no kept connection, or a refused handshake."""
    if scope["type"] == "websocket":
        return refuse_socket
    response: Response = fault_response(fault)
    response.headers["connection"] = "close"
    if fault.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


async def refuse_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Close before accepting: the client sees 403."""
    await receive()
    await send({"type": "websocket.close", "code": 1008, "reason": ""})
