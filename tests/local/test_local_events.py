"""The events socket: what an Actor at home hears."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from runmon.local.app import LocalPlatform


async def test_an_actor_hears_its_figures_and_the_abort(
    monkeypatch: pytest.MonkeyPatch, platform: LocalPlatform, tmp_path: Path
) -> None:
    monkeypatch.setattr("runmon.local.events.INFO_EVERY_S", 0.01)
    stats = {"memCurrentBytes": 5_000_000, "cpuCurrentUsage": 97.5}
    state = platform.registry.run(platform.create(tmp_path, run={"status": "RUNNING", "stats": stats}))
    assert state.events_url is not None

    async with connect(state.events_url, proxy=None) as socket:
        info = json.loads(await asyncio.wait_for(socket.recv(), 60))
        platform.loop.call_soon_threadsafe(state.emit, "aborting")
        told = [json.loads(await asyncio.wait_for(socket.recv(), 60))["name"] for _ in range(20)]

    assert info["name"] == "systemInfo"
    assert (info["data"]["memCurrentBytes"], info["data"]["isCpuOverloaded"]) == (5_000_000, True)
    assert "aborting" in told


async def test_the_socket_closes_with_the_run(
    monkeypatch: pytest.MonkeyPatch, platform: LocalPlatform, tmp_path: Path
) -> None:
    monkeypatch.setattr("runmon.local.events.INFO_EVERY_S", 0.01)
    run = platform.create(tmp_path, run={"status": "RUNNING"})
    url = platform.registry.run(run).events_url
    assert url is not None

    async with connect(url, proxy=None) as socket:
        await asyncio.wait_for(socket.recv(), 60)
        await asyncio.to_thread(platform.abort, run, gracefully=False)
        with pytest.raises(ConnectionClosed):
            while True:
                await asyncio.wait_for(socket.recv(), 60)


@pytest.mark.parametrize("query", ["", "?token=wrong"])
async def test_nobody_listens_without_the_token(platform: LocalPlatform, tmp_path: Path, query: str) -> None:
    run = platform.create(tmp_path)
    url = f"ws://127.0.0.1:{platform.port}/v2/actor-runs/{run}/events{query}"

    with pytest.raises(InvalidStatus) as refused:
        await connect(url, proxy=None)

    assert refused.value.response.status_code == 403


async def test_a_page_of_another_origin_hears_nothing(platform: LocalPlatform, tmp_path: Path) -> None:
    url = platform.registry.run(platform.create(tmp_path)).events_url
    assert url is not None

    with pytest.raises(InvalidStatus):
        await connect(url, proxy=None, origin="http://evil.com")  # type: ignore[arg-type]
