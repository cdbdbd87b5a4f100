"""What a platform holds: its runs and, through them, every storage by id or name."""

from __future__ import annotations

import re
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from runmon.local.dataset_store import DatasetStore
from runmon.local.disturbance import CountLag, Faults
from runmon.local.faults import ApiFault, gone, invalid, not_found, read_only
from runmon.local.folder import KINDS, read_object
from runmon.local.identity import actor_id, derived_id, new_id
from runmon.local.objects import Objects
from runmon.local.queue_store import QueueStore
from runmon.local.record_store import RecordStore
from runmon.local.run_object import DEFAULT_IDS
from runmon.local.runs import DEFAULT_ACTOR, RunState
from runmon.local.signatures import secret_of

if TYPE_CHECKING:
    from runmon.local.runner import Runner, RunSpec

Store = DatasetStore | RecordStore | QueueStore

STORES: dict[str, type[DatasetStore] | type[RecordStore] | type[QueueStore]] = {
    "dataset": DatasetStore,
    "records": RecordStore,
    "queue": QueueStore,
}
NOUNS = {"dataset": "Dataset", "records": "Key-value store", "queue": "Request queue"}
LEGAL_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class Registry:
    """The runs of one platform, oldest first, and the way from an id to a storage."""

    def __init__(self, *, read_only: bool = False, faults: Faults | None = None) -> None:
        self.read_only = read_only
        self.faults = faults or Faults()
        self.objects = Objects()
        self._master_secret = secrets.token_hex(16)
        self._lags: WeakKeyDictionary[Store, CountLag] = WeakKeyDictionary()
        self.runs: dict[str, RunState] = {}
        self.runners: dict[str, Runner] = {}
        """The processes behind runs that were started here, by run id."""
        self.home: Path | None = None
        """Where runs that the API starts get their folders; None refuses them."""
        self.launch: Callable[[RunSpec], Awaitable[str]] | None = None
        """Starts a run; set by the platform that serves this registry."""
        self.revive: Callable[[RunState], Runner | None] = lambda state: None
        """What starts a run of an earlier platform again; set by the platform that serves this registry."""
        self.tells_files = False
        """Whether lists of keys name the files of their records, for those who have them on this machine."""
        self.shelf: RunState | None = None
        """Where storages lie that belong to no run; without one they lie beside the newest run's."""
        self.actors: dict[str, tuple[str, ...]] = {}
        """Commands that can be started as Actors and metamorphed into, by name."""
        self.crashes: deque[Exception] = deque(maxlen=20)
        """What made routes fail (500), newest last."""
        self._extra: dict[tuple[str, str], tuple[RunState, Store]] = {}

    def add(self, state: RunState) -> str:
        """Take a run in; its id changes if another folder's run has the same, or one that was here before."""
        held = self.runs.get(state.id)
        if held is not None and held.folder.path != state.folder.path:
            state.data["id"] = derived_id(str(state.folder.path), state.id)
        elif held is not None and held.absence:
            self._tell_apart(state)
        self.runs[state.id] = state
        state.log.cap = self.faults.log_cap
        return state.id

    def _tell_apart(self, state: RunState) -> None:
        """Give a run ids of its own, where the folder gave the same to the run that it held before."""
        for field in ("id", *DEFAULT_IDS.values()):
            state.data[field] = derived_id(str(state.data[field]), str(len(self.runs)))

    def runner(self, state: RunState) -> Runner | None:
        """What starts a run's process, kept runs' too; None where no command is known."""
        if state.id not in self.runners and not state.read_only and (found := self.revive(state)) is not None:
            self.runners[state.id] = found
        return self.runners.get(state.id)

    def remove(self, state: RunState) -> None:
        """Forget a run; its storages answer no more."""
        self.runs.pop(state.id, None)
        self.runners.pop(state.id, None)
        self._extra = {key: pair for key, pair in self._extra.items() if pair[0] is not state}

    def run(self, run_id: str) -> RunState:
        """The run with an id. ApiFault 404 when there is none."""
        state = self.runs.get(run_id)
        if state is None or time.monotonic() - state.born < self.faults.appear:
            raise not_found("Actor run")
        return present(state)

    def last(self, actor: str, statuses: tuple[str, ...] = (), origin: str = "") -> RunState:
        """The run of an Actor (its id or `user~name`) that started last. ApiFault 404 when there is none."""
        found = [
            state
            for state in self.present()
            if state.is_of(actor)
            if not statuses or state.data["status"] in statuses
            if not origin or state.data["meta"].get("origin") == origin
        ]
        if not found:
            raise not_found("Actor run")
        return max(found, key=lambda state: str(state.data["startedAt"]))

    def actor(self, key: str) -> tuple[str, tuple[str, ...]]:
        """A registered Actor's name and command, by id, name or `user~name`. ApiFault 404.

        Of an Actor that only runs tell of, the command is empty.
        """
        name = key.rpartition("~")[2]
        for known, command in self.actors.items():
            if known == name or actor_id(known) == key:
                return known, command
        for state in self.runs.values():
            if state.read_only and state.actor_name != DEFAULT_ACTOR and state.data["actId"] == key:
                return state.actor_name, ()
        raise not_found("Actor")

    def stats(self, name: str) -> dict[str, Any]:
        """How often an Actor ran here, and when it started last where it did."""
        started = [str(state.data["startedAt"]) for state in self.runs.values() if state.is_of(name)]
        return {"totalRuns": len(started), **({"lastRunStartedAt": max(started)} if started else {})}

    def store(self, kind: str, key: str) -> tuple[RunState, Store]:
        """A storage by id, name or `user~name`, and its run. ApiFault 404 when there is none."""
        for state in reversed(self.runs.values()):
            if state.data[DEFAULT_IDS[kind]] == key:
                return present(state), state.store(kind)
        pair = self._extra.get((kind, key)) or self._named(kind, key.rpartition("~")[2])
        if pair is None or pair[1].dropped:
            raise not_found(NOUNS[kind])
        present(pair[0])
        return pair

    def present(self) -> Iterator[RunState]:
        """The runs that are still in their folders."""
        return (state for state in self.runs.values() if not state.absence)

    def named(self, kind: str, name: str) -> Store | None:
        """The storage of a name; None where the name is free."""
        pair = self._named(kind, name)
        return None if pair is None or pair[1].dropped else pair[1]

    def _named(self, kind: str, key: str) -> tuple[RunState, Store] | None:
        for state in reversed(self.runs.values()):
            if given_name(state, kind) == key:
                return state, state.store(kind)
        for state, name in self._names(kind):
            store_id = state.folder.storage_id(kind, name)
            if key in {name, store_id, given_name(state, kind, name)}:
                return self._open(kind, state, name, store_id)
        return None

    def _names(self, kind: str) -> Iterator[tuple[RunState, str]]:
        for state in (*([self.shelf] if self.shelf else []), *reversed(self.runs.values())):
            for name in state.folder.names(kind):
                yield state, name

    def _open(self, kind: str, state: RunState, name: str, store_id: str) -> tuple[RunState, Store]:
        held = self._extra.get((kind, store_id))
        if held is None or held[1].dropped:
            store = STORES[kind](
                state.folder.place(kind, name), id=store_id, read_only=state.read_only, facts=state.facts
            )
            held = self._extra[kind, store_id] = (state, store)
        return held

    def get_or_create(self, kind: str, name: str | None) -> tuple[Store, bool]:
        """The storage of a name (None: a new one), made beside the newest run's; whether it is new."""
        if name is not None:
            if not LEGAL_NAME.fullmatch(name) or name == "default":
                raise invalid("name", "must be 1 to 63 letters, digits and dashes, with no dash at an end")
            if (held := self._named(kind, name)) is not None:
                return held[1], False
        newest = (state for state in reversed(self.runs.values()) if not state.read_only)
        home = self.shelf or next(newest, None)
        if home is None or self.read_only:
            raise read_only()
        store_id = new_id()
        _, store = self._open(kind, home, name or store_id, store_id)
        if name is not None:
            store.rename(name=name)
        else:
            store.save_card()
        return store, True

    def signing_secret(self, store_id: str) -> str:
        """The secret that signs a storage's addresses; new with each platform."""
        return secret_of(self._master_secret, store_id)

    def lag(self, store: DatasetStore) -> CountLag | None:
        """How a dataset's count lags, when that was asked for."""
        if not self.faults.item_count_lag:
            return None
        if store not in self._lags:
            self._lags[store] = CountLag(self.faults.item_count_lag, store.count)
        return self._lags[store]

    def page(
        self,
        *,
        actor: str = "",
        offset: int,
        limit: int,
        desc: bool,
        statuses: tuple[str, ...],
        after: str,
        before: str,
    ) -> dict[str, Any]:
        """A page of the runs list, by start; of one Actor where it is named."""
        found = [
            view
            for view in (state.view() for state in self.present() if not actor or state.is_of(actor))
            if not statuses or view["status"] in statuses
            if not after or view["startedAt"] >= after
            if not before or view["startedAt"] <= before
        ]
        found.sort(key=lambda view: str(view["startedAt"]), reverse=desc)
        items = [short(view) for view in found[offset : offset + limit]]
        counts = {"total": len(found), "offset": offset, "limit": limit, "count": len(items), "desc": desc}
        return {**counts, "items": items}


