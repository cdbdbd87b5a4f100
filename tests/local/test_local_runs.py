"""Runs over the API: the object, waiting, changing, ending, listing, charging; read by Apify's client too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from apify_client import ApifyClient

from runmon.errors import LocalFault
from runmon.local.app import LocalPlatform
from runmon.local.run_object import FINAL
from runmon.local.runner import RunSpec

DOCUMENTED = set(
    """
    id actId userId startedAt finishedAt status statusMessage isStatusMessageTerminal meta stats options
    buildId buildNumber exitCode usage usageUsd usageTotalUsd chargedEventCounts storageIds
    defaultKeyValueStoreId defaultDatasetId defaultRequestQueueId isContainerServerReady
    gitBranchName platformUsageBillingModel metamorphs actorTaskId generalAccess
    """.split()  # noqa: SIM905 -- thirty quoted names would hide the list
)


def on_loop(platform: LocalPlatform, run: str, **fields: Any) -> None:
    """Change a run where it lives."""
    state = platform.registry.run(run)

    async def update() -> None:
        state.update(**fields)

    platform._ask(update())


def test_a_run_has_every_documented_field(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)

    body = http.get(f"/v2/actor-runs/{run}").json()["data"]

    assert body.keys() >= DOCUMENTED
    assert body["status"] == "READY"
    assert all(len(body[name]) == 17 for name in ("id", "actId", "userId", "buildId", "defaultDatasetId"))


def test_the_official_client_reads_run_list_user_and_log(platform: LocalPlatform, tmp_path: Path) -> None:
    run = platform.start(RunSpec(("bash", "-c", "echo hi; exit 3"), tmp_path, timeout_s=60, memory_mb=256))
    client = ApifyClient(platform.token, api_url=platform.url)

    done = client.run(run).wait_for_finish()

    assert done is not None
    assert (done.status, done.exit_code, done.options.memory_mbytes) == ("FAILED", 3, 256)
    assert [row.id for row in client.runs().list().items] == [run]
    assert client.run(run).log().get().endswith("Z hi\n")  # type: ignore[union-attr]
    assert client.user().get().username == "local"  # type: ignore[union-attr]
    assert client.run("nosuchrun").get() is None


def test_waiting_ends_when_the_run_does(http: httpx.Client, platform: LocalPlatform, tmp_path: Path) -> None:
    run = platform.create(tmp_path, run={"status": "RUNNING"})
    answers: list[float] = []

    def wait() -> None:
        answer = httpx.get(
            f"{platform.url}/v2/actor-runs/{run}?waitForFinish=999999", headers=http.headers, timeout=30
        )
        assert answer.json()["data"]["status"] == "SUCCEEDED"
        answers.append(time.monotonic())

    waiting = threading.Thread(target=wait)
    waiting.start()
    until(lambda: platform.registry.run(run).bell._event is not None)
    ended = time.monotonic()
    on_loop(platform, run, status="SUCCEEDED")
    waiting.join(10)

    assert answers[0] - ended < 0.5


def until(told: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to become true."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.005)


def test_waiting_ends_after_the_asked_time(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path, run={"status": "RUNNING"})

    started = time.monotonic()
    answer = http.get(f"/v2/actor-runs/{run}", params={"waitForFinish": "1"})

    assert answer.json()["data"]["status"] == "RUNNING"
    assert 0.9 < time.monotonic() - started < 3


def test_a_status_message_is_set_and_kept_on_disk(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)

    answer = http.put(
        f"/v2/actor-runs/{run}", json={"statusMessage": "3 of 7", "isStatusMessageTerminal": False}
    )

    assert answer.json()["data"]["statusMessage"] == "3 of 7"
    assert '"3 of 7"' in (tmp_path / "run.json").read_text()


@pytest.mark.parametrize(
    "body",
    [
        {"statusMessage": 3},
        {"isStatusMessageTerminal": "yes"},
        {"generalAccess": "EVERYBODY"},
        {"generalAccess": []},
        {"runId": "another"},
        {"runId": {}},
        [],
        "text",
    ],
)
def test_a_malformed_change_is_refused(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path, body: Any
) -> None:
    run = platform.create(tmp_path)

    answer = http.put(f"/v2/actor-runs/{run}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_a_body_that_is_no_json_is_refused(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    path = f"/v2/actor-runs/{platform.create(tmp_path)}"

    assert http.put(path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert http.put(path, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415


def test_an_aborted_process_is_gone_and_the_run_says_so(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(RunSpec(("sleep", "1000"), tmp_path))

    first = http.post(f"/v2/actor-runs/{run}/abort").json()["data"]
    last = http.get(f"/v2/actor-runs/{run}?waitForFinish=20").json()["data"]

    assert first["status"] in {"ABORTING", "ABORTED"}
    assert (last["status"], last["finishedAt"] is not None) == ("ABORTED", True)
    assert http.post(f"/v2/actor-runs/{run}/abort").json()["data"]["status"] == "ABORTED"


def test_leaving_the_platform_ends_what_runs(tmp_path: Path) -> None:
    with LocalPlatform() as platform:
        run = platform.start(RunSpec(("sleep", "1000"), tmp_path))
        state = platform.registry.run(run)

    assert state.data["status"] == "ABORTED"
    assert '"ABORTED"' in (tmp_path / "run.json").read_text()


def test_only_a_finished_run_can_be_deleted(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.create(tmp_path)

    early = http.delete(f"/v2/actor-runs/{run}")
    on_loop(platform, run, status="SUCCEEDED")
    late = http.delete(f"/v2/actor-runs/{run}")

    assert (early.status_code, early.json()["error"]["type"]) == (400, "cannot-remove-running-run")
    assert (late.status_code, late.content) == (204, b"")
    assert http.get(f"/v2/actor-runs/{run}").status_code == 404


def test_the_list_is_paged_sorted_and_filtered(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    runs = [
        platform.create(
            tmp_path / str(day), run={"startedAt": f"2026-01-0{day}T00:00:00.000Z", "status": status}
        )
        for day, status in ((2, "SUCCEEDED"), (1, "FAILED"), (3, "RUNNING"))
    ]

    def ids(**query: str) -> list[str]:
        return [row["id"] for row in http.get("/v2/actor-runs", params=query).json()["data"]["items"]]

    second, first, third = runs
    assert ids() == [first, second, third]
    assert ids(desc="true") == ids(desc="1") == [third, second, first]
    assert ids(offset="1", limit="1") == [second]
    assert ids(status="FAILED,RUNNING") == [first, third]
    assert ids(startedAfter="2026-01-02T00:00:00Z") == [second, third]
    assert ids(startedBefore="2026-01-02T01:00:00+01:00") == [first, second]
    assert http.get("/v2/actor-runs?limit=-1").status_code == 400
    assert http.get("/v2/actor-runs?startedAfter=soon").status_code == 400


def test_a_charge_counts_once_for_one_key_and_costs_its_price(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    events = {"page": {"eventTitle": "Page", "eventPriceUsd": 0.002}}
    pricing = {"pricingModel": "PAY_PER_EVENT", "pricingPerEvent": {"actorChargeEvents": events}}
    run = platform.create(tmp_path, run={"pricingInfo": pricing})
    path, wish = f"/v2/actor-runs/{run}/charge", {"eventName": "page", "count": 3}

    answers = [http.post(path, json=wish, headers={"idempotency-key": key}) for key in ("a", "a", "b")]

    body = http.get(f"/v2/actor-runs/{run}").json()["data"]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, {})] * 3
    assert (body["chargedEventCounts"], body["usageTotalUsd"]) == ({"page": 6}, 0.012)
    assert http.post(path, json={"eventName": "page", "count": -1}).status_code == 400


def test_the_last_run_of_an_actor_is_found_by_name_and_id(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    platform.create(tmp_path / "a", actor="shop", run={"startedAt": "2026-01-01T00:00:00.000Z"})
    newest = platform.create(tmp_path / "b", actor="shop")
    platform.create(tmp_path / "c", actor="other")
    actor = platform.registry.run(newest).data["actId"]

    for prefix in (f"/v2/acts/{actor}", f"/v2/actors/{actor}", "/v2/actors/local~shop"):
        assert http.get(f"{prefix}/runs/last").json()["data"]["id"] == newest
        assert http.get(f"{prefix}/runs/last/dataset").json()["data"]["actRunId"] == newest
    assert http.get("/v2/actors/shop/runs/last?status=FAILED").status_code == 404
    assert http.get("/v2/actors/nobody/runs/last").status_code == 404


def test_unknown_paths_and_methods_answer_as_apify_does(http: httpx.Client) -> None:
    assert http.get("/v2/nowhere").json()["error"]["type"] == "page-not-found"
    assert http.get("/v2/actor-runs/nosuchrun").json()["error"]["type"] == "record-not-found"
    assert http.get("/v2/datasets/nosuch").status_code == 404
    wrong = http.delete("/v2/actor-runs")
    assert (wrong.status_code, wrong.json()["error"]["type"]) == (405, "method-not-allowed")


def test_a_platform_for_reading_takes_no_change(tmp_path: Path) -> None:
    with LocalPlatform(read_only=True) as platform:
        run = platform.create(tmp_path)
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as http:
            assert http.put(f"/v2/actor-runs/{run}", json={"statusMessage": "x"}).status_code == 403
            assert http.delete(f"/v2/actor-runs/{run}/dataset").status_code == 403
            assert http.post("/v2/datasets?name=mine").status_code == 403
            assert http.get(f"/v2/actor-runs/{run}").status_code == 200


def test_without_a_token_a_public_run_is_read_and_its_cost_is_hidden(tmp_path: Path) -> None:
    with LocalPlatform(anonymous_reads=True) as platform:
        public = platform.create(tmp_path / "a", run={"generalAccess": "ANYONE_WITH_ID_CAN_READ"})
        secret = platform.create(tmp_path / "b", run={"generalAccess": "RESTRICTED"})
        with httpx.Client(base_url=platform.url, trust_env=False) as http:
            seen = http.get(f"/v2/actor-runs/{public}")
            assert seen.status_code == 200
            assert not {"usageUsd", "usageTotalUsd"} & seen.json()["data"].keys()
            assert http.get(f"/v2/logs/{public}").status_code == 200
            assert http.get(f"/v2/actor-runs/{public}/dataset").status_code == 200
            assert http.get(f"/v2/actor-runs/{secret}").status_code == 403
            assert http.get(f"/v2/actor-runs/{secret}/dataset").status_code == 403
            assert http.post(f"/v2/actor-runs/{public}/abort").status_code == 401
            assert http.get(f"/v2/actor-runs/{public}/abort?method=POST").status_code == 401
            assert http.get("/v2/actor-runs").status_code == 401


def test_a_taken_port_is_one_sentence() -> None:
    with LocalPlatform() as first, pytest.raises(LocalFault, match=str(first.port)):
        LocalPlatform(port=first.port).__enter__()


def test_it_starts_and_stops_quickly() -> None:
    started = time.perf_counter()
    with LocalPlatform():
        inside = time.perf_counter()
    ended = time.perf_counter()

    assert inside - started < 0.5
    assert ended - inside < 0.5


def test_final_statuses_are_apifys_and_one_of_ours_for_an_end_that_nothing_tells_of() -> None:
    assert {"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED", "ENDED"} == FINAL
