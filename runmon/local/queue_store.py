"""Requests in a folder, in the order a crawler takes them: the forefront first, there the newest first."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from runmon.local.faults import ApiFault, invalid, not_found
from runmon.local.queue_index import Entry, Lock, QueueIndex
from runmon.local.raw_json import Fields, dumped
from runmon.local.request_file import RequestFile, head_item, parse, request_id, string, written
from runmon.local.storage import CARD, Storage, files, folder_ns, iso, now, read_file, read_json

HALF_WRITTEN_NS = 5_000_000_000


class Registered(msgspec.Struct, frozen=True):
    """What adding or updating a request found."""

    id: str
    unique_key: str
    was_present: bool
    was_handled: bool


class QueueStore(Storage):
    """The requests of one queue."""

    kind = "request-queues"

    def __init__(
        self, folder: Path, *, id: str, read_only: bool = False, facts: Mapping[str, Any] | None = None
    ) -> None:
        self.head_reads = 0
        self.index = QueueIndex()
        self._stamps: dict[str, tuple[int, int]] = {}
        self._clients: set[str] = set()
        super().__init__(folder, id=id, read_only=read_only, facts=facts)
        self.had_multiple_clients = bool(self._kept("hadMultipleClients", "had_multiple_clients"))
        kept_id = self._kept("id")
        named = isinstance(kept_id, str) and kept_id.isprintable()
        state = f"__RQ_STATE_{kept_id if named else id}".replace("/", "")
        self._state = folder.parent.parent / "key_value_stores" / "default" / state
        self._state_ns = -1

    def _forget(self) -> None:
        super()._forget()
        self.index = QueueIndex()
        self._stamps = {}

    @property
    def count(self) -> int:
        """How many requests there are, handled or not."""
        self.load()
        return len(self.index.entries)

    # Reading

    def get(self, id: str) -> Fields | None:
        """A request as the API gives it, or None."""
        self.refresh()
        with self.lock:
            return self._request(id)

    def _request(self, id: str) -> Fields | None:
        entry = self.index.entries.get(id)
        file = None if entry is None else parse(read_file(self._prefix + entry.name))
        return None if file is None else file.request

    def head(self, limit: int = 100) -> list[Fields]:
        """The first requests that are neither handled nor locked."""
        self.refresh()
        with self.lock:
            found = [head_item(request) for id in self.index.free(limit) if (request := self._request(id))]
            self.head_reads += len(found)
            return found

    def page(
        self, limit: int, after: str | None = None, states: Collection[str] = ()
    ) -> tuple[list[Fields], str | None]:
        """Requests behind the id `after` by id, and the id to go on from (None on a short page).

        `states` keeps those that are `locked` or `pending` (waiting, not locked).
        """
        self.refresh()
        with self.lock:
            ids = self.index.page(limit, after, states)
            found = [request for id in ids if (request := self._request(id))]
            return found, ids[-1] if ids and len(ids) == limit else None

    # Writing

    def add(self, request: Fields, *, forefront: bool = False) -> Registered:
        """Add a request unless its unique key is known. Raises ApiFault 400 without a url or unique key."""
        self.writable()
        unique_key = string(request, "uniqueKey")
        if not unique_key or not string(request, "url"):
            raise invalid("request", "needs a url and a uniqueKey")
        id = request_id(unique_key)
        with self.lock:
            self.refresh()
            entry = self.index.entries.get(id)
            if entry is not None:
                return Registered(id, unique_key, True, entry.handled)
            self._put(id, unique_key, request, forefront)
            self._wrote()
            return Registered(id, unique_key, False, False)

    def update(self, id: str, request: Fields, *, forefront: bool = False) -> Registered:
        """Replace or add a request: handled when it has `handledAt`, else waiting at the end or the front.

        What waits again waits unlocked, as on the platform: the SDK for Python gives requests back so.
        """
        self.writable()
        with self.lock:
            self.refresh()
            before, entry = self._request(id) or {}, self.index.entries.get(id)
            kept = {key: before[key] for key in ("url", "uniqueKey") if key in before}
            unique_key = string(kept | request, "uniqueKey")
            if not unique_key or not string(kept | request, "url"):
                raise invalid("request", "needs a url and a uniqueKey")
            if entry is None and id != request_id(unique_key):
                raise ApiFault(400, "request-id-invalid", "The request id does not belong to the unique key")
            self._put(id, unique_key, kept | request, forefront)
            self.index.locks.pop(id, None)
            self._wrote()
            return Registered(id, unique_key, entry is not None, entry is not None and entry.handled)

    def _put(self, id: str, unique_key: str, request: Fields, forefront: bool) -> None:
        handled = string(request, "handledAt") is not None
        order = 0 if handled else self.index.place(forefront)
        full = {"id": dumped(id)} | {key: value for key, value in request.items() if key != "id"}
        full = {"method": dumped("GET"), "retryCount": dumped(0)} | full
        self._save(RequestFile(id, full, None if handled else order, handled, unique_key))

    def _save(self, file: RequestFile) -> None:
        name = f"{file.id}.json"
        before = self.index.entries.get(file.id)
        self.write(name, written(file))
        if before is not None and before.name != name:
            self.remove(before.name)
            self._stamps.pop(before.name, None)
        self._stamps[name] = stamp_of(self._prefix + name)
        self.index.enter(file.id, Entry(name, file.order_us or 0, file.handled))

    def delete(self, id: str) -> bool:
        """Delete a request; False when there was none. Raises ApiFault 403."""
        self.writable()
        with self.lock:
            self.refresh()
            entry = self.index.entries.get(id)
            if entry is None:
                return False
            self.remove(entry.name)
            self._stamps.pop(entry.name, None)
            self.index.leave(id)
            self.deletes += 1
            self._wrote()
            return True

    def _wrote(self) -> None:
        self.writes += 1
        self.modified = now()
        self.settle()

    # Locks

    def lock_head(self, seconds: float, limit: int, client: str) -> list[Fields]:
        """The first free requests, locked for a client; each with its `lockExpiresAt`."""
        self.writable()
        self.refresh()
        with self.lock:
            locked = []
            for id in self.index.free(limit):
                request = self._request(id)
                if request is not None:
                    until = self._lock(id, seconds, client)
                    locked.append(head_item(request) | {"lockExpiresAt": dumped(until)})
            self.head_reads += len(locked)
            return locked

    def _lock(self, id: str, seconds: float, client: str) -> str:
        until_us = time.time_ns() // 1000 + int(seconds * 1_000_000)
        self.index.locks[id] = Lock(client, until_us)
        return iso(datetime.fromtimestamp(until_us / 1e6, UTC))

    def prolong(self, id: str, seconds: float, client: str, *, forefront: bool = False) -> str:
        """Hold a request longer; the new end. Raises ApiFault 404, or 400 when another client holds it."""
        self.writable()
        with self.lock:
            self._held(id, client)
            self._move(id, forefront)
            return self._lock(id, seconds, client)

    def unlock(self, id: str, client: str, *, forefront: bool = False) -> None:
        """Let a request go, to the end of the queue or its front. Raises as `prolong` does."""
        self.writable()
        with self.lock:
            self._held(id, client)
            if self.index.locks.pop(id, None) is not None:
                self._move(id, forefront)

    def unlock_all(self, client: str) -> int:
        """Let go of all requests that a client holds; how many there were."""
        self.writable()
        with self.lock:
            self.index.expire()
            mine = [id for id, lock in self.index.locks.items() if lock.client == client]
            for id in mine:
                del self.index.locks[id]
            return len(mine)

    def _held(self, id: str, client: str) -> None:
        self.refresh()
        self.index.expire()
        if id not in self.index.entries:
            raise not_found("Request")
        lock = self.index.locks.get(id)
        if self.index.entries[id].handled or (lock is not None and lock.client != client):
            raise ApiFault(
                400, "request-handled-or-locked", "The request is handled or locked by another client"
            )

    def _move(self, id: str, forefront: bool) -> None:
        file = parse(read_file(self._prefix + self.index.entries[id].name))
        if file is not None:
            self._save(RequestFile(id, file.request, self.index.place(forefront), False, file.unique_key))
            self.settle()

    def has_locks(self) -> bool:
        """Whether any client holds any request."""
        self.index.expire()
        return bool(self.index.locks)

    def seen(self, client: str | None) -> None:
        """Note who called; a call without a client key is a client of its own."""
        self._clients.add(client or f"#{len(self._clients)}")
        if not self.read_only and len(self._clients) > 1 and not self.had_multiple_clients:
            self.had_multiple_clients = True
            self.save_card()
            self.settle()

    # The folder

    def stale(self) -> bool:
        """Whether the folder, or Crawlee's own note on the order, changed since it was last read."""
        return super().stale() or folder_ns(str(self._state)) != self._state_ns

    def _read_folder(self) -> bool:
        self._state_ns = folder_ns(str(self._state))
        complete, present = True, set()
        for entry in files(self.folder):
            if not entry.name.endswith(".json") or entry.name == CARD or entry.name.startswith("~"):
                continue
            present.add(entry.name)
            complete &= self._look(entry.name)
        for name in self.index.names.keys() - present:
            self._stamps.pop(name, None)
            self.index.leave(self.index.names[name])
        self._read_state()
        return complete

    def _look(self, name: str) -> bool:
        stamp = stamp_of(self._prefix + name)
        if self._stamps.get(name) == stamp:
            return True
        file = parse(read_file(self._prefix + name))
        if file is None:
            return time.time_ns() - stamp[0] > HALF_WRITTEN_NS
        self._stamps[name] = stamp
        order = stamp[0] // 1000 if file.order_us is None else file.order_us
        self.index.enter(file.id, Entry(name, order, file.handled))
        if not file.handled and abs(order) > time.time_ns() // 1000:
            self.index.locks[file.id] = Lock("", abs(order))
        return True

    def _read_state(self) -> None:
        state = read_json(str(self._state))
        if not isinstance(state, dict):
            return
        orders = {}
        for kind, sign in (("regular_requests", 1), ("forefront_requests", -1)):
            known = state.get(kind)
            for unique_key, place in known.items() if isinstance(known, dict) else ():
                if isinstance(place, int):
                    orders[request_id(unique_key)] = sign * (place + 1)
        held = state.get("in_progress_requests")
        keys = held if isinstance(held, list) else []
        self.index.note(orders, [request_id(key) for key in keys if isinstance(key, str)])

    # Facts

    def metadata(self) -> dict[str, Any]:
        """The request queue object of the API, without the addresses that only a server knows."""
        self.refresh()
        with self.lock:
            return super().metadata() | {
                "totalRequestCount": self.count,
                "handledRequestCount": self.index.handled,
                "pendingRequestCount": self.count - self.index.handled,
                "hadMultipleClients": self.had_multiple_clients,
                "stats": {
                    "readCount": self.reads,
                    "writeCount": self.writes,
                    "deleteCount": self.deletes,
                    "headItemReadCount": self.head_reads,
                    "storageBytes": sum(size for _, size in self._stamps.values()),
                },
            }

    def _counts(self) -> dict[str, Any]:
        return {
            "had_multiple_clients": self.had_multiple_clients,
            "hadMultipleClients": self.had_multiple_clients,
            "handled_request_count": self.index.handled,
            "handledRequestCount": self.index.handled,
            "pending_request_count": self.count - self.index.handled,
            "pendingRequestCount": self.count - self.index.handled,
            "total_request_count": self.count,
            "totalRequestCount": self.count,
        }


def stamp_of(path: str) -> tuple[int, int]:
    """When a file last changed (ns) and its size; zeros when it is gone."""
    try:
        facts = os.stat(path, follow_symlinks=False)  # noqa: PTH116
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size
