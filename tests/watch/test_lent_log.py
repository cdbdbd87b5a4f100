"""A big log that is over is read where it lies, and read anew when its file changes after all."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runmon.api.client import Api
from runmon.cli.reach import here
from runmon.local.app import LocalPlatform
from runmon.watch.events import LogGrew
from runmon.watch.watch import Watch
from tests.storages import age, storage

LINES = 60_000


def lines(word: bytes, count: int) -> bytes:
    return b"".join(
        b"2026-11-24T10:11:12.%03dZ INFO  %d %s of the log, told at some length\n" % (n % 1000, n, word)
        for n in range(count)
    )


LOG = lines(b"first words", LINES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a run that is long over."""
    root = storage(tmp_path / "run")
    (root / "log.txt").write_bytes(LOG)
    (root / "run.json").write_text('{"id": "HG7ML7M8z78YcAPEB", "status": "SUCCEEDED"}')
    return age(root, 7200)


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform(read_only=True) as made:
        yield made


@asynccontextmanager
async def watched(platform: LocalPlatform, folder: Path) -> AsyncIterator[Watch]:
    run_id = platform.open(folder)
    async with here(platform).api() as api, Watch(api, run_id) as watch:
        yield watch


async def complete(
    watch: Watch, wanted: Callable[[], bool] = lambda: True, meanwhile: Callable[[], None] | None = None
) -> None:
    """Wait until the log is whole and as wanted; do something when its end has come."""
    async with asyncio.timeout(30):
        async for event in watch.events():
            if isinstance(event, LogGrew) and meanwhile is not None:
                meanwhile()
                meanwhile = None
            elif isinstance(event, LogGrew) and event.complete and wanted():
                return


def rewrite(folder: Path, data: bytes, *, ago_s: float = 3600) -> None:
    with (folder / "log.txt").open("r+b") as file:
        file.truncate()
        file.write(data)
    then = time.time() - ago_s
    os.utime(folder / "log.txt", (then, then))


async def test_a_big_log_that_is_over_is_not_copied(
    platform: LocalPlatform, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def pwrite(handle: int, data: bytes, at: int) -> int:
        written.append(at)
        return len(data)

    monkeypatch.setattr(os, "pwrite", pwrite)
    async with watched(platform, folder) as watch:
        await complete(watch)
        assert watch.log.read(0, watch.log.size) == LOG
        assert watch.log.lines == LINES
    assert written == []


@pytest.mark.parametrize(
    "after",
    [lines(b"second words", LINES), lines(b"other words", 9), b"", LOG + b"one line more\n"],
    ids=["as-long", "short", "empty", "longer"],
)
async def test_a_log_that_is_rewritten_after_its_end_is_shown_as_it_is_then(
    platform: LocalPlatform, folder: Path, after: bytes
) -> None:
    async with watched(platform, folder) as watch:
        await complete(watch)
        rewrite(folder, after)
        await complete(watch, lambda: watch.log.size == len(after))
        assert watch.log.read(0, len(after) + 1) == after
        assert watch.log.losses == 1


async def test_a_log_is_read_anew_when_its_file_changes_while_it_is_read(
    platform: LocalPlatform, folder: Path
) -> None:
    after = lines(b"second words", LINES)
    async with watched(platform, folder) as watch:
        await complete(watch, lambda: watch.log.losses == 1, lambda: rewrite(folder, after))
        assert watch.log.read(0, watch.log.size) == after
        assert watch.log.start == 0


async def test_a_log_in_place_of_which_another_is_put_while_it_is_read_is_read_anew(
    platform: LocalPlatform, folder: Path
) -> None:
    other = folder.parent / "other.txt"
    other.write_bytes(lines(b"other, longer words", LINES))
    os.utime(other, (1e9, 1e9))

    def replace() -> None:
        other.replace(folder / "log.txt")

    async with watched(platform, folder) as watch:
        await complete(watch, lambda: watch.log.losses == 1, replace)
        assert watch.log.read(0, watch.log.size) == lines(b"other, longer words", LINES)


@pytest.mark.parametrize("wish", [[], ["--grep", "told"]], ids=["all", "chosen"])
def test_a_log_that_is_rewritten_while_it_is_printed_is_printed_anew(folder: Path, wish: list[str]) -> None:
    after = lines(b"second words", LINES)
    command = [sys.executable, "-m", "runmon", "log", "-f", *wish, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as printing:
        assert printing.stdout is not None and printing.stderr is not None
        printing.stdout.read(1_000_000)
        rewrite(folder, after)
        out, err = printing.stdout.read(), printing.stderr.read()
    assert printing.returncode == 0
    assert out.endswith(after) and b"second" not in out.removesuffix(after)
    assert b"printed again" in err


async def offered(api: Api, run_id: str) -> bool:
    async with api.log(run_id, last_bytes=1000) as body:
        return body.file is not None


async def test_a_file_is_lent_only_where_nothing_more_is_awaited_and_only_within_a_process(
    platform: LocalPlatform, folder: Path
) -> None:
    run_id = platform.open(folder)
    reached = here(platform)
    async with reached.api() as api, Api(reached.address, reached.token) as through_a_socket:
        assert await offered(api, run_id)
        assert not await offered(through_a_socket, run_id)
        rewrite(folder, LOG, ago_s=1)
        assert not await offered(api, run_id), "changed a moment ago"
        rewrite(folder, LOG[:1000])
        assert not await offered(api, run_id), "small"


async def test_a_file_of_a_run_that_goes_on_is_not_lent(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run_id = platform.create(tmp_path)
        platform.registry.run(run_id).log.append(LOG)
        os.utime(platform.registry.run(run_id).log.path, (1e9, 1e9))
        async with here(platform).api() as api:
            assert not await offered(api, run_id)
