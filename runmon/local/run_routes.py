"""Runs over HTTP: the list, the object, and what can be done to a run."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from runmon.local.control import (
    Resurrection,
    abort_run,
    charge_run,
    delete_run,
    metamorph_run,
    reboot_run,
    resurrect_run,
)
from runmon.local.faults import ApiFault, invalid
from runmon.local.fork import Planned
from runmon.local.identity import LOCAL_USER, api_time, read_time
from runmon.local.mounting import RUN_PREFIXES, registry_of, run_of
from runmon.local.runs import RunState
from runmon.local.wire import body, data, flag, most, number, object_body, plain_json, words

LIST_LIMIT = 1000
WAIT_LIMIT_S = 60
ACCESS_LEVELS = frozenset({"FOLLOW_USER_SETTING", "ANYONE_WITH_ID_CAN_READ", "RESTRICTED"})
PRIVATE_FIELDS = ("usageUsd", "usageTotalUsd")
"""What a reader without a token does not see."""

Action = Callable[[Request], Awaitable[Response]]


def routes() -> list[Planned]:
    """The runs list, a run, its actions, and the user."""
    found = [
        Planned("/v2/actor-runs", list_runs, methods=["GET"]),
        Planned("/v2/users/me", me, methods=["GET"]),
        Planned("/v2/actor-runs/{run_id}", one_run, methods=["GET", "PUT", "DELETE"]),
        Planned("/v2/actor-runs/{run_id}/charge", charge, methods=["POST"]),
        Planned("/v2/actor-runs/{run_id}/resurrect", resurrect, methods=["POST"]),
    ]
    for prefix in RUN_PREFIXES:
        if "actor_id" in prefix:
            found.append(Planned(prefix, get_run, methods=["GET"]))
        for name, action in (("abort", abort), ("reboot", reboot), ("metamorph", metamorph)):
            found.append(Planned(f"{prefix}/{name}", action, methods=["POST"]))
    return found


async def me(request: Request) -> Response:
    """`GET /v2/users/me`: the one local user; a token is always needed."""
    return data(LOCAL_USER)


async def list_runs(request: Request) -> Response:
    """`GET /v2/actor-runs`: a page of RunShort, by `startedAt`."""
    return list_answer(request)


def list_answer(request: Request, actor: str = "") -> Response:
    """A page of the runs, of one Actor where it is named."""
    page = registry_of(request).page(
        actor=actor,
        offset=number(request, "offset", 0),
        limit=most(request, LIST_LIMIT, LIST_LIMIT),
        desc=flag(request, "desc"),
        statuses=words(request, "status"),
        after=moment(request, "startedAfter"),
        before=moment(request, "startedBefore"),
    )
    return data(page)


def moment(request: Request, name: str) -> str:
    """A time parameter as the API writes times; empty when it is not given, 400 when it is none."""
    text = request.query_params.get(name, "")
    if not text:
        return ""
    found = read_time(text.replace(" ", "+"))
    if found is None:
        raise invalid(name, "must be a time in ISO 8601")
    return api_time(found)


async def one_run(request: Request) -> Response:
    """GET, PUT and DELETE of `/v2/actor-runs/{runId}`."""
    actions: dict[str, Action] = {"PUT": put_run, "DELETE": drop_run}
    return await actions.get(request.method, get_run)(request)


async def get_run(request: Request) -> Response:
    """The run, after its end or `waitForFinish` seconds (at most 60)."""
    state = run_of(request)
    wait_s = number(request, "waitForFinish", 0, hi=WAIT_LIMIT_S)
    if wait_s and not state.final:
        await state.wait_final(wait_s)
    return answer(request, state)


def answer(request: Request, state: RunState, status: int = 200) -> Response:
    """The run object in its envelope, as far as the caller may see it."""
    view = state.view()
    if state.ended and time.monotonic() - state.ended < registry_of(request).faults.settle:
        view = unsettled(view)
    if request.state.access == "anonymous":
        view = {name: value for name, value in view.items() if name not in PRIVATE_FIELDS}
    return data(view, status)


def unsettled(view: dict[str, Any]) -> dict[str, Any]:
    """A run right after its end: what it cost is not counted yet."""
    costs = dict.fromkeys(view["usageUsd"], 0.0)
    return {**view, "stats": {**view["stats"], "computeUnits": 0.0}, "usageUsd": costs, "usageTotalUsd": 0.0}


async def put_run(request: Request) -> Response:
    """Set `statusMessage`, `isStatusMessageTerminal`, `generalAccess`. 400 for a wrong type or id."""
    state = run_of(request)
    state.update(**changes(await object_body(request), state))
    return answer(request, state)


def changes(wish: dict[str, Any], state: RunState) -> dict[str, Any]:
    """The fields of a PUT that a run takes."""
    if wish.get("runId") not in (None, state.id):
        raise ApiFault(400, "id-does-not-match", "The runId of the body is not the one of the path")
    text, terminal, level = (
        wish.get(name) for name in ("statusMessage", "isStatusMessageTerminal", "generalAccess")
    )
    if text is not None and not isinstance(text, str):
        raise invalid("statusMessage", "must be a string")
    if terminal is not None and not isinstance(terminal, bool):
        raise invalid("isStatusMessageTerminal", "must be a boolean")
    if level is not None and not (isinstance(level, str) and level in ACCESS_LEVELS):
        raise invalid("generalAccess", f"must be one of {', '.join(sorted(ACCESS_LEVELS))}")
    return {name: wish[name] for name in ("statusMessage", "isStatusMessageTerminal") if name in wish} | (
        {"generalAccess": level} if level else {}
    )


async def drop_run(request: Request) -> Response:
    """Forget a finished run; the files of its storages stay. 400 while it goes on."""
    delete_run(registry_of(request), run_of(request))
    return Response(status_code=204)


async def abort(request: Request) -> Response:
    """End a run, at once or `gracefully`; a finished one is returned as it is."""
    state = run_of(request)
    await abort_run(registry_of(request), state, gracefully=flag(request, "gracefully"))
    return answer(request, state)


async def reboot(request: Request) -> Response:
    """Start the process of a running run again. 403 for a finished one."""
    state = run_of(request)
    reboot_run(registry_of(request), state)
    return answer(request, state)


async def metamorph(request: Request) -> Response:
    """Go on with another registered Actor (`targetActorId`); the body becomes its input."""
    state = run_of(request)
    target = request.query_params.get("targetActorId")
    if not target:
        raise ApiFault(400, "parameter-required", "The targetActorId parameter is required")
    content_type = request.headers.get("content-type", "application/json")
    metamorph_run(registry_of(request), state, target, await body(request), content_type)
    return answer(request, state)


async def resurrect(request: Request) -> Response:
    """Start a finished run again. 400 while it goes on, or for a limit out of range."""
    state = run_of(request)
    await resurrect_run(registry_of(request), state, resurrection(request))
    return answer(request, state)


def resurrection(request: Request) -> Resurrection:
    """The query of a resurrection: seconds, megabytes, limits."""
    asked = request.query_params
    options: dict[str, Any] = {}
    if asked.get("maxItems"):
        options["maxItems"] = number(request, "maxItems", 0, lo=1)
    if asked.get("maxTotalChargeUsd"):
        options["maxTotalChargeUsd"] = amount(request, "maxTotalChargeUsd")
    if asked.get("build"):
        options["build"] = asked["build"]
    return Resurrection(
        timeout_s=number(request, "timeout", 0) if asked.get("timeout") else None,
        memory_mb=number(request, "memory", 0, lo=128, hi=32_768) if asked.get("memory") else None,
        options=options,
        restart_on_error=flag(request, "restartOnError"),
    )


def amount(request: Request, name: str) -> float:
    """A query parameter in dollars. 400 when it is no number above 0."""
    try:
        value = float(request.query_params[name])
    except ValueError:
        value = -1.0
    if not 0 < value < 1e9:
        raise invalid(name, "must be a number above 0")
    return value


async def charge(request: Request) -> Response:
    """Count `{eventName, count}`; a repeated idempotency key counts once. 201 with an empty object."""
    state = run_of(request)
    wish = await object_body(request)
    charge_run(state, wish, request.headers.get("idempotency-key", ""))
    return plain_json({}, 201)
