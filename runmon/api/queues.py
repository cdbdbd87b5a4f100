"""Request queues: the object, the head, all requests, and what can be written (API.md §8).

Nothing that reads takes a lock. Only a crawler calls what does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from runmon.api import wire
from runmon.api.calls import PAGE_SECONDS, Call, Calls, json_of
from runmon.api.paging import by_cursor
from runmon.api.paths import QUEUE, Spot, of_storage
from runmon.model.document import Document
from runmon.model.requests import (
    AddedRequest,
    BatchResult,
    HeadRequest,
    LockedHead,
    LockedRequest,
    QueuedRequest,
    QueueHead,
    RequestLock,
    RequestsPage,
)
from runmon.model.storages import Place, RequestQueue

BATCH_MOST = 25
"""Requests in one batch, and in one locked head, at most."""


class QueueCalls(Calls):
    """`…/request-queue` below a run, and `/v2/request-queues/{id}`.

    Every call carries this client's key: a call without one counts as a new client and would flip
    `hadMultipleClients` for the Actor. A request is a mapping as the API spells it (`url`, `uniqueKey`, …).
    """

    async def queue(self, place: Place) -> Document[RequestQueue]:
        """The queue's metadata; its counts lag some seconds."""
        return await self._queue_of(Call(of_storage(place, QUEUE)))

    async def update_queue(
        self, place: Place, *, name: str | None = None, general_access: str | None = None
    ) -> Document[RequestQueue]:
        """Name a queue, which keeps it for good, or set who may read it; None leaves as it is."""
        content = json_of({"name": name, "generalAccess": general_access})
        return await self._queue_of(Call(of_storage(place, QUEUE), method="PUT", content=content))

    async def delete_queue(self, place: Place) -> None:
        """Delete a queue with all its requests."""
        await self._do(Call(of_storage(place, QUEUE), method="DELETE", repeatable=False))

    async def head(self, place: Place, *, limit: int = 100) -> QueueHead:
        """The first requests (at most 1000), in the order in which they will be taken, without a lock."""
        query = {"limit": limit, "clientKey": self._client_key}
        call = Call(of_storage(place, QUEUE).below("head"), query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, QueueHead, HeadRequest, call.what))

    async def lock_head(self, place: Place, *, lock_s: int, limit: int = BATCH_MOST) -> LockedHead:
        """Take the first requests (at most 25) for `lock_s` seconds. For crawlers: it holds others off."""
        query = {"lockSecs": lock_s, "limit": limit, "clientKey": self._client_key}
        spot = of_storage(place, QUEUE).below("head", "lock")
        call = Call(spot, query=query, method="POST", repeatable=False)
        return await self._ask(
            call, lambda answer: wire.page(answer.body, LockedHead, LockedRequest, call.what)
        )

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
        call = Call(of_storage(place, QUEUE).below("requests"), query=query, seconds=PAGE_SECONDS)
        return await self._ask(
            call, lambda answer: wire.page(answer.body, RequestsPage, QueuedRequest, call.what)
        )

    async def every_request(
        self, place: Place, *, filter: Sequence[str] | None = None, page: int = 1000
    ) -> AsyncIterator[QueuedRequest]:
        """All requests, page by page, until the server names no next; NotApify where pages repeat."""

        async def at(cursor: str | None) -> tuple[list[QueuedRequest], str | None]:
            found = await self.requests(place, limit=page, cursor=cursor, filter=filter)
            return found.items, found.next_cursor

        async for request in by_cursor(at):
            yield request

    async def request(self, place: Place, request_id: str) -> Document[QueuedRequest]:
        """One request, whole."""
        spot = of_storage(place, QUEUE).below("requests", request_id, what=f"request {request_id}")
        return await self._ask(
            Call(spot), lambda answer: wire.document(answer.body, QueuedRequest, spot.what)
        )

    async def add_request(
        self, place: Place, request: Mapping[str, Any], *, forefront: bool = False
    ) -> AddedRequest:
        """Add one request; one whose unique key is there already stays as it is."""
        spot = of_storage(place, QUEUE).below("requests")
        return await self._added(self._writing(spot, "POST", request, forefront=forefront or None))

    async def add_requests(
        self, place: Place, requests: Sequence[Mapping[str, Any]], *, forefront: bool = False
    ) -> BatchResult:
        """Add at most 25 requests; those not processed may be sent again."""
        spot = of_storage(place, QUEUE).below("requests", "batch")
        return await self._batch(self._writing(spot, "POST", list(requests), forefront=forefront or None))

    async def delete_requests(self, place: Place, requests: Sequence[Mapping[str, Any]]) -> BatchResult:
        """Delete at most 25 requests, each named by `id` or `uniqueKey`."""
        spot = of_storage(place, QUEUE).below("requests", "batch")
        return await self._batch(self._writing(spot, "DELETE", list(requests)))

    async def update_request(
        self, place: Place, request: Mapping[str, Any], *, forefront: bool = False
    ) -> AddedRequest:
        """Replace the request with this `id`; a `handledAt` marks it as done."""
        request_id = str(request.get("id", ""))
        spot = of_storage(place, QUEUE).below("requests", request_id, what=f"request {request_id}")
        return await self._added(self._writing(spot, "PUT", request, forefront=forefront or None))

    async def delete_request(self, place: Place, request_id: str) -> None:
        """Delete one request."""
        spot = of_storage(place, QUEUE).below("requests", request_id, what=f"request {request_id}")
        await self._do(Call(spot, query={"clientKey": self._client_key}, method="DELETE", repeatable=False))

    async def prolong_lock(
        self, place: Place, request_id: str, *, lock_s: int, forefront: bool = False
    ) -> datetime | None:
        """Hold a locked request for `lock_s` seconds from now; returns when the lock will end."""
        query = {"lockSecs": lock_s, "forefront": forefront or None, "clientKey": self._client_key}
        spot = of_storage(place, QUEUE).below("requests", request_id, "lock", what=f"lock of {request_id}")
        call = Call(spot, query=query, method="PUT")
        return await self._ask(
            call, lambda answer: wire.document(answer.body, RequestLock, call.what).view.lock_expires_at
        )

    async def release_lock(self, place: Place, request_id: str, *, forefront: bool = False) -> None:
        """Give a locked request back, to the front of the queue if so wished."""
        query = {"forefront": forefront or None, "clientKey": self._client_key}
        spot = of_storage(place, QUEUE).below("requests", request_id, "lock", what=f"lock of {request_id}")
        await self._do(Call(spot, query=query, method="DELETE", repeatable=False))

    async def unlock_requests(self, place: Place) -> int:
        """Give back all that this client holds; returns how many there were."""
        spot = of_storage(place, QUEUE).below("requests", "unlock")
        call = Call(spot, query={"clientKey": self._client_key}, method="POST")
        told = await self._ask(call, lambda answer: wire.mapping(answer.body, call.what))
        count = told.get("unlockedCount")
        return count if isinstance(count, int) else 0

    def _writing(self, spot: Spot, method: str, content: Any, **query: Any) -> Call:
        """A write of requests: the unique keys make it safe to send again."""
        query["clientKey"] = self._client_key
        body = json_of(dict(content) if isinstance(content, Mapping) else content)
        return Call(spot, query=query, method=method, content=body, seconds=PAGE_SECONDS)

    async def _added(self, call: Call) -> AddedRequest:
        return await self._ask(call, lambda answer: wire.document(answer.body, AddedRequest, call.what).view)

    async def _batch(self, call: Call) -> BatchResult:
        return await self._ask(call, lambda answer: wire.document(answer.body, BatchResult, call.what).view)

    async def _queue_of(self, call: Call) -> Document[RequestQueue]:
        return await self._ask(call, lambda answer: wire.document(answer.body, RequestQueue, call.what))
