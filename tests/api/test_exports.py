"""Datasets as one answer: handed on as it comes, given up or cut short with a word."""

from __future__ import annotations

import pytest

from runmon.errors import CutShort, TooSlow
from tests.api.operations import D, read
from tests.loopback import Connect, Seen, Start


async def test_an_export_is_handed_on_before_it_is_whole(start: Start, connect: Connect) -> None:
    async def slowly(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: 99\r\n\r\na,b\r\n")
        await server.hung_up.wait()

    server = await start(slowly)

    async with connect(server).export(D, format="csv") as download:
        first = await anext(aiter(download))
        server.hung_up.set()

    assert (first, download.content_type, download.size) == (b"a,b\r\n", "text/csv", 99)


async def test_an_export_that_stalls_is_given_up(
    start: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runmon.api.calls.STALL_SECONDS", 0.05)

    async def stalled(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\na,b\r\n")
        await server.hung_up.wait()

    server = await start(stalled)

    with pytest.raises(TooSlow):
        await read(connect(server).export(D))

    server.hung_up.set()


async def test_an_export_that_breaks_off_is_cut_short(start: Start, connect: Connect) -> None:
    async def cut(seen: Seen) -> None:
        await seen.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\na,b\r\n")

    server = await start(cut)

    with pytest.raises(CutShort):
        await read(connect(server).export(D))
