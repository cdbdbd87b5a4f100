"""Folders opened as runs: both dialects, run folders, live, broken, and those whose platform was killed."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from apify_client import ApifyClient
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import BadTarget, LocalFault
from runmon.local.app import LocalPlatform
from runmon.local.evidence import made_up_run
from runmon.local.folder import open_folder, plain_folder, read_object
from runmon.local.identity import legal_id
from runmon.local.runs import opened_run

Sample = Callable[[str], Path]


def read(http: httpx.Client, run: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/v2/actor-runs/{run}").json()["data"]
    return found


def test_a_folder_with_nothing_but_a_log_opens(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    (tmp_path / "log.txt").write_bytes(b"2026-11-23T18:16:15.465Z INFO  one\n")
    run = platform.open(tmp_path)
    assert http.get(f"/v2/actor-runs/{run}/log").text == "2026-11-23T18:16:15.465Z INFO  one\n"


def test_a_javascript_storage_folder_opens(
    http: httpx.Client, platform: LocalPlatform, sample: Sample
) -> None:
    run = platform.open(sample("crawlee-js") / "storage")

    body = read(http, run)
    assert (body["status"], body["exitCode"]) == ("SUCCEEDED", None)
    assert (body["startedAt"], body["finishedAt"]) == ("2026-11-23T18:16:13.562Z", "2026-11-23T18:16:16.070Z")
    assert body["stats"]["durationMillis"] == 2508
    assert http.get(f"/v2/actor-runs/{run}/dataset").json()["data"]["itemCount"] == 28
    assert http.get(f"/v2/actor-runs/{run}/request-queue").json()["data"]["handledRequestCount"] == 37


def test_looking_at_an_opened_run_does_not_change_what_it_used(
    http: httpx.Client, platform: LocalPlatform, sample: Sample
) -> None:
    run = platform.open(sample("crawlee-js") / "storage")
    used = read(http, run)["usage"]

    http.get(f"/v2/actor-runs/{run}/dataset/items")

    assert read(http, run)["usage"] == used


def test_a_python_storage_folder_opens(http: httpx.Client, platform: LocalPlatform, sample: Sample) -> None:
    run = platform.open(sample("crawlee-python") / "storage")

    body = read(http, run)
    assert (body["status"], body["exitCode"]) == ("SUCCEEDED", 0)
    assert body["defaultDatasetId"] == "kNQUwOaz5xSqa7OBt"
    assert http.get(f"/v2/actor-runs/{run}/dataset").json()["data"]["itemCount"] == 30
    assert http.get(f"/v2/actor-runs/{run}/request-queue").json()["data"]["handledRequestCount"] == 37


@pytest.mark.parametrize("name", ["crawlee-js", "crawlee-python"])
def test_the_folder_above_and_the_storage_folder_show_the_same_log(
    http: httpx.Client, platform: LocalPlatform, sample: Sample, name: str
) -> None:
    place = sample(name)
    logs = [
        http.get(f"/v2/logs/{platform.open(path)}?raw=true").content for path in (place, place / "storage")
    ]

    assert logs == [(place / "log.txt").read_bytes()] * 2


@pytest.mark.parametrize("name", ["crawlee-js", "crawlee-python"])
def test_the_official_client_reads_an_opened_folder(
    platform: LocalPlatform, sample: Sample, name: str
) -> None:
    client = ApifyClient(platform.token, api_url=platform.url).run(platform.open(sample(name)))

    run, dataset = client.get(), client.dataset().get()

    assert run is not None and dataset is not None
    assert run.status == "SUCCEEDED"
    assert len(client.dataset().list_items().items) == dataset.item_count
    assert client.key_value_store().get_record("INPUT") is not None
    assert client.request_queue().get() is not None


def test_an_opened_folder_takes_no_change_and_gets_no_file(
    http: httpx.Client, platform: LocalPlatform, sample: Sample
) -> None:
    place = sample("crawlee-js")
    before = sorted(place.rglob("*"))
    run = platform.open(place)

    for method, path in (
        ("POST", "/abort"),
        ("PUT", ""),
        ("DELETE", ""),
        ("DELETE", "/dataset"),
        ("POST", "/charge"),
    ):
        assert http.request(method, f"/v2/actor-runs/{run}{path}").status_code == 403
    http.get(f"/v2/actor-runs/{run}/dataset/items")

    assert sorted(place.rglob("*")) == before


def test_the_same_folder_keeps_its_ids(sample: Sample) -> None:
    place = sample("crawlee-js")

    first, second = (opened_run(open_folder(place)).data for _ in range(2))

    assert first == second
    assert all(legal_id(first[name]) for name in ("id", "defaultDatasetId", "defaultKeyValueStoreId"))


def test_a_run_folder_shows_its_run(http: httpx.Client, platform: LocalPlatform, tmp_path: Path) -> None:
    stored = {"id": "abcDEF12345678901", "status": "FAILED", "exitCode": 9, "options": {"memoryMbytes": 512}}
    (tmp_path / "run.json").write_text(json.dumps(stored))
    (tmp_path / "log.txt").write_text("2026-01-01T00:00:00.000Z x\n")

    body = read(http, platform.open(tmp_path))

    assert (body["id"], body["status"], body["exitCode"]) == ("abcDEF12345678901", "FAILED", 9)
    assert body["options"]["memoryMbytes"] == 512
    assert body["meta"]["origin"] == "DEVELOPMENT"


def test_two_copies_of_a_run_are_two_runs(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text('{"id": "same", "status": "SUCCEEDED"}')

    runs = {platform.open(tmp_path / name) for name in ("a", "b")}

    assert len(runs) == 2
    assert {row["id"] for row in http.get("/v2/actor-runs").json()["data"]["items"]} == runs


@pytest.mark.parametrize(
    "text", ["", "{", '{"id": "x", "stat', "[]", "null", "\x00\x00", "{" * 5000, '{"id": 7}']
)
def test_a_broken_run_json_is_made_up_for(
    http: httpx.Client, platform: LocalPlatform, sample: Sample, text: str
) -> None:
    place = sample("crawlee-python")
    (place / "run.json").write_text(text)

    body = read(http, platform.open(place))

    assert body["startedAt"] == "2026-11-23T18:16:59.847Z"
    assert legal_id(body["id"])


def test_a_folder_that_is_being_written_is_running_and_shows_what_comes(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    items = tmp_path / "datasets" / "default"
    items.mkdir(parents=True)
    run = platform.open(tmp_path)
    assert read(http, run)["status"] == "RUNNING"

    for number in (1, 2, 3):
        (items / f"{number:09}.json").write_text(json.dumps({"n": number}))

    assert http.get(f"/v2/actor-runs/{run}/dataset/items").json() == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_a_quiet_crawl_with_requests_left_counts_as_aborted(sample: Sample) -> None:
    place = sample("crawlee-python")
    (place / "log.txt").unlink()
    statistics = next(place.rglob("__CRAWLER_STATISTICS_0"))
    statistics.write_text(json.dumps({**read_object(statistics), "crawlerFinishedAt": None}))

    run = made_up_run(open_folder(place), now=time.time() + 3600)

    assert (run["status"], run["finishedAt"] is not None, run["exitCode"]) == ("ABORTED", True, None)


def test_a_quiet_folder_in_which_nothing_tells_the_outcome_counts_as_no_success(tmp_path: Path) -> None:
    (tmp_path / "datasets" / "default").mkdir(parents=True)

    run = made_up_run(open_folder(tmp_path), now=time.time() + 3600)

    assert (run["status"], run["statusMessage"]) == (
        "ENDED",
        "Read from files; nothing in them tells how it ended",
    )


@pytest.mark.parametrize(("code", "status"), [(0, "SUCCEEDED"), (91, "FAILED")])
def test_the_exit_line_of_the_log_decides(sample: Sample, code: int, status: str) -> None:
    place = sample("crawlee-js")
    with (place / "log.txt").open("a") as log:
        log.write(f'2026-11-23T18:16:17.000Z [apify] INFO  Exiting Actor ({{"exit_code": {code}}})\n')

    run = made_up_run(open_folder(place))

    assert (run["status"], run["exitCode"], run["finishedAt"]) == (status, code, "2026-11-23T18:16:17.000Z")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: root / "none", "There is no folder"),
        (lambda root: root, "holds no run"),
        (lambda root: (root / "file").write_text("x") and root / "file", "is a file"),
        (lambda root: Path("a\0b"), "cannot be read"),
    ],
)
def test_what_is_no_run_is_refused_in_a_sentence(
    platform: LocalPlatform, tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    with pytest.raises(BadTarget, match=words):
        platform.open(make(tmp_path))


def test_a_new_run_purges_what_crawlee_would_and_keeps_the_input(
    http: httpx.Client, platform: LocalPlatform, sample: Sample
) -> None:
    storage = sample("crawlee-js") / "storage"
    (storage / "datasets" / "named").mkdir()
    (storage / "datasets" / "named" / "000000001.json").write_text("{}")

    run = platform.create(storage)

    assert http.get(f"/v2/actor-runs/{run}/dataset").json()["data"]["itemCount"] == 0
    assert http.get(f"/v2/actor-runs/{run}/key-value-store/records/INPUT").status_code == 200
    assert http.get(f"/v2/actor-runs/{run}/key-value-store/records/OUTPUT").status_code == 404
    assert (storage / "datasets" / "named" / "000000001.json").exists()


def test_a_new_run_can_keep_everything(http: httpx.Client, platform: LocalPlatform, sample: Sample) -> None:
    run = platform.create(sample("crawlee-js") / "storage", purge=False)

    assert http.get(f"/v2/actor-runs/{run}/dataset").json()["data"]["itemCount"] == 28


def test_purging_never_follows_a_link_out_of_the_folder(platform: LocalPlatform, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious.json").write_text("{}")
    root = tmp_path / "storage"
    (root / "datasets" / "default").mkdir(parents=True)
    (root / "datasets" / "default" / "link").symlink_to(outside)

    platform.create(root)

    assert (outside / "precious.json").exists()


def test_a_named_storage_is_made_once_and_found_by_name_and_id(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    platform.create(tmp_path)

    first, second = (http.post("/v2/datasets", params={"name": "my-shop"}) for _ in range(2))
    card = first.json()["data"]
    http.post(f"/v2/datasets/{card['id']}/items", json=[{"a": 1}])

    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["data"]["id"] == card["id"]
    for key in (card["id"], "my-shop", "local~my-shop"):
        assert http.get(f"/v2/datasets/{key}/items").json() == [{"a": 1}]
    assert (tmp_path / "datasets" / "my-shop" / "000000001.json").exists()


@pytest.mark.parametrize("name", ["..", "a/b", "-a", "a" * 64, "default", "a b", "\x00"])
def test_a_name_that_could_leave_the_folder_is_refused(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path, name: str
) -> None:
    platform.create(tmp_path / "run")

    for kind in ("datasets", "key-value-stores", "request-queues"):
        assert http.post(f"/v2/{kind}", params={"name": name}).status_code == 400


def test_the_official_client_opens_storages_by_name(platform: LocalPlatform, tmp_path: Path) -> None:
    platform.create(tmp_path)
    client = ApifyClient(platform.token, api_url=platform.url)

    dataset = client.datasets().get_or_create(name="shop")
    store = client.key_value_stores().get_or_create(name="shop")
    queue = client.request_queues().get_or_create(name="shop")

    assert (dataset.name, store.name, queue.name) == ("shop",) * 3
    client.key_value_store(store.id).set_record("a", {"b": 1})
    assert client.key_value_store(store.id).get_record("a")["value"] == {"b": 1}  # type: ignore[index]


def test_a_run_whose_platform_was_killed_does_not_claim_to_run(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    script = """
        import sys, time
        from pathlib import Path
        from runmon.local.app import LocalPlatform
        with LocalPlatform() as platform:
            platform.create(Path(sys.argv[1]), run={"status": "RUNNING"})
            print("ready", flush=True)
            time.sleep(60)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        with pytest.raises(LocalFault, match="Another runmon"):
            platform.create(tmp_path)
        run = platform.open(tmp_path)
        alive = read(http, run)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        dead = read(http, run)

    assert alive["status"] == "RUNNING"
    assert (dead["status"], dead["finishedAt"] is not None) == ("ABORTED", True)
    assert "runmon ended" in dead["statusMessage"]


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_in_any_file_make_a_run(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    root = tmp_path_factory.mktemp("any")
    records = root / "key_value_stores" / "default"
    records.mkdir(parents=True)
    for path in (root / "run.json", root / "log.txt", records / "__CRAWLER_STATISTICS_0"):
        path.write_bytes(data)

    run = opened_run(open_folder(root))

    assert legal_id(run.id)
    assert run.data["startedAt"]


def test_the_outcome_of_a_run_is_kept_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = plain_folder(tmp_path)
    folder.write_run({"id": "a", "status": "RUNNING", "statusMessage": "so it goes"})

    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("runmon.local.folder.tempfile.mkstemp", full)
    folder.write_run({"id": "a", "status": "SUCCEEDED"})

    assert folder.read_run() == {"id": "a", "status": "SUCCEEDED"}
