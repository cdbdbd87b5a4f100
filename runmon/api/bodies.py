"""Bodies, bounded: at most one coding, never more decoded bytes than asked for, and an end that is proven."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator

from runmon.api.sender import Response
from runmon.errors import CutShort, NotApify

_STEP = 65_536


class Body:
    """The body of an open response: its bytes without transfer and content coding."""

    def __init__(self, response: Response) -> None:
        """NotApify where the coding is neither identity nor a single gzip."""
        self.response = response
        self.coding = _coding(response)

    @property
    def length(self) -> int | None:
        """Bytes of the whole body where the server said so and no coding hides it."""
        said = self.response.headers.get("content-length", "")
        return int(said) if self.coding == "identity" and said.isdecimal() else None

    async def chunks(self, *, stall: float | None = None) -> AsyncIterator[bytes]:
        """Decoded chunks, of at most 64 KiB where coded; CutShort where a gzip body lacks its trailer.

        With `stall`, TimeoutError after so many seconds without a byte.
        """
        inflater = Inflater() if self.coding == "gzip" else None
        raw = self.response.chunks()
        while True:
            async with asyncio.timeout(stall):
                data = await anext(raw, None)
            if data is None:
                break
            for decoded in inflater.feed(data) if inflater else (data,):
                yield decoded
        if inflater:
            inflater.finish()

    async def read(self, limit: int) -> tuple[bytes, bool]:
        """At most `limit` bytes, and whether there were more."""
        taken = bytearray()
        async for chunk in self.chunks():
            taken += chunk
            if len(taken) > limit:
                return bytes(taken[:limit]), True
        return bytes(taken), False


class Inflater:
    """gzip in steps of at most 64 KiB out, however much one byte in may hold; several members may follow."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self._begun = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decoded pieces; NotApify where the data is not gzip."""
        while data:
            if self._member.eof:
                self._member = zlib.decompressobj(31)
            self._begun = True
            try:
                piece = self._member.decompress(data, _STEP)
            except zlib.error:
                raise NotApify("The answer says it is gzip and is not.") from None
            if piece:
                yield piece
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def finish(self) -> None:
        """CutShort where the last member has not reached its trailer. An empty body is whole."""
        if self._begun and not self._member.eof:
            raise CutShort("The compressed answer broke off before its end.")


def _coding(response: Response) -> str:
    said = response.headers.get("content-encoding", "")
    codings = [
        one for one in (part.strip().lower() for part in said.split(",")) if one not in {"", "identity"}
    ]
    if not codings:
        return "identity"
    if codings in (["gzip"], ["x-gzip"]):
        return "gzip"
    raise NotApify(
        f"The answer came in the coding {said[:40]!r}, which was not asked for.",
        hint="A proxy on the way may be recoding it.",
    )
