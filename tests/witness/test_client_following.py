"""Apify's newest client follows a run as it goes: its log, its status messages, its items."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient, ApifyClientAsync
from apify_client._status_message_watcher import StatusMessageWatcherBase

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.model.storages import Place
from tests.witness.calls import ACTOR

TALK = " žluť 😀"
TALKER = (sys.executable, "-c", f"for n in range(40): print(f'line {{n}}{TALK}', flush=True)")
WAITER = ("sh", "-c", "echo started; exec sleep 600")
logger = logging.getLogger(__name__)
SOON = timedelta(milliseconds=100)


class Kept(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.grown = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        with self.grown:
            self.lines.append(record.getMessage())
            self.grown.notify_all()

    async def heard(self, words: str) -> bool:
        """Whether a line with `words` came, or comes within 30 seconds."""
        return await asyncio.to_thread(self._wait, words)

    def _wait(self, words: str) -> bool:
        with self.grown:
            return self.grown.wait_for(lambda: any(words in line for line in self.lines), 30)


@pytest.fixture
def kept() -> Kept:
    """What is told to `logger`."""
    found = Kept()
    logger.setLevel(logging.DEBUG)
    logger.handlers = [found]
    return found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's watchers wait six seconds for a last message; here they need not."""
    monkeypatch.setattr(StatusMessageWatcherBase, "_final_sleep_time_s", 0.1)


def test_a_called_actor_is_started_awaited_and_its_log_streamed(platform: LocalPlatform, kept: Kept) -> None:
    platform.register(ACTOR, TALKER)
    client = ApifyClient(platform.token, api_url=platform.url, max_retries=0)
    run = client.actor(ACTOR).call(run_input={"a": 1}, logger=logger)
    log = client.log(run.id).get(raw=True)
    talk = [line for line in log.splitlines() if TALK in line]
    assert (run.status, run.exit_code) == ("SUCCEEDED", 0)
    assert [line for line in kept.lines if TALK in line] == talk
    assert [line[25:] for line in talk] == [f"line {number}{TALK}" for number in range(40)]
    assert client.run(run.id).key_value_store().get_record("INPUT")["value"] == {"a": 1}


async def test_items_are_followed_until_their_run_has_ended(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = platform.start(RunSpec(WAITER, tmp_path / "run"))
    client = ApifyClientAsync(platform.token, api_url=platform.url, max_retries=0).run(run_id)
    found: list[Any] = []
    async with Api(address(platform.url), Token(platform.token)) as ours:
        await ours.push_items(Place.below(run_id), [{"n": 0}])
        async for item in client.iterate_dataset_items(poll_interval=SOON, chunk_size=3):
            found.append(item["n"])
            if len(found) < 10:
                await ours.push_items(Place.below(run_id), [{"n": len(found)}])
            else:
                await ours.abort(run_id)
    assert found == list(range(10))


async def test_status_messages_reach_a_watcher(platform: LocalPlatform, tmp_path: Path, kept: Kept) -> None:
    run_id = platform.start(RunSpec(WAITER, tmp_path / "run"))
    client = ApifyClientAsync(platform.token, api_url=platform.url, max_retries=0).run(run_id)
    async with await client.get_status_message_watcher(to_logger=logger, check_period=SOON):
        await client.update(status_message="half way")
        assert await kept.heard("half way")
        await client.abort()
        assert await kept.heard("ABORT")
