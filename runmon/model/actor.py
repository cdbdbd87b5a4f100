"""An Actor, as far as a list of runs needs to name it."""

from __future__ import annotations

from runmon.model.document import View


class Actor(View, frozen=True):
    """`GET /v2/actors/{id}`."""

    id: str = ""
    name: str = ""
    username: str = ""
    title: str | None = None


class ActorsPage(View, frozen=True):
    """`GET /v2/actors`."""

    items: list[Actor] = []
    total: int | None = None
