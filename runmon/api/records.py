"""Key-value stores: the object, the keys, and records as they are stored (API.md §7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import msgspec

from runmon.api import wire
from runmon.api.calls import PAGE_SECONDS, Answer, Call, Calls, Download, json_of
from runmon.api.paging import by_cursor
from runmon.api.paths import RECORDS, Spot, of_storage
from runmon.model.document import Document
from runmon.model.storages import KeyItem, KeysPage, KeyValueStore, Place, Record

UNTYPED = "application/octet-stream"


class RecordHead(msgspec.Struct, frozen=True):
    """What a record is, without its bytes."""

    content_type: str
    size: int | None
    """Bytes; None where the server did not say."""


class RecordCalls(Calls):
    """`…/key-value-store` below a run, and `/v2/key-value-stores/{id}`."""

    async def store(self, place: Place) -> Document[KeyValueStore]:
        """The store's metadata (it does not say how many keys there are)."""
        return await self._store_of(Call(of_storage(place, RECORDS)))

    async def update_store(
        self, place: Place, *, name: str | None = None, general_access: str | None = None
    ) -> Document[KeyValueStore]:
        """Name a store, which keeps it for good, or set who may read it; None leaves as it is."""
        content = json_of({"name": name, "generalAccess": general_access})
        return await self._store_of(Call(of_storage(place, RECORDS), method="PUT", content=content))

    async def delete_store(self, place: Place) -> None:
        """Delete a store with all its records."""
        await self._do(Call(of_storage(place, RECORDS), method="DELETE", repeatable=False))

    async def keys(
        self,
        place: Place,
        *,
        limit: int = 1000,
        after: str | None = None,
        prefix: str | None = None,
        collection: str | None = None,
        signature: str | None = None,
    ) -> KeysPage:
        """One page of at most 1000 keys in UTF-8 order, those past `after`; a listing is metered."""
        query = {
            "limit": limit,
            "exclusiveStartKey": after,
            "prefix": prefix,
            "collection": collection,
            "signature": signature,
        }
        call = Call(of_storage(place, RECORDS).below("keys"), query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, KeysPage, KeyItem, call.what))

    async def every_key(
        self, place: Place, *, prefix: str | None = None, collection: str | None = None
    ) -> AsyncIterator[KeyItem]:
        """All keys in order, page by page, until the server names no next; NotApify where pages repeat."""

        async def at(after: str | None) -> tuple[list[KeyItem], str | None]:
            page = await self.keys(place, after=after, prefix=prefix, collection=collection)
            return page.items, page.next_exclusive_start_key

        async for item in by_cursor(at):
            yield item

    async def record(self, place: Place, key: str, *, max_bytes: int, signature: str | None = None) -> Record:
        """A record's bytes, cut at `max_bytes`, unaltered (`attachment=true`: else Apify edits HTML).

        A body that says it is JSON need not be.
        """
        call = _reading(place, key, signature, max_bytes)
        return await self._ask(call, lambda answer: _record(answer, key))

    def open_record(
        self, place: Place, key: str, *, signature: str | None = None
    ) -> AbstractAsyncContextManager[Download]:
        """A record of any size on its way, unaltered."""
        return self._download(_reading(place, key, signature, 0))

    async def record_head(self, place: Place, key: str) -> RecordHead:
        """A record's content type and size."""
        call = Call(_spot(place, key), method="HEAD", headers={"Accept-Encoding": "identity"})
        return await self._ask(call, _head)

    async def put_record(
        self, place: Place, key: str, *, content: bytes, content_type: str = UNTYPED
    ) -> None:
        """Store a record (at most 9,437,184 bytes), in place of one with the same key."""
        call = Call(
            _spot(place, key), method="PUT", content=content, content_type=content_type, seconds=PAGE_SECONDS
        )
        await self._do(call)

    async def delete_record(self, place: Place, key: str) -> None:
        """Delete a record; one that is not there is no error."""
        await self._do(Call(_spot(place, key), method="DELETE"))

    def records_zip(
        self, place: Place, *, prefix: str | None = None, collection: str | None = None
    ) -> AbstractAsyncContextManager[Download]:
        """All records as one zip file on its way."""
        query = {"prefix": prefix, "collection": collection}
        spot = of_storage(place, RECORDS).below("records")
        return self._download(Call(spot, query=query, headers={"Accept": "*/*"}, seconds=PAGE_SECONDS))

    async def _store_of(self, call: Call) -> Document[KeyValueStore]:
        return await self._ask(call, lambda answer: wire.document(answer.body, KeyValueStore, call.what))


def _spot(place: Place, key: str) -> Spot:
    return of_storage(place, RECORDS).below("records", key, what=f"record {key}")


def _reading(place: Place, key: str, signature: str | None, limit: int) -> Call:
    return Call(
        _spot(place, key),
        query={"attachment": True, "signature": signature},
        headers={"Accept": "*/*"},
        seconds=PAGE_SECONDS,
        limit=limit,
        cut=True,
    )


def _record(answer: Answer, key: str) -> Record:
    size = answer.length if answer.cut else len(answer.body)
    return Record(key, answer.headers.get("content-type", UNTYPED), answer.body, size, answer.cut)


def _head(answer: Answer) -> RecordHead:
    return RecordHead(answer.headers.get("content-type", UNTYPED), answer.length)
