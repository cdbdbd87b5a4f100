"""Another origin for records: where a redirect leads when `redirect_records` asks for one."""

from __future__ import annotations

import asyncio
import secrets

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runmon.local.record_store import RecordStore


class Objects:
    """Tickets for records, redeemed without a token on a port of their own."""

    def __init__(self) -> None:
        self.url = ""
        """`http://127.0.0.1:PORT` of this origin, known once it listens."""
        self._tickets: dict[str, tuple[RecordStore, str]] = {}

    def app(self) -> Starlette:
        """`GET /objects/{ticket}`."""
        return Starlette(routes=[Route("/objects/{ticket}", self.serve)])

    def redirect(self, store: RecordStore, key: str) -> Response:
        """302 to a record's address here."""
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = (store, key)
        return Response(
            status_code=302, headers={"location": f"{self.url}/objects/{ticket}?signature={ticket}"}
        )

    async def serve(self, request: Request) -> Response:
        """The record of a ticket; 400 for a caller with an Authorization header, as elsewhere."""
        if "authorization" in request.headers:
            return Response("Only one auth mechanism allowed", 400)
        store, key = self._tickets.get(request.path_params["ticket"], (None, ""))
        record = None if store is None else await asyncio.to_thread(store.get, key)
        if record is None:
            return Response("No such object", 404)
        return Response(record.body, headers={"content-type": record.content_type})
