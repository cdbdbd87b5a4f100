"""The log over HTTP: whole, plain, by range, followed live to its last byte."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform
from runmon.local.log_routes import plain
from runmon.local.logs import LogFile
from runmon.local.runs import RunState

LINES = b"2026-01-01T00:00:00.000Z \x1b[32mINFO\x1b[39m caf\xc3\xa9\t\x07\n2026-01-01T00:00:00.001Z end\n"


@pytest.fixture
def run(platform: LocalPlatform, tmp_path: Path) -> RunState:
    """A run under way whose log holds LINES."""
    state = platform.registry.run(platform.create(tmp_path / "run", run={"status": "RUNNING"}))
    state.log.append(LINES)
    return state


def finish(platform: LocalPlatform, state: RunState) -> None:
    async def update() -> None:
        state.update(status="SUCCEEDED")

    platform._ask(update())


def test_the_raw_log_is_the_bytes_that_were_written(http: httpx.Client, run: RunState) -> None:
    answer = http.get(f"/v2/actor-runs/{run.id}/log?raw=true")

    assert answer.content == LINES
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert http.get(f"/v2/logs/{run.id}?raw=1").content == LINES


def test_the_plain_log_has_no_escape_and_no_bell(http: httpx.Client, run: RunState) -> None:
    text = http.get(f"/v2/actor-runs/{run.id}/log").text

    assert text == "2026-01-01T00:00:00.000Z INFO café\t\n2026-01-01T00:00:00.001Z end\n"


def test_a_download_is_an_attachment(http: httpx.Client, run: RunState) -> None:
    answer = http.get(f"/v2/logs/{run.id}?download=true")

    assert answer.headers["content-disposition"] == f'attachment; filename="{run.id}.log"'


def test_head_tells_the_size_without_the_bytes(http: httpx.Client, run: RunState) -> None:
    answer = http.head(f"/v2/logs/{run.id}?raw=true")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(LINES))
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, len(LINES)),
        ("bytes=5-9", 5, 10),
        ("bytes=5-999999", 5, len(LINES)),
        ("bytes=-7", len(LINES) - 7, len(LINES)),
        ("bytes=-999999", 0, len(LINES)),
    ],
)
def test_a_range_brings_its_bytes(
    http: httpx.Client, run: RunState, asked: str, start: int, end: int
) -> None:
    answer = http.get(f"/v2/logs/{run.id}?raw=true", headers={"range": asked})

    assert answer.status_code == 206
    assert answer.content == LINES[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(LINES)}"


@pytest.mark.parametrize("asked", ["bytes=99999-", f"bytes={len(LINES)}-", "bytes=-0"])
def test_a_range_beyond_the_end_is_416(http: httpx.Client, run: RunState, asked: str) -> None:
    answer = http.get(f"/v2/logs/{run.id}?raw=true", headers={"range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(LINES)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "lines=1-2", "bytes=9-3", "bytes=-", "bytes=a-b", ""])
def test_a_range_that_makes_no_sense_brings_everything(http: httpx.Client, run: RunState, asked: str) -> None:
    answer = http.get(f"/v2/logs/{run.id}?raw=true", headers={"range": asked})

    assert (answer.status_code, answer.content) == (200, LINES)


def test_the_plain_log_knows_no_ranges(http: httpx.Client, run: RunState) -> None:
    answer = http.get(f"/v2/logs/{run.id}", headers={"range": "bytes=5-"})

    assert answer.status_code == 200
    assert answer.text.startswith("2026-")


def test_a_stream_brings_every_byte_and_ends_with_the_run(
    http: httpx.Client, platform: LocalPlatform, run: RunState
) -> None:
    with http.stream("GET", f"/v2/logs/{run.id}?stream=true&raw=true") as answer:
        chunks = answer.iter_raw()
        assert next(chunks) == LINES
        for number in range(200):
            run.log.append(b"line %d\n" % number)
        finish(platform, run)
        rest = b"".join(chunks)

    assert rest == b"".join(b"line %d\n" % number for number in range(200))


def test_a_line_reaches_a_follower_at_once(http: httpx.Client, run: RunState) -> None:
    delays = []
    with http.stream("GET", f"/v2/logs/{run.id}?stream=true&raw=true") as answer:
        chunks = answer.iter_raw()
        next(chunks)
        for _ in range(20):
            written = time.perf_counter()
            run.log.append(b"x\n")
            assert next(chunks) == b"x\n"
            delays.append(time.perf_counter() - written)

    assert sorted(delays)[10] < 0.05


def test_a_stream_of_an_empty_log_waits_for_the_first_line(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    state = platform.registry.run(platform.create(tmp_path, run={"status": "RUNNING"}))

    with http.stream("GET", f"/v2/logs/{state.id}?stream=true&raw=true") as answer:
        assert answer.status_code == 200
        state.log.append(b"first\n")
        assert next(answer.iter_raw()) == b"first\n"


def test_a_stream_resumes_from_a_byte(http: httpx.Client, platform: LocalPlatform, run: RunState) -> None:
    asked = {"range": f"bytes={len(LINES)}-"}
    with http.stream("GET", f"/v2/logs/{run.id}?stream=true&raw=true", headers=asked) as answer:
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {len(LINES)}-9007199254740991/*"
        run.log.append(b"more\n")
        finish(platform, run)
        assert b"".join(answer.iter_raw()) == b"more\n"


def test_a_stream_of_a_finished_run_is_the_whole_log(
    http: httpx.Client, platform: LocalPlatform, run: RunState
) -> None:
    finish(platform, run)

    answer = http.get(f"/v2/logs/{run.id}?stream=true&raw=true")

    assert answer.content == LINES
    assert answer.headers["content-length"] == str(len(LINES))


def test_many_followers_see_the_same(platform: LocalPlatform, run: RunState) -> None:
    seen: list[bytes] = []
    begun = threading.Semaphore(0)

    def follow() -> None:
        url = f"{platform.url}/v2/logs/{run.id}?stream=true&raw=true&token={platform.token}"
        with httpx.stream("GET", url, timeout=60, trust_env=False) as answer:
            chunks = answer.iter_raw()
            parts = [next(chunks)]
            begun.release()
            seen.append(b"".join([*parts, *chunks]))

    threads = [threading.Thread(target=follow) for _ in range(20)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert begun.acquire(timeout=60)
    run.log.append(b"last\n")
    finish(platform, run)
    for thread in threads:
        thread.join(10)

    assert seen == [LINES + b"last\n"] * 20


def test_a_stream_ends_when_the_platform_does(tmp_path: Path) -> None:
    ended = threading.Event()
    with LocalPlatform() as platform:
        run = platform.create(tmp_path, run={"status": "RUNNING"})
        platform.registry.run(run).log.append(b"a\n")
        url = f"{platform.url}/v2/logs/{run}?stream=true&raw=true&token={platform.token}"
        begun = threading.Event()

        def follow() -> None:
            with httpx.stream("GET", url, timeout=60, trust_env=False) as answer:
                for _ in answer.iter_raw():
                    begun.set()
            ended.set()

        thread = threading.Thread(target=follow)
        thread.start()
        assert begun.wait(5)
    thread.join(5)

    assert ended.is_set()


def test_a_reader_that_leaves_amid_a_long_log_is_noticed(
    caplog: pytest.LogCaptureFixture, http: httpx.Client, run: RunState
) -> None:
    run.log.append(b"x" * 50_000_000)

    for _ in range(3):
        with http.stream("GET", f"/v2/logs/{run.id}?raw=true&stream=true") as answer:
            next(answer.iter_raw())

    assert http.get("/v2/users/me").status_code == 200
    assert [record.message for record in caplog.records if record.name == "asyncio"] == []


def test_a_folder_without_a_log_is_404(http: httpx.Client, platform: LocalPlatform, tmp_path: Path) -> None:
    (tmp_path / "datasets" / "default").mkdir(parents=True)

    answer = http.get(f"/v2/logs/{platform.open(tmp_path)}")

    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "record-not-found")


def test_a_log_another_program_writes_is_followed(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    (tmp_path / "datasets" / "default").mkdir(parents=True)
    log = tmp_path / "log.txt"
    log.write_bytes(b"2026-01-01T00:00:00.000Z one\n")
    run = platform.open(tmp_path)

    with http.stream("GET", f"/v2/logs/{run}?stream=true&raw=true") as answer:
        chunks = answer.iter_raw()
        next(chunks)
        with log.open("ab") as file:
            file.write(b"2026-01-01T00:00:00.002Z two\n")
        assert next(chunks).endswith(b"two\n")
        with log.open("ab") as file:
            file.write(b'2026-01-01T00:00:00.003Z [apify] INFO  Exiting Actor ({"exit_code": 7})\n')
        assert b"".join(chunks).endswith(b"7})\n")

    assert http.get(f"/v2/actor-runs/{run}").json()["data"]["exitCode"] == 7


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_nothing_unprintable_survives(data: bytes) -> None:
    kept = plain(data)

    assert not set(kept) & (set(range(32)) - {9, 10} | {127})
    assert kept.count(b"\n") == data.count(b"\n")


def test_a_log_on_a_full_disk_goes_on_for_its_readers() -> None:
    log = LogFile(Path("/dev/full"))

    log.append(b"first\n")
    log.append(b"second\n")

    assert log.read(0, log.size) == b"first\nsecond\n"
    assert log.fault == "The log could not be written beyond 0 B: no space left on device."
