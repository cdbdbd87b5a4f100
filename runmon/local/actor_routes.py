"""Registered commands as Actors: list them, look one up, start it, list its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from runmon.local.auth import READS
from runmon.local.faults import ApiFault, invalid, read_only
from runmon.local.fork import Planned
from runmon.local.identity import LOCAL_USER, LOCAL_USER_ID, actor_id, new_id
from runmon.local.mounting import registry_of
from runmon.local.run_routes import LIST_LIMIT, WAIT_LIMIT_S, answer, list_answer, resurrection
from runmon.local.wire import body, data, flag, most, number

if TYPE_CHECKING:
    from runmon.local.runner import RunSpec

DEFAULT_MEMORY_MB = 1024
LAST_START = "stats.lastRunStartedAt"
ORDERS = ("createdAt", LAST_START)


def routes() -> list[Planned]:
    """`/v2/actors`, `/v2/actors/{actorId}` and its runs, under today's and the former prefix."""
    found = []
    for prefix in ("/v2/actors", "/v2/acts"):
        found += [
            Planned(prefix, every, methods=["GET"]),
            Planned(prefix + "/{actor_id}", show, methods=["GET"]),
            Planned(prefix + "/{actor_id}/runs", runs, methods=["GET", "POST"]),
        ]
    return found


async def every(request: Request) -> Response:
    """`GET /v2/actors`: a page of registered commands, by name or by their last start."""
    registry = registry_of(request)
    found = [short(name, registry.stats(name)) for name in sorted(registry.actors)]
    order = request.query_params.get("sortBy") or "createdAt"
    if order not in ORDERS:
        raise invalid("sortBy", f"must be one of {', '.join(ORDERS)}")
    if order == LAST_START:
        found.sort(key=lambda actor: actor["stats"].get("lastRunStartedAt", ""))
    desc, offset = flag(request, "desc"), number(request, "offset", 0)
    limit = most(request, LIST_LIMIT, LIST_LIMIT)
    items = (found[::-1] if desc else found)[offset : offset + limit]
    counts = {"total": len(found), "offset": offset, "limit": limit, "count": len(items), "desc": desc}
    return data({**counts, "items": items})


def short(name: str, stats: dict[str, Any]) -> dict[str, Any]:
    """A registered command as the list of Actors shows it."""
    whole = described(name)
    fields = ("id", "name", "username", "createdAt", "modifiedAt")
    return {**{field: whole[field] for field in fields}, "stats": stats}


async def show(request: Request) -> Response:
    """`GET /v2/actors/{actorId}`: what is known of a registered command."""
    name, _ = registry_of(request).actor(request.path_params["actor_id"])
    return data(described(name))


def described(name: str) -> dict[str, Any]:
    """A registered command as the API shows an Actor."""
    born = "2026-01-01T00:00:00.000Z"
    return {
        "id": actor_id(name),
        "userId": LOCAL_USER_ID,
        "name": name,
        "username": LOCAL_USER["username"],
        "isPublic": False,
        "createdAt": born,
        "modifiedAt": born,
        "stats": {},
        "versions": [],
        "defaultRunOptions": {"build": "local", "timeoutSecs": 0, "memoryMbytes": DEFAULT_MEMORY_MB},
        "taggedBuilds": {},
    }


async def runs(request: Request) -> Response:
    """GET the runs of an Actor, or POST an input to start one (201; `waitForFinish` as for a run)."""
    if request.method in READS:
        name = request.path_params["actor_id"]
        return list_answer(request, name)
    registry = registry_of(request)
    name, command = registry.actor(request.path_params["actor_id"])
    if registry.read_only or registry.launch is None or registry.home is None:
        raise read_only()
    run_id = await registry.launch(await spec_of(request, name, command))
    state = registry.runs[run_id]
    wait_s = number(request, "waitForFinish", 0, hi=WAIT_LIMIT_S)
    if wait_s:
        await state.wait_final(wait_s)
    return answer(request, state, 201)


async def spec_of(request: Request, name: str, command: tuple[str, ...]) -> RunSpec:
    """The run that a POST asks for, in a folder of its own."""
    from runmon.local.runner import RunSpec

    registry = registry_of(request)
    if registry.home is None:
        raise ApiFault(400, "operation-not-allowed", "The platform has no folder for new runs")
    wish = resurrection(request)
    memory_mb = wish.memory_mb or DEFAULT_MEMORY_MB
    timeout_s = wish.timeout_s or 0
    run_id = new_id()
    options = {"timeoutSecs": round(timeout_s), "memoryMbytes": memory_mb, **wish.options}
    return RunSpec(
        command,
        registry.home / run_id,
        input=await body(request) or None,
        input_content_type=request.headers.get("content-type", "application/json"),
        timeout_s=timeout_s,
        memory_mb=memory_mb,
        actor_name=name,
        run={"id": run_id, "meta": {"origin": "API"}, "options": options},
    )
