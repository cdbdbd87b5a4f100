"""Which storage a path means: the same routes hang below a run, an Actor's last run and an id."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from runmon.local import datasets, queues, records
from runmon.local.auth import READS
from runmon.local.dataset_store import DatasetStore
from runmon.local.disturbance import CountLag
from runmon.local.faults import ApiFault, read_only
from runmon.local.fork import Endpoint, Planned
from runmon.local.record_store import RecordStore
from runmon.local.registry import Registry, Store, may_read
from runmon.local.runs import RunState
from runmon.local.signatures import record_signed, storage_signed
from runmon.local.storage_routes import described
from runmon.local.wire import data, offer_to, words

RUN_PREFIXES = ("/v2/actor-runs/{run_id}", "/v2/actors/{actor_id}/runs/last", "/v2/acts/{actor_id}/runs/last")
BY_ID = {"dataset": "/v2/datasets", "records": "/v2/key-value-stores", "queue": "/v2/request-queues"}
BELOW_RUN = {"dataset": "/dataset", "records": "/key-value-store", "queue": "/request-queue"}


def registry_of(request: Request) -> Registry:
    """The registry of the platform that answers."""
    return cast(Registry, request.app.state.registry)


def run_of(request: Request) -> RunState:
    """The run a path means, after the check that the caller may read or change it. ApiFault 403, 404."""
    state = named_run(request)
    may_read(state, None, request.state.access)
    refuse_writes(request, state)
    return state


def named_run(request: Request) -> RunState:
    """The run that a path names by id, or as an Actor's last."""
    registry = registry_of(request)
    if "actor_id" not in request.path_params:
        return registry.run(request.path_params["run_id"])
    origin = request.query_params.get("origin", "")
    return registry.last(request.path_params["actor_id"], words(request, "status"), origin)


def refuse_writes(request: Request, state: RunState) -> None:
    """ApiFault 403 for a write to what is open for reading."""
    if request.method not in READS and (state.read_only or registry_of(request).read_only):
        raise read_only()


def storage_routes() -> list[Planned]:
    """Every storage route under every prefix."""
    kinds = {"dataset": datasets.routes(), "records": records.routes(), "queue": queues.routes()}
    found = [Planned(BY_ID[kind], creator(kind), methods=["POST"]) for kind in kinds]
    for kind, routes in kinds.items():
        found += [remounted(route, BY_ID[kind] + "/{store_id}", kind, by_id) for route in routes]
    for prefix in RUN_PREFIXES:
        for kind, routes in kinds.items():
            found += [remounted(route, prefix + BELOW_RUN[kind], kind, of_run) for route in routes]
    return found


Finder = Callable[[Request, str], tuple[RunState, Store]]


def by_id(request: Request, kind: str) -> tuple[RunState, Store]:
    """The storage that a path names by id."""
    return registry_of(request).store(kind, request.path_params["store_id"])


def of_run(request: Request, kind: str) -> tuple[RunState, Store]:
    """A run's default storage."""
    state = named_run(request)
    return registry_of(request).store(kind, state.default_id(kind))


def remounted(route: Planned, prefix: str, kind: str, find: Finder) -> Planned:
    """A storage's route under a prefix; the endpoint finds its storage in `request.state.store`."""

    async def serve(request: Request) -> Response:
        state, store = find(request, kind)
        admit(request, state, store)
        refuse_writes(request, state)
        if offer_to(request) is None:
            state.meter(metered_unit(kind, request))
        request.state.store = store
        request.state.named = partial(registry_of(request).named, kind)
        request.state.run = state
        if isinstance(store, DatasetStore) and (lag := registry_of(request).lag(store)) is not None:
            return await lagging(request, route.endpoint, store, lag)
        if isinstance(store, RecordStore) and leads_elsewhere(request, store):
            return registry_of(request).objects.redirect(store, request.path_params["key"])
        return await route.endpoint(request)

    return Planned(prefix + route.path.rstrip("/"), serve, methods=route.methods)


def admit(request: Request, state: RunState, store: Store) -> None:
    """Let a token, a valid signature or a reader of what is public in. ApiFault 403."""
    secret = registry_of(request).signing_secret(store.id)
    request.state.signing_secret = secret if request.state.access == "token" else None
    if request.state.access != "signed":
        may_read(state, store, request.state.access)
        return
    signature, key = request.query_params["signature"], request.path_params.get("key")
    by_record = key is not None and record_signed(secret, key, signature)
    if not by_record and not storage_signed(secret, store.id, signature):
        raise ApiFault(403, "invalid-signature", "The signature does not open this resource")


async def lagging(request: Request, endpoint: Endpoint, store: DatasetStore, lag: CountLag) -> Response:
    """A dataset's answer with the counts of some seconds ago."""
    response = await endpoint(request)
    lag.note(store.count)
    return lag.falsify(response)


def leads_elsewhere(request: Request, store: RecordStore) -> bool:
    """Whether a record is to be fetched from another origin."""
    key = request.path_params.get("key")
    asked = registry_of(request).faults.redirect_records and request.method == "GET" and key is not None
    return bool(asked) and store.look(str(key)) is not None


UNITS = {"dataset": "DATASET", "records": "KEY_VALUE_STORE", "queue": "REQUEST_QUEUE"}


def metered_unit(kind: str, request: Request) -> str:
    """The unit of `usage` that a storage request counts as, one a request."""
    if request.method not in READS:
        return UNITS[kind] + "_WRITES"
    listing = kind == "records" and request.url.path.endswith(("/keys", "/records"))
    return UNITS[kind] + ("_LISTS" if listing else "_READS")


def creator(kind: str) -> Endpoint:
    """`POST /v2/datasets?name=…`: the storage of a name, made if need be (200, 201)."""

    async def create(request: Request) -> Response:
        name = request.query_params.get("name") or None
        store, fresh = registry_of(request).get_or_create(kind, name)
        request.state.signing_secret = registry_of(request).signing_secret(store.id)
        return data(described(request, store), 201 if fresh else 200)

    return create
