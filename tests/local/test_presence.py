"""A folder open for reading may be deleted, emptied, or given to another run: nothing is made up then."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from runmon.local.app import LocalPlatform
from runmon.local.traces import REMOVED, TAKEN

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

    assert answers(http, run_id) == [(404, "The folder is gone, or was emptied")] * len(PARTS)


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

    words = "Another run has taken this folder"
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


def emptied(place: Path) -> None:
    """As a crawler leaves the default storages when it starts: without anything but the input."""
    for kind in ("datasets", "key_value_stores", "request_queues"):
        shutil.rmtree(place / kind / "default", ignore_errors=True)
        (place / kind / "default").mkdir(parents=True)


@pytest.mark.parametrize("dialect", ["crawlee-js", "crawlee-python"])
def test_a_plain_folder_that_a_crawler_emptied_and_wrote_anew_is_another_run_s(
    http: httpx.Client, platform: LocalPlatform, sample: Callable[[str], Path], dialect: str
) -> None:
    place = sample(dialect) / "storage"
    run_id = platform.open(place)
    assert http.get(f"/v2/actor-runs/{run_id}").status_code == 200

    emptied(place)
    assert {why for _, why in answers(http, run_id)} == {REMOVED}

    (place / "datasets" / "default" / "000000001.json").write_text('{"title": "of the second run"}')
    assert {status for status, _ in answers(http, run_id)} == {404}
    newer = platform.open(place)
    assert newer != run_id
    assert http.get(f"/v2/actor-runs/{newer}/dataset/items").json() == [{"title": "of the second run"}]
    assert {status for status, _ in answers(http, run_id)} == {404}


def test_statistics_of_another_start_are_another_run_s(
    http: httpx.Client, platform: LocalPlatform, sample: Callable[[str], Path]
) -> None:
    place = sample("crawlee-js") / "storage"
    run_id = platform.open(place)
    record = place / "key_value_stores" / "default" / "SDK_CRAWLER_STATISTICS_0.json"

    record.write_text(record.read_text().replace('"requestsFinished"', '"requestsFinished" '))
    assert http.get(f"/v2/actor-runs/{run_id}").status_code == 200

    record.write_text('{"crawlerStartedAt": "2026-11-24T08:00:00.000Z"}')
    assert {why for _, why in answers(http, run_id)} == {TAKEN}


@pytest.mark.parametrize("written", ["the second\n", "another beginning, and longer than before\n"])
def test_a_log_that_begins_again_is_another_run_s(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path, written: str
) -> None:
    log = tmp_path / "log.txt"
    log.write_text("the first, and its second line\n")
    run_id = platform.open(tmp_path)
    log.write_text(log.read_text() + "one more\n")
    assert http.get(f"/v2/actor-runs/{run_id}/log").status_code == 200

    log.write_text(written)

    assert http.get(f"/v2/actor-runs/{run_id}/log").json()["error"]["message"] == TAKEN


def test_items_that_arrive_are_no_sign_of_another_run(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    items = tmp_path / "datasets" / "default"
    items.mkdir(parents=True)
    run_id = platform.open(tmp_path)
    for number in range(1, 4):
        (items / f"{number:09}.json").write_text('{"a": 1}')
        assert len(http.get(f"/v2/actor-runs/{run_id}/dataset/items").json()) == number


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
