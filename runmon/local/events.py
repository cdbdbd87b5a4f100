"""The events socket of a run: how an Actor at home hears `systemInfo` every second and `aborting` in time."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from runmon.local.faults import ApiFault
from runmon.local.identity import now_text
from runmon.local.registry import Registry
from runmon.local.runs import RunState

INFO_EVERY_S = 1.0
INFO_FIELDS = (
    "memAvgBytes",
    "memCurrentBytes",
    "memMaxBytes",
    "cpuAvgUsage",
    "cpuMaxUsage",
    "cpuCurrentUsage",
)
OVERLOADED_PERCENT = 95.0


def routes() -> list[WebSocketRoute]:
    """`ws://…/v2/actor-runs/{runId}/events?token=…`."""
    return [WebSocketRoute("/v2/actor-runs/{run_id}/events", events)]


def events_url(base_url: str, run_id: str, token: str) -> str:
    """ACTOR_EVENTS_WEBSOCKET_URL; the SDK's socket sends no header, so the token is in the query."""
    return f"{base_url.replace('http', 'ws', 1)}/v2/actor-runs/{run_id}/events?token={token}"


async def events(socket: WebSocket) -> None:
    """Send a run's events until the run or the listener is gone."""
    registry = cast(Registry, socket.app.state.registry)
    try:
        state = registry.run(socket.path_params["run_id"])
    except ApiFault:
        await socket.close(1008)
        return
    await socket.accept()
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    state.events.add(queue)
    sending = asyncio.create_task(send_events(socket, state, queue))
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sending.cancel()
    finally:
        state.events.discard(queue)


async def send_events(socket: WebSocket, state: RunState, queue: asyncio.Queue[dict[str, Any]]) -> None:
    """What is told to the run, and its figures every second; the socket closes when the run is over."""
    while not state.final:
        try:
            async with asyncio.timeout(INFO_EVERY_S):
                event = await queue.get()
        except TimeoutError:
            event = {"name": "systemInfo", "data": system_info(state)}
        await socket.send_json(event)
    await socket.close()


def system_info(state: RunState) -> dict[str, Any]:
    """The process figures in the shape of the platform's `systemInfo` event."""
    stats = state.data["stats"]
    figures = {name: stats.get(name) or 0 for name in INFO_FIELDS}
    overloaded = figures["cpuCurrentUsage"] > OVERLOADED_PERCENT
    return {**figures, "isCpuOverloaded": overloaded, "createdAt": now_text()}
