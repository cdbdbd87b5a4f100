"""uvicorn on a loopback socket: quick to start, quick to stop, deaf to dawdlers."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any, ClassVar, cast

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from runmon.local.faults import ApiFault, fault_response

HEAD_DEADLINE_S = 10.0
"""How long a client may take to send the head of a request."""

IDLE_S = 20
"""How long an idle connection is kept."""

CONCURRENCY = 128
"""Requests answered at once, log streams included; one more gets 503."""

UNSAID = 128
"""Connections that have not sent a whole head; one more, and the oldest of them is dropped."""

HEAD_BYTES = 16_384
DRAIN_S = 0.3
"""How long answers under way may take when the server stops."""


class PromptProtocol(H11Protocol):
    """HTTP/1.1 that gives up on a request whose head does not arrive, and loads WebSockets on demand."""

    head_deadline_s = HEAD_DEADLINE_S
    head_timer: asyncio.TimerHandle | None = None
    unsaid: ClassVar[dict[PromptProtocol, None]] = {}
    """Those whose head is awaited, oldest first; every server has its own."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        self.await_head()

    def data_received(self, data: bytes) -> None:
        try:
            super().data_received(data)
        except UnicodeDecodeError:
            self.send_400_response("Invalid HTTP request received.")
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.await_head()
        else:
            self.stop_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_head_timer()
        super().connection_lost(exc)

    def await_head(self) -> None:
        """Give the client its time, and drop who has used most of it where too many take theirs."""
        if self.head_timer is not None:
            return
        self.head_timer = self.loop.call_later(self.head_deadline_s, self.transport.abort)
        self.unsaid[self] = None
        if len(self.unsaid) > UNSAID:
            oldest = next(iter(self.unsaid))
            oldest.stop_head_timer()
            oldest.transport.abort()

    def stop_head_timer(self) -> None:
        """The head is here, or nobody waits for it any more."""
        self.unsaid.pop(self, None)
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _should_upgrade_to_ws(self) -> bool:
        return True

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

        self.stop_head_timer()
        self.ws_protocol_class = cast(Any, WebSocketsSansIOProtocol)
        super().handle_websocket_upgrade(event)


class Limited:
    """An ASGI app that answers so many HTTP requests at once, and 503 in Apify's shape beyond."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.limit:
            await fault_response(overloaded())(scope, receive, send)
            return
        self.under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1


def overloaded() -> ApiFault:
    """503: every client retries it."""
    fault = ApiFault(503, "internal-server-error", "Too many requests are being answered; try again shortly")
    fault.headers = {"retry-after": "1"}
    return fault


class LoopbackServer:
    """An ASGI app behind one listening socket, on the running loop."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self.listener = listener
        config = uvicorn.Config(
            Limited(app, CONCURRENCY),
            http=type("Protocol", (PromptProtocol,), {"unsaid": {}}),
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            h11_max_incomplete_event_size=HEAD_BYTES,
            timeout_keep_alive=IDLE_S,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        config.load()
        self.server = uvicorn.Server(config)
        self.server.lifespan = config.lifespan_class(config)

    async def start(self) -> None:
        """Accept connections from here on."""
        await self.server.startup(sockets=[self.listener])

    async def stop(self) -> None:
        """Close the socket, let answers under way finish for a moment, end the rest."""
        state = self.server.server_state
        for listener in self.server.servers:
            listener.close()
        for connection in list(state.connections):
            connection.shutdown()
        if state.tasks:
            _, late = await asyncio.wait(set(state.tasks), timeout=DRAIN_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=DRAIN_S)
        for connection in list(state.connections):
            connection.transport.close()
        await asyncio.sleep(0)
