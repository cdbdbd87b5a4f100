"""Request queues: the object, the head, and all requests (API.md §8). Nothing here takes a lock."""

from __future__ import annotations

from collections.abc import Sequence

from runmon.api import wire
from runmon.api.calls import PAGE_SECONDS, Call, Calls, named, path_of
from runmon.model.document import Document
from runmon.model.requests import HeadRequest, QueuedRequest, QueueHead, RequestsPage
from runmon.model.storages import Place, RequestQueue


class QueueCalls(Calls):
    """`…/request-queue` below a run, and `/v2/request-queues/{id}`.

    Every call carries this client's key: a call without one counts as a new client and would flip
    `hadMultipleClients` for the Actor.
    """

    async def queue(self, place: Place) -> Document[RequestQueue]:
        """The queue's metadata; its counts lag some seconds."""
        call = Call(_path(place), named(place, "request queue"))
        return await self._ask(call, lambda answer: wire.document(answer.body, RequestQueue, call.what))

    async def head(self, place: Place, *, limit: int = 100) -> QueueHead:
        """The first requests (at most 1000), in the order in which they will be taken, without a lock."""
        query = {"limit": limit, "clientKey": self._client_key}
        call = Call((*_path(place), "head"), named(place, "request queue"), query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, QueueHead, HeadRequest, call.what))

    async def requests(
        self,
        place: Place,
        *,
        limit: int = 1000,
        cursor: str | None = None,
        filter: Sequence[str] | None = None,
    ) -> RequestsPage:
        """One page of all requests; `filter` holds `locked` or `pending`. Follow `next_cursor` until None."""
        query = {
            "limit": limit,
            "cursor": cursor,
            "filter": tuple(filter or ()),
            "clientKey": self._client_key,
        }
        call = Call(
            (*_path(place), "requests"), named(place, "request queue"), query=query, seconds=PAGE_SECONDS
        )
        return await self._ask(
            call, lambda answer: wire.page(answer.body, RequestsPage, QueuedRequest, call.what)
        )

    async def request(self, place: Place, request_id: str) -> Document[QueuedRequest]:
        """One request, whole."""
        what = named(place, f"request {request_id} in request queue")
        call = Call((*_path(place), "requests", request_id), what)
        return await self._ask(call, lambda answer: wire.document(answer.body, QueuedRequest, what))


def _path(place: Place) -> tuple[str, ...]:
    return path_of(place, "request-queue", "request-queues")