def present(state: RunState) -> RunState:
    """The run, where its folder still holds it. ApiFault 404."""
    if why := state.absence:
        raise gone(why)
    return state


def given_name(state: RunState, kind: str, place: str = "default") -> Any:
    """The name that a storage was given, which need not be its folder's; None where it has none."""
    return read_object(state.folder.place(kind, place) / "__metadata__.json").get("name")


SHORT_FIELDS = (
    "id",
    "actId",
    "userId",
    "actorTaskId",
    "startedAt",
    "finishedAt",
    "status",
    "meta",
    "buildId",
    "buildNumber",
    "usageTotalUsd",
    "defaultKeyValueStoreId",
    "defaultDatasetId",
    "defaultRequestQueueId",
    "generalAccess",
)


def short(view: dict[str, Any]) -> dict[str, Any]:
    """A run as the list shows it."""
    return {**{name: view.get(name) for name in SHORT_FIELDS}, "buildNumberInt": 1}


assert STORES.keys() == KINDS.keys()


def may_read(state: RunState, store: Store | None, access: str) -> None:
    """Refuse an anonymous read of what is RESTRICTED. ApiFault 403."""
    own = store.card.get("generalAccess") if store is not None else None
    level = own if own not in (None, "FOLLOW_USER_SETTING") else state.data.get("generalAccess")
    if access == "anonymous" and level == "RESTRICTED":
        raise ApiFault(403, "insufficient-permissions", "You do not have permission to read this resource")
