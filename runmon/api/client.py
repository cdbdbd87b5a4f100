"""The client: one method per endpoint of an Apify-shaped API, typed, bounded, and kind to the server.

The methods live by storage in `runs`, `logs`, `datasets`, `records` and `queues`.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from runmon.api.actors import ActorCalls
from runmon.api.address import Address
from runmon.api.calls import ONCE, Patience
from runmon.api.credentials import Token
from runmon.api.datasets import DatasetCalls
from runmon.api.logs import LogBody, LogCalls
from runmon.api.meter import Meter
from runmon.api.queues import QueueCalls
from runmon.api.records import RecordCalls
from runmon.api.runs import RunCalls
from runmon.api.sender import Sender
from runmon.api.transport import Transport

__all__ = ["ONCE", "Api", "LogBody", "Patience"]


class Api(RunCalls, ActorCalls, LogCalls, DatasetCalls, RecordCalls, QueueCalls):
    """An Apify-shaped server. Failures are `runmon.errors`; reads are retried a little, see `Patience`."""

    def __init__(
        self,
        address: Address,
        token: Token | None = None,
        *,
        sender: Sender | None = None,
        client_key: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        """BadInput where the token would travel unencrypted. `client_key` names us to request queues.

        Without a `sender`, requests go over the network.
        """
        link = Transport(address, token, sender=sender)
        super().__init__(link, patience or Patience(), client_key or f"runmon{os.urandom(8).hex()}")

    @property
    def address(self) -> Address:
        """The server asked."""
        return self._transport.where

    @property
    def lasting_url(self) -> str:
        """The server's address for other programs; empty where the server ends with this one."""
        return self.address.url if self._transport.given is None else ""

    @property
    def token(self) -> Token | None:
        """The token sent to that server's origin only; None for anonymous."""
        return self._transport.token

    @property
    def meter(self) -> Meter:
        """Our own requests, counted."""
        return self._transport.meter

    def without_retries(self) -> Api:
        """The same server over the same connections, each call tried once: for those who keep their own pace.

        Close the original, not this.
        """
        twin = object.__new__(type(self))
        twin._transport, twin._patience, twin._client_key = self._transport, ONCE, self._client_key
        return twin

    def again(self) -> Api:
        """Another client of the same server, with connections of its own."""
        return Api(self.address, self.token, sender=self._transport.given)

    async def aclose(self) -> None:
        """End every connection."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
