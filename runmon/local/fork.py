"""The first fork of the road: a path's second segment picks a short list of routes out of two hundred."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send


class Fork(BaseRoute):
    """One route over routes that all begin with `/v2/SEGMENT`. (A mount takes no line breaks in a path.)"""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        groups: dict[str, list[BaseRoute]] = {}
        for route in routes:
            assert isinstance(route, Route | WebSocketRoute)
            groups.setdefault(segment(route.path), []).append(route)
        self.roads = {name: Router(group, redirect_slashes=False) for name, group in groups.items()}
        self.nowhere = Router(redirect_slashes=False)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.FULL, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.roads.get(segment(scope["path"]), self.nowhere)(scope, receive, send)


def segment(path: str) -> str:
    """`actor-runs` of `/v2/actor-runs/abc`; empty for a path that is too short."""
    parts = path.split("/", 3)
    return parts[2] if len(parts) > 2 else ""
