"""Actors: their names (API.md §1)."""

from __future__ import annotations

from runmon.api import wire
from runmon.api.calls import SMALL_SECONDS, Call, Calls
from runmon.api.paths import Spot
from runmon.model.actor import Actor, ActorsPage
from runmon.model.document import Document


class ActorCalls(Calls):
    """`/v2/actors/{id}`."""

    async def actor(self, actor: str) -> Document[Actor]:
        """An Actor by its id or `user/actor`; those that are not public want their owner's token."""
        spot = Spot(("actors", actor.replace("/", "~")), {}, f"Actor {actor}")
        call = Call(spot, seconds=SMALL_SECONDS)
        return await self._ask(call, lambda answer: wire.document(answer.body, Actor, call.what))

    async def actor_names(self, *, limit: int = 200) -> list[str]:
        """`user~actor` of Actors of the account, those used lately first."""
        query = {"limit": limit, "desc": True, "sortBy": "stats.lastRunStartedAt"}
        call = Call(Spot(("actors",), {}, "list of Actors"), query=query, seconds=SMALL_SECONDS)
        page = await self._ask(call, lambda answer: wire.page(answer.body, ActorsPage, Actor, call.what))
        return [f"{actor.username}~{actor.name}" for actor in page.items if actor.name]
