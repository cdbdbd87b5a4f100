"""Faults on request: each does what its name says and nothing when it is off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from apify_client import ApifyClient

from runmon.errors import BadInput
from runmon.local.app import LocalPlatform
from runmon.local.disturbance import CountLag, Faults
from runmon.local.runner import RunSpec


@contextmanager
def disturbed(text: str) -> Iterator[tuple[LocalPlatform, httpx.Client]]:
    with LocalPlatform(faults=Faults.parse(text)) as platform:
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, timeout=60, trust_env=False) as http:
            yield platform, http


def test_counts_lag_while_items_come_fresh(tmp_path: Path) -> None:
    with disturbed("item-count-lag=60") as (platform, http):
        place = f"/v2/actor-runs/{platform.create(tmp_path)}/dataset"
        http.post(f"{place}/items", json=[{"n": 1}, {"n": 2}])

        page = http.get(f"{place}/items")

        assert page.json() == [{"n": 1}, {"n": 2}]
        assert page.headers["x-apify-pagination-total"] == "0"
        assert http.get(place).json()["data"]["itemCount"] == 0


def test_a_lagging_count_catches_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 11.0, 14.9, 15.1, 16.1])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    lag = CountLag(5, 0)
    lag.note(3)
    lag.note(8)

    assert [lag.count() for _ in range(3)] == [0, 3, 8]


def test_a_run_costs_nothing_until_it_has_settled(tmp_path: Path) -> None:
    with disturbed("settle=60") as (platform, http):
        run = platform.start(RunSpec(("true",), tmp_path, run={"usageTotalUsd": 0.5}))
        platform.wait(run, 60)

        body = http.get(f"/v2/actor-runs/{run}").json()["data"]

        assert (body["status"], body["usageTotalUsd"], body["stats"]["computeUnits"]) == ("SUCCEEDED", 0, 0)
        assert platform.registry.run(run).data["usageTotalUsd"] == 0.5


def test_a_new_run_is_404_until_it_appears(tmp_path: Path) -> None:
    with disturbed("appear=0.2") as (platform, http):
        run = platform.create(tmp_path)

        assert http.get(f"/v2/actor-runs/{run}").status_code == 404
        deadline = time.monotonic() + 60
        while http.get(f"/v2/actor-runs/{run}").status_code == 404:
            assert time.monotonic() < deadline


def test_a_log_stops_at_its_cap(tmp_path: Path) -> None:
    with disturbed("log-cap=1000") as (platform, http):
        run = platform.start(RunSpec(("bash", "-c", "seq 1000"), tmp_path))
        platform.wait(run, 60)

        assert len(http.get(f"/v2/logs/{run}?raw=true").content) == 1000
        assert http.head(f"/v2/logs/{run}?raw=true").headers["content-length"] == "1000"
        assert len(http.get(f"/v2/logs/{run}?raw=true&stream=true").content) == 1000


def test_records_lead_to_another_origin_that_wants_no_token(tmp_path: Path) -> None:
    with disturbed("redirect-records") as (platform, http):
        place = f"/v2/actor-runs/{platform.create(tmp_path)}/key-value-store/records"
        http.put(f"{place}/a", content=b"hello", headers={"content-type": "text/plain"})

        answer = http.get(f"{place}/a")
        there = answer.headers["location"]

        assert answer.status_code == 302
        assert not there.startswith(platform.url)
        assert httpx.get(there, trust_env=False).content == b"hello"
        assert httpx.get(there, headers=http.headers, trust_env=False).status_code == 400
        assert http.get(f"{place}/none").status_code == 404


def test_the_official_client_follows_the_redirect(tmp_path: Path) -> None:
    with disturbed("redirect-records") as (platform, _):
        run = platform.create(tmp_path)
        store = ApifyClient(platform.token, api_url=platform.url).run(run).key_value_store()
        store.set_record("a", {"b": 1})

        record = store.get_record("a")

        assert record is not None
        assert record["value"] == {"b": 1}


def test_every_nth_request_fails(tmp_path: Path) -> None:
    with disturbed("error-every=3") as (_, http):
        assert [http.get("/v2/users/me").status_code for _ in range(6)] == [200, 200, 503, 200, 200, 503]


def test_every_nth_body_breaks_off(tmp_path: Path) -> None:
    with disturbed("cut-every=2") as (_, http):
        assert http.get("/v2/users/me").status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/v2/users/me")
        assert http.get("/v2/users/me").status_code == 200


def test_a_slow_body_takes_its_time(tmp_path: Path) -> None:
    with disturbed("slow=50000") as (platform, http):
        run = platform.create(tmp_path, run={"status": "SUCCEEDED"})
        platform.registry.run(run).log.append(b"x" * 20_000)

        started = time.monotonic()
        answer = http.get(f"/v2/logs/{run}?raw=true")

        assert len(answer.content) == 20_000
        assert time.monotonic() - started > 0.3


def test_too_many_requests_are_429_in_apifys_words() -> None:
    with disturbed("rate-limit=5") as (_, http):
        answers = [http.get("/v2/users/me") for _ in range(8)]

        assert [answer.status_code for answer in answers[:5]] == [200] * 5
        assert answers[-1].status_code == 429
        assert answers[-1].json()["error"]["type"] == "rate-limit-exceeded"
        assert answers[-1].headers["x-ratelimit-limit"] == "5"


def test_the_platforms_own_lags_have_a_name() -> None:
    faults = Faults.parse("platform, cut-every=9")

    assert (faults.item_count_lag, faults.log_cap, faults.cut_every) == (5, 10_485_760, 9)
    assert not Faults.parse("").on_the_wire


@pytest.mark.parametrize("text", ["rain", "slow=fast", "cut-every=-1", "cut-every=1.5", "settle=nan", "=1"])
def test_an_unknown_fault_is_one_sentence(text: str) -> None:
    with pytest.raises(BadInput):
        Faults.parse(text)
