"""A listening socket on loopback, and the server behind it, which is loaded when the first client knocks.

Who asks from within this process needs no socket, and many a platform is asked by nobody else.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from runmon.errors import LocalFault

if TYPE_CHECKING:
    from runmon.local.server import LoopbackServer

BACKLOG = 2048
"""Clients that may wait to be let in, as many as uvicorn lets wait."""


def loopback_socket(port: int) -> socket.socket:
    """A bound socket on 127.0.0.1; port 0 takes a free one. Raises LocalFault when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise LocalFault(f"The local platform cannot listen on port {port} ({error.strerror}).") from error
    return listener


class Doorstep:
    """An ASGI app behind one listening socket, on the running loop."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._opening: asyncio.Task[LoopbackServer] | None = None

    def start(self) -> None:
        """Let clients connect from here on."""
        self._listener.listen(BACKLOG)
        asyncio.get_running_loop().add_reader(self._listener, self._knocked)

    def _knocked(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._opening = loop.create_task(self._open())

    async def _open(self) -> LoopbackServer:
        from runmon.local.server import LoopbackServer

        server = LoopbackServer(self._app, self._listener)
        await server.start()
        return server

    async def stop(self) -> None:
        """Close the socket, let answers under way finish for a moment, end the rest."""
        if self._opening is not None:
            await (await self._opening).stop()
            return
        asyncio.get_running_loop().remove_reader(self._listener)
        self._listener.close()
