"""What sends one request and hands back its response: over the network, or to a server of this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Protocol


class Headers(Mapping[str, str]):
    """Headers by name in any case; values of the same name are joined by commas."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            name = name.lower()
            self._values[name] = f"{self._values[name]}, {value}" if name in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Response(Protocol):
    """A response whose head is there."""

    status: int
    headers: Mapping[str, str]
    """By name in any case."""
    offered: Mapping[str, Any]
    """What a server of this process says of its answer beside it; nothing where another answers."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, still in its content coding. CutShort where it breaks off."""
        ...

    async def aclose(self) -> None:
        """Nobody reads on."""
        ...


class Sender(Protocol):
    """Sends requests; follows no redirects and knows no token."""

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Response:
        """The response once its head is there. Unreachable, TooSlow, CutShort, or another LinkError."""
        ...

    async def aclose(self) -> None:
        """End every connection."""
        ...
