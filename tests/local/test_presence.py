"""A folder open for reading may be deleted, emptied, or given to another run: nothing is made up then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from runmon.local.app import LocalPlatform

PARTS = ("", "/log", "/dataset", "/dataset/items", "/key-value-store", "/request-queue")


def answers(http: httpx.Client, run_id: str) -> list[tuple[int, Any]]:
    """Status and message of each part of a run."""
    found = [http.get(f"/v2/actor-runs/{run_id}{part}") for part in PARTS]
    return [(one.status_code, one.json()["error"]["message"]) for one in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run folder that another platform wrote."""
    with LocalPlatform() as other:
        run_id = other.create(tmp_path / "run")
        other.registry.run(run_id).log.append(b"the first\n")
    return tmp_path / "run"


def test_a_run_whose_folder_was_deleted_is_gone_with_all_its_parts(
    http: httpx.Client, platform: LocalPlatform, folder: Path
) -> None:
    run_id = platform.open(folder)

    shutil.rmtree(folder)

    assert answers(http, run_id) == [(404, "The folder of this run is gone, or was emptied")] * len(PARTS)


def test_a_plain_storage_folder_that_was_deleted_is_gone(
    http: httpx.Client, platform: LocalPlatform, sample: Callable[[str], Path]
) -> None:
    place = sample("crawlee-js") / "storage"
    run_id = platform.open(place)

    shutil.rmtree(place)

    assert {status for status, _ in answers(http, run_id)} == {404}


def test_a_run_in_whose_folder_another_began_is_not_mixed_with_it(
    http: httpx.Client, platform: LocalPlatform, folder: Path
) -> None:
    run_id = platform.open(folder)

    with LocalPlatform() as other:
        other.create(folder)

    words = "Another run has taken this folder's place; leave and open it again to see it"
    assert answers(http, run_id) == [(404, words)] * len(PARTS)


def test_a_folder_without_run_json_in_which_a_run_began_is_that_run_s(
    http: httpx.Client, platform: LocalPlatform, sample: Callable[[str], Path]
) -> None:
    place = sample("crawlee-js") / "storage"
    run_id = platform.open(place)

    with LocalPlatform() as other:
        other.create(place)

    assert {status for status, _ in answers(http, run_id)} == {404}


def test_the_run_that_took_a_folder_is_found_when_it_is_opened_again(
    http: httpx.Client, platform: LocalPlatform, folder: Path
) -> None:
    platform.open(folder)
    with LocalPlatform() as other:
        newer = other.create(folder)

    assert platform.open(folder) == newer
    assert [run["id"] for run in http.get("/v2/actor-runs").json()["data"]["items"]] == [newer]


def test_a_run_json_that_is_caught_half_written_does_not_make_its_run_gone(
    http: httpx.Client, platform: LocalPlatform, folder: Path
) -> None:
    run_id = platform.open(folder)

    (folder / "run.json").write_bytes(b'{"id": "an')

    assert http.get(f"/v2/actor-runs/{run_id}").status_code == 200


def test_a_stream_of_a_log_ends_where_another_run_begins(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    with LocalPlatform() as other:
        run_id = other.create(tmp_path / "run")
        other.registry.run(run_id).log.append(b"the first\n")
        platform.open(tmp_path / "run")
        with http.stream("GET", f"/v2/logs/{run_id}?stream=true&raw=true") as stream:
            heard = stream.iter_raw()
            assert next(heard) == b"the first\n"
            newer = other.create(tmp_path / "run")
            other.registry.run(newer).log.append(b"the second, and longer\n")
            assert b"".join(heard) == b""
