"""The platform's own OpenAPI description: every route it has, at `GET /v2/openapi.json`.

The paths come from the route tables, so that none can be forgotten; what they take and answer comes from the
table in `described_operations`. A route without an entry there is a KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runmon.local.described_operations import HEADERS, OPERATIONS, QUERY, Operation
from runmon.local.described_shapes import ANSWERS, BODIES, ID, TEXT, Schema, ref, thing
from runmon.local.record_store import KEY
from runmon.local.wire import plain_json

PLACE = "/v2/openapi.json"
ABOUT = (
    "An Apify-shaped API over run folders on this machine. Any GET or POST becomes another method by "
    "`?method=`. `/v2/acts/` is the former name of `/v2/actors/`. The events of a run are a WebSocket, at "
    "`/v2/actor-runs/{runId}/events`."
)
PAGINATION = ("Offset", "Limit", "Count", "Total", "Desc")
KINDS = (
    (re.compile(r"/v2/(actor-runs/{run_id}|act(or)?s/{actor_id}/runs/last|logs/{run_id}$)"), "run"),
    (re.compile(r"/v2/act(or)?s/{actor_id}"), "actor"),
    (re.compile(r"/v2/(datasets|key-value-stores|request-queues)/{store_id}"), ""),
)
PATH_NAMES = {"run_id": "runId", "actor_id": "actorId", "request_id": "requestId", "key": "recordKey"}
STORE_NAMES = {"datasets": "datasetId", "key-value-stores": "storeId", "request-queues": "queueId"}


def routes(described: Iterable[Route]) -> list[Route]:
    """The route of the description of these routes and of itself."""
    found = [*described]

    @cache
    def whole() -> dict[str, Any]:
        return description([*found, own])

    async def show(request: Request) -> Response:
        return plain_json({**whole(), "servers": [{"url": str(request.base_url).rstrip("/")}]})

    own = Route(PLACE, show, methods=["GET"])
    return [own]


def description(described: Iterable[Route]) -> dict[str, Any]:
    """An OpenAPI 3.1 document of all methods of all these routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        for method in sorted(route.methods or ()):
            paths.setdefault(path_of(route.path), {})[method.lower()] = operation(method, route.path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "The local platform of runmon", "version": "2", "description": ABOUT},
        "security": [{"bearer": []}, {"query": []}],
        "paths": paths,
        "components": {
            "schemas": ANSWERS | BODIES,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
    }


def path_of(route: str) -> str:
    """`/v2/datasets/{store_id}/items` → `/v2/datasets/{datasetId}/items`."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: f"{{{parameter_name(route, found[1])}}}", route)


def parameter_name(route: str, name: str) -> str:
    """What the description calls a path parameter of a route."""
    return STORE_NAMES[route.split("/")[2]] if name == "store_id" else PATH_NAMES[name]


def key_of(method: str, route: str) -> str:
    """The entry of `OPERATIONS` that is meant, whatever the prefix: `GET dataset/items`."""
    return f"{'GET' if method == 'HEAD' else method} {place_of(route)}"


def place_of(route: str) -> str:
    """`/v2/datasets/{store_id}/items` and `/v2/actor-runs/{run_id}/dataset/items` → `dataset/items`."""
    for prefix, kind in KINDS:
        found = prefix.match(route)
        if found is not None:
            rest = re.sub(r"{[^}]+}", "{}", route[found.end() :])
            return below(kind or found[1].removesuffix("s"), "/log" if "logs/" in found[0] else rest)
    return {"actor-runs": "runs", "acts": "actors"}.get(route[4:], route[4:])


def below(kind: str, rest: str) -> str:
    """A place below a run, an Actor or a storage; a run's storages are storages."""
    stores = ("/dataset", "/key-value-store", "/request-queue")
    return rest.removeprefix("/") if kind == "run" and rest.startswith(stores) else kind + rest


def operation(method: str, route: str) -> dict[str, Any]:
    """An operation object. HEAD is GET without content."""
    found = OPERATIONS[key_of(method, route)]
    told: dict[str, Any] = {
        "summary": found.summary,
        "operationId": re.sub(r"\W+", "-", f"{method} {path_of(route)}").strip("-").lower(),
        "parameters": parameters(found, route),
        "responses": responses(found, content=method != "HEAD"),
    }
    if found.body is not None:
        content = {kind: {"schema": found.body} for kind in found.takes}
        told["requestBody"] = {"required": "application/octet-stream" not in content, "content": content}
    return told


def parameters(found: Operation, route: str) -> list[dict[str, Any]]:
    """The parameters in the path, the query and the headers."""
    names = re.findall(r"{(\w+)(?::\w+)?}", route)
    told = [parameter("path", parameter_name(route, name), path_schema(name), True) for name in names]
    query = found.query.split() + (["status", "origin"] if "/runs/last" in route else [])
    for name in query:
        key = name.rstrip("!")
        told.append(parameter("query", key.partition(">")[0], QUERY[key], name.endswith("!")))
    return told + [parameter("header", name, HEADERS[name], False) for name in found.headers.split()]


def parameter(place: str, name: str, schema: Schema, required: bool) -> dict[str, Any]:
    """A parameter object."""
    return {"name": name, "in": place, "required": required, "schema": schema}


def path_schema(name: str) -> Schema:
    """What may stand in a path: ids of ours, names of storages, keys of records."""
    if name == "key":
        return {"type": "string", "pattern": f"^{KEY.pattern}$"}
    return ID if name == "run_id" else {**TEXT, "minLength": 1}


def responses(found: Operation, *, content: bool) -> dict[str, Any]:
    """The answers by status; without their bodies for HEAD."""
    told = {status: {"description": "Done"} | success(found, status, content) for status in found.ok.split()}
    error = {"content": json_content(ref("Error"))} if content else {}
    return told | {status: {"description": "Refused", **error} for status in found.errors.split()}


def success(found: Operation, status: str, content: bool) -> dict[str, Any]:
    """What comes with a status of success."""
    headers = {f"X-Apify-Pagination-{name}": {"schema": TEXT} for name in PAGINATION}
    told: dict[str, Any] = {"headers": headers} if "clean" in found.query.split() else {}
    if not content or status in {"204", "302"}:
        return told
    if found.bare is not None:
        return told | {"content": {kind: {"schema": found.bare} for kind in found.types}}
    return told | {"content": json_content(thing({"data": ref(found.data)}))}


def json_content(schema: Schema) -> dict[str, Any]:
    """The content object of a JSON body."""
    return {"application/json": {"schema": schema}}
