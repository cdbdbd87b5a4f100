"""Apify's own newest client drives every operation of the run group, sync and async."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient, ApifyClientAsync

from runmon.local.app import LocalPlatform
from tests.witness.calls import ACTOR, RUN, Call, deletions, drive_order, storages
from tests.witness.contract import document, listed, operation_of, operations
from tests.witness.drive import drive, drive_everything, seated, sit_on_storages, started
from tests.witness.installed import ask_previous
from tests.witness.tap import Tap

SLEEP = ("sh", "-c", "echo started; exec sleep 600")
CLIENTS = [
    pytest.param(ApifyClient, id="sync"),
    pytest.param(ApifyClientAsync, id="async"),
]


def test_the_table_of_calls_covers_every_operation() -> None:
    called = {call.operation for _, calls in drive_order() for call in calls}
    assert called == set(operations())
    assert len(called) == 77


def test_the_list_of_operations_is_the_one_of_the_openapi_file() -> None:
    assert set(listed()) == set(operations())
    assert len(document().get("paths", range(45))) == 45


@pytest.fixture(autouse=True)
def sleeper(platform: LocalPlatform) -> None:
    """The Actor whose runs are driven: it goes on until it is ended."""
    platform.register(ACTOR, SLEEP)


class Notes:
    """What a drive did: which call reached which operation, and what was raised."""

    def __init__(self, tap: Tap) -> None:
        self.tap = tap
        self.told = 0
        self.wrong: list[str] = []
        self.reached: set[str | None] = set()

    def __call__(self, call: Call, error: BaseException | None) -> None:
        heard = self.tap.heard[self.told :]
        self.told += len(heard)
        reached = {operation_of(each.method, each.path) for each in heard}
        self.reached |= reached
        if error is not None:
            self.wrong.append(f"{call.method} ({call.operation}): {error!r}")
        elif call.operation not in reached:
            self.wrong.append(f"{call.method} reached {reached}, not {call.operation}")


@pytest.mark.parametrize("kind", CLIENTS)
async def test_every_operation_is_answered_to_the_newest_client(
    platform: LocalPlatform, tap: Tap, kind: Any
) -> None:
    notes = Notes(tap)
    await drive_everything(kind(platform.token, api_url=platform.url, max_retries=0), 3, platform.url, notes)
    assert notes.wrong == []
    assert notes.reached >= set(operations())


@pytest.mark.parametrize("kind", CLIENTS)
async def test_storages_by_their_ids_are_driven_as_those_of_a_run(
    platform: LocalPlatform, tap: Tap, kind: Any
) -> None:
    client, notes = kind(platform.token, api_url=platform.url, max_retries=0), Notes(tap)
    seat = await sit_on_storages(seated(client, 3, platform.url, await started(client), RUN))
    await drive(seat, [*storages(RUN), *deletions(RUN)], notes)
    assert notes.wrong == []


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_every_operation_is_answered_to_the_previous_client(
    platform: LocalPlatform, tap: Tap, previous_client: Path, kind: str
) -> None:
    told = ask_previous(previous_client, platform, kind=kind)
    reached = {operation_of(each.method, each.path) for each in tap.heard}
    assert told["wrong"] == []
    assert told["version"].startswith("2.")
    assert reached >= set(operations())
