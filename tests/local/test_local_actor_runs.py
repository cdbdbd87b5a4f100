"""Commands registered as Actors: started, listed and awaited with Apify's own client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from apify_client import ApifyClient

from runmon.local.app import LocalPlatform

SCRIPT = 'cat "$CRAWLEE_STORAGE_DIR/key_value_stores/default/INPUT"; exit 6'


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[LocalPlatform]:
    with LocalPlatform(home=tmp_path / "runs") as platform:
        platform.register("shop", ("bash", "-c", SCRIPT))
        yield platform


def test_the_official_client_calls_a_registered_command(serving: LocalPlatform, tmp_path: Path) -> None:
    client = ApifyClient(serving.token, api_url=serving.url)

    run = client.actor("local/shop").call(
        run_input={"a": 1}, memory_mbytes=256, run_timeout=timedelta(seconds=60), logger=None
    )

    assert run is not None
    assert (run.status, run.exit_code, run.meta.origin) == ("FAILED", 6, "API")
    assert (run.options.memory_mbytes, run.options.timeout_secs) == (256, 60)
    assert str(client.run(run.id).log().get()).endswith('{"a": 1}\n')
    assert [row.id for row in client.actor("local/shop").runs().list().items] == [run.id]
    assert client.actor("local/shop").last_run().get() is not None
    assert (tmp_path / "runs" / run.id / "run.json").exists()


def test_every_run_has_its_own_folder(serving: LocalPlatform) -> None:
    client = ApifyClient(serving.token, api_url=serving.url)
    runs = [client.actor("shop").start(run_input={"n": number}) for number in range(3)]

    for run in runs:
        client.run(run.id).wait_for_finish()

    inputs = [client.run(run.id).key_value_store().get_record("INPUT") for run in runs]
    assert [found["value"] for found in inputs if found] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert len({run.default_dataset_id for run in runs}) == 3


def test_an_unknown_actor_is_404_and_a_platform_without_a_home_starts_none(
    serving: LocalPlatform, platform: LocalPlatform, http: httpx.Client
) -> None:
    platform.register("shop", ("true",))
    own = {"authorization": f"Bearer {serving.token}"}

    assert httpx.post(f"{serving.url}/v2/acts/none/runs", headers=own, trust_env=False).status_code == 404
    assert http.post("/v2/acts/shop/runs").status_code == 403
    assert http.get("/v2/acts/shop").json()["data"]["name"] == "shop"


def test_the_official_client_lists_registered_commands_those_used_lately_first(
    serving: LocalPlatform,
) -> None:
    serving.register("login", ("true",))
    client = ApifyClient(serving.token, api_url=serving.url)
    client.actor("shop").start()

    lately = client.actors().list(sort_by="stats.lastRunStartedAt", desc=True, limit=1)
    assert (lately.total, [actor.name for actor in lately.items]) == (2, ["shop"])
    assert [actor.name for actor in client.actors().list().items] == ["login", "shop"]
