"""A platform of this process answers without a socket what it answers through one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from runmon.api.address import address
from runmon.api.client import ONCE, Api
from runmon.api.direct import Direct
from runmon.api.network import NetworkSender
from runmon.api.sender import Sender
from runmon.cli.reach import here
from runmon.errors import CutShort, Unreachable
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.model.storages import Place
from tests.storages import age, handled, png, storage

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
HERE = address("http://127.0.0.1:1")
MIB = 1_048_576
READS = [
    "",
    "?waitForFinish=1",
    "/log",
    "/log?stream=1&raw=1",
    "/dataset/items?limit=2&offset=1&desc=1",
    "/dataset/items?format=csv",
    "/key-value-store/records/shot",
    "/key-value-store/records/f%C3%BCr%20uns",
    "/key-value-store/records/nothing",
    "/request-queue/head?limit=5",
    "/request-queue/requests?limit=5",
    "/nowhere",
]
OF_THE_WIRE = {"date", "connection", "transfer-encoding", "server", "keep-alive"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[LocalPlatform, str]]:
    """A platform over a folder, and its run."""
    root = storage(
        tmp_path / "run",
        items=[{"n": n, "name": "für uns"} for n in range(5)],
        records={"shot.png": png(), "für uns.txt": b"kettle"},
        requests=[handled("a1", "https://shop.example/1"), {"id": "b2", "url": "https://shop.example/2"}],
    )
    (root / "log.txt").write_bytes(b"2026-11-23T18:16:15.465Z INFO  one\n" * 400)
    age(root, 3600)
    with LocalPlatform(read_only=True) as platform:
        yield platform, platform.open(root)


@contextmanager
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in another thread."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def direct(platform: LocalPlatform) -> Direct:
    """The way to a platform without a socket."""
    found = here(platform).direct
    assert found is not None
    return found


async def said(
    sender: Sender, method: str, url: str, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a response."""
    response = await sender.send(method, url, headers, b"{}")
    body = b"".join([chunk async for chunk in response.chunks()])
    await response.aclose()
    told = {name: value for name, value in response.headers.items() if name not in OF_THE_WIRE}
    return response.status, told, body


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
@pytest.mark.parametrize("path", READS)
async def test_an_answer_is_the_same_with_and_without_a_socket(
    served: tuple[LocalPlatform, str], method: str, path: str
) -> None:
    platform, run_id = served
    url = f"{platform.url}/v2/actor-runs/{run_id}{path}"
    headers = {"authorization": f"Bearer {platform.token}", "accept-encoding": "identity"}
    through_a_socket = NetworkSender(address(platform.url))
    told = await said(through_a_socket, method, url, headers)
    await through_a_socket.aclose()
    assert await said(direct(platform), method, url, headers) == told


async def test_only_who_asks_without_a_socket_hears_where_the_file_of_a_record_lies(
    served: tuple[LocalPlatform, str],
) -> None:
    platform, run_id = served
    url = f"{platform.url}/v2/actor-runs/{run_id}/key-value-store/keys?limit=1"
    headers = {"authorization": f"Bearer {platform.token}", "accept-encoding": "identity"}
    here = json.loads((await said(direct(platform), "GET", url, headers))[2])["data"]["items"]
    through_a_socket = NetworkSender(address(platform.url))
    there = json.loads((await said(through_a_socket, "GET", url, headers))[2])["data"]["items"]
    await through_a_socket.aclose()
    assert "key_value_stores" in here[0].pop("localPath")
    assert there == here


async def test_a_stranger_without_the_token_is_refused_without_a_socket_too(
    served: tuple[LocalPlatform, str],
) -> None:
    platform, run_id = served
    status, _headers, _body = await said(
        direct(platform), "GET", f"{platform.url}/v2/actor-runs/{run_id}/log", {}
    )
    assert status == 401


async def test_a_growing_log_comes_as_it_is_written(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run_id = platform.create(tmp_path)
        log = platform.registry.run(run_id).log
        async with here(platform).api() as api, api.log(run_id, stream=True) as body:
            parts = aiter(body)
            for line in (b"one\n", b"two\n"):
                platform.loop.call_soon_threadsafe(log.append, line)
                assert (await anext(parts)).endswith(line)


async def test_who_stops_reading_stops_the_work_on_the_answer(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run_id = platform.create(tmp_path)
        async with here(platform).api() as api, api.log(run_id, stream=True):
            pass
        left = asyncio.run_coroutine_threadsafe(others(), platform.loop)
        assert await asyncio.wrap_future(left) == 1, "only the platform's own"


async def others() -> int:
    """Tasks of this loop that go on once those that were told to end had their turn."""
    for _ in range(5):
        await asyncio.sleep(0)
    return len(asyncio.all_tasks() - {asyncio.current_task()})


async def test_leaving_the_platform_ends_an_answer_that_somebody_still_reads(tmp_path: Path) -> None:
    with ExitStack() as stack:
        platform = stack.enter_context(LocalPlatform())
        run_id = platform.create(tmp_path)
        async with here(platform).api() as api:
            with pytest.raises(CutShort):
                async with api.log(run_id, stream=True) as body:
                    stack.close()
                    [_ async for _ in body]
            with pytest.raises(Unreachable):
                await api.without_retries().run(run_id)


async def test_an_answer_does_not_run_far_ahead_of_who_reads_it() -> None:
    made, ahead, taken = 0, 0, 0

    async def abundance(scope: Message, receive: object, send: Send) -> None:
        nonlocal made
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for left in reversed(range(64)):
            made += 1
            await send({"type": "http.response.body", "body": bytes(MIB), "more_body": left > 0})

    with elsewhere() as loop:
        answer = await Direct(abundance, loop).send("GET", HERE.url, {}, None)
        async for part in answer.chunks():
            taken += len(part)
            ahead = max(ahead, made * MIB - taken)
    assert taken == 64 * MIB and ahead <= 6 * MIB


async def silent(scope: Message, receive: object, send: Send) -> None:
    """Ends without an answer."""


async def broken(scope: Message, receive: object, send: Send) -> None:
    """Breaks before an answer."""
    raise OSError("the disk is gone")


async def half(scope: Message, receive: object, send: Send) -> None:
    """Ends within an answer."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"data":', "more_body": True})


async def short(scope: Message, receive: object, send: Send) -> None:
    """Gives less than it said."""
    length = [(b"content-length", b"100")]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": b'{"data":{"id":"x"}}'})


@pytest.mark.parametrize("application", [silent, broken, half, short])
async def test_an_answer_that_breaks_off_is_told_as_one(application: Any) -> None:
    with elsewhere() as loop:
        async with Api(HERE, sender=Direct(application, loop), patience=ONCE) as api:
            with pytest.raises(CutShort):
                await api.run("x")


async def test_what_this_process_reads_is_no_usage_of_the_run(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run_id = platform.start(RunSpec(("sleep", "60"), tmp_path / "run"))
        async with here(platform).api() as api:
            for _ in range(5):
                await api.dataset(Place.below(run_id))
                queue = await api.queue(Place.below(run_id))
            usage = (await api.run(run_id)).view.usage or {}
        assert (usage["DATASET_READS"], usage["REQUEST_QUEUE_READS"]) == (0, 0)
        assert queue.view.stats.read_count == 0
