"""The first fork of the road: a path's second segment picks a short list of routes out of two hundred.

A road is built when the first request takes it: most platforms are asked on one or two of nine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


class Planned(msgspec.Struct, frozen=True):
    """A route that is yet to be built: to compile its path costs more than to keep it."""

    path: str
    endpoint: Endpoint
    methods: Sequence[str]

    def built(self) -> Route:
        """Starlette's route."""
        return Route(self.path, self.endpoint, methods=list(self.methods))


class Fork(BaseRoute):
    """One route over routes that all begin with `/v2/SEGMENT`. (A mount takes no line breaks in a path.)"""

    def __init__(self, routes: Sequence[Planned | WebSocketRoute]) -> None:
        self.groups: dict[str, list[Planned | WebSocketRoute]] = {}
        for route in routes:
            self.groups.setdefault(segment(route.path), []).append(route)
        self.road = cache(self._built)

    def _built(self, name: str) -> Router:
        group = self.groups.get(name, ())
        found = [route.built() if isinstance(route, Planned) else route for route in group]
        return Router(found, redirect_slashes=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = segment(scope["path"])
        await self.road(name if name in self.groups else "")(scope, receive, send)


def segment(path: str) -> str:
    """`actor-runs` of `/v2/actor-runs/abc`; empty for a path that is too short."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 else ""
