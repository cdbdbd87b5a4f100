"""Servers and clients that end with their test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from runmon.api.client import Api, Patience
from tests.loopback import Connect, Handler, Server, Start


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts servers."""
    async with AsyncExitStack() as stack:

        async def started(handler: Handler) -> Server:
            server = Server(handler)
            listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
            stack.callback(listening.close)
            server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            return server

        yield started


@pytest.fixture
async def connect(pauses: list[float]) -> AsyncIterator[Connect]:
    """Makes clients that note their pauses instead of sleeping."""
    async with AsyncExitStack() as stack:

        async def noted(seconds: float) -> None:
            pauses.append(seconds)

        def connected(server: Server, **options: Any) -> Api:
            patience = options.pop("patience", Patience(sleep=noted, chance=lambda: 0.0))
            api = Api(server.address, patience=patience, **options)
            stack.push_async_callback(api.aclose)
            return api

        yield connected


@pytest.fixture
def pauses() -> list[float]:
    """Seconds that a client would have slept, in order."""
    return []
