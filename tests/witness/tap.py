"""Hears every exchange of a platform, so that a test knows what a client asked and was told."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class Exchange:
    """One request and its whole answer."""

    method: str
    path: str
    """Percent-encoded, without the query."""
    query: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    """False when the client left before the answer was whole."""

    def begin(self, message: Message) -> None:
        self.status = message["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}

    def go_on(self, message: Message) -> None:
        self.body += message.get("body", b"")
        self.ended = not message.get("more_body", False)


class Tap:
    """ASGI: lets an app answer and keeps what passes."""

    def __init__(self) -> None:
        self.heard: list[Exchange] = []

    def on(self, app: ASGIApp) -> ASGIApp:
        """The app, listened to."""

        async def tapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = scope.get("raw_path", scope["path"].encode()).decode()
            exchange = Exchange(scope["method"], path, scope["query_string"].decode())
            self.heard.append(exchange)

            async def sent(message: Message) -> None:
                if message["type"] == "http.response.start":
                    exchange.begin(message)
                elif message["type"] == "http.response.body":
                    exchange.go_on(message)
                await send(message)

            await app(scope, receive, sent)

        return tapped
