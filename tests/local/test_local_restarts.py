"""Reboot, resurrect, metamorph: real processes that go on in the same run and the same log."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from apify_client import ApifyClient

from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec

COUNTING = """
n=$(cat "$CRAWLEE_STORAGE_DIR/n" 2>/dev/null || echo 0); n=$((n+1)); echo $n > "$CRAWLEE_STORAGE_DIR/n"
echo "life $n"
"""
FIRST_LIFE_HANGS = COUNTING + '[ "$n" = 1 ] && exec sleep 1000; exit 0'


def bash(script: str, storage: Path, **more: Any) -> RunSpec:
    return RunSpec(("bash", "-c", script), storage, **more)


def log_lines(http: httpx.Client, run: str) -> list[str]:
    """The log without its stamps."""
    return [line[25:] for line in http.get(f"/v2/logs/{run}").text.splitlines()]


def await_line(http: httpx.Client, run: str, wanted: str) -> None:
    """Follow the log until a line comes."""
    with http.stream("GET", f"/v2/logs/{run}?stream=true&raw=true") as answer:
        seen = ""
        for chunk in answer.iter_text():
            seen += chunk
            if wanted in seen:
                return
    raise AssertionError(f"{wanted!r} never came; the log is {seen!r}")


def finished(http: httpx.Client, run: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/v2/actor-runs/{run}?waitForFinish=20").json()["data"]
    return found


def test_a_reboot_starts_the_process_again_in_the_same_log(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(bash(FIRST_LIFE_HANGS, tmp_path))
    await_line(http, run, "life 1")

    answer = http.post(f"/v2/actor-runs/{run}/reboot")
    body = finished(http, run)

    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "RUNNING")
    assert (body["status"], body["stats"]["rebootCount"]) == ("SUCCEEDED", 1)
    assert log_lines(http, run) == ["life 1", "ACTOR: The run is being rebooted.", "life 2"]


def test_a_follower_of_the_log_stays_through_a_reboot(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(bash(FIRST_LIFE_HANGS, tmp_path))

    with http.stream("GET", f"/v2/logs/{run}?stream=true&raw=true") as answer:
        chunks = answer.iter_text()
        seen = next(chunks)
        http.post(f"/v2/actor-runs/{run}/reboot")
        seen += "".join(chunks)

    assert "life 1" in seen and seen.endswith("life 2\n")


@pytest.mark.parametrize("action", ["reboot", "metamorph?targetActorId=other"])
def test_a_finished_run_can_not_be_replaced(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path, action: str
) -> None:
    platform.register("other", ("true",))
    run = platform.start(bash("exit 0", tmp_path))
    finished(http, run)

    answer = http.post(f"/v2/actor-runs/{run}/{action}")

    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "job-finished")


def test_a_resurrected_run_goes_on_with_its_storages_and_log(platform: LocalPlatform, tmp_path: Path) -> None:
    run = platform.start(bash(COUNTING + "exit 4", tmp_path))
    client = ApifyClient(platform.token, api_url=platform.url).run(run)
    before = client.wait_for_finish()

    client.resurrect(memory_mbytes=512, max_total_charge_usd=Decimal(2))
    after = client.wait_for_finish()

    assert before is not None and after is not None
    assert (after.status, after.exit_code, after.stats.resurrect_count) == ("FAILED", 4, 1)
    assert (after.options.memory_mbytes, after.options.max_total_charge_usd) == (512, 2)
    assert (after.started_at, after.finished_at > before.finished_at) == (before.started_at, True)  # type: ignore[operator]
    assert [line[25:] for line in str(client.log().get()).splitlines()] == [
        "life 1",
        "ACTOR: The run was resurrected.",
        "life 2",
    ]


def test_a_run_under_way_can_not_be_resurrected(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(bash("exec sleep 1000", tmp_path))

    assert http.post(f"/v2/actor-runs/{run}/resurrect").status_code == 400


@pytest.mark.parametrize("query", ["memory=1", "timeout=x", "maxTotalChargeUsd=no", "maxItems=0"])
def test_a_resurrection_with_a_limit_out_of_range_is_refused(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path, query: str
) -> None:
    run = platform.start(bash("exit 0", tmp_path))
    finished(http, run)

    assert http.post(f"/v2/actor-runs/{run}/resurrect?{query}").status_code == 400


def test_a_failing_process_is_restarted_when_asked(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(bash(COUNTING + '[ "$n" -ge 4 ] || exit 5', tmp_path))
    finished(http, run)

    http.post(f"/v2/actor-runs/{run}/resurrect?restartOnError=true")
    body = finished(http, run)

    assert (body["status"], body["stats"]["restartCount"]) == ("SUCCEEDED", 2)
    assert [line for line in log_lines(http, run) if line.startswith("life")] == [
        "life 1",
        "life 2",
        "life 3",
        "life 4",
    ]


def test_a_run_becomes_another_actor_with_another_input(platform: LocalPlatform, tmp_path: Path) -> None:
    platform.register("after", ("bash", "-c", 'echo "now $ACTOR_INPUT_KEY $ACTOR_ID"'))
    run = platform.start(bash("echo before; exec sleep 1000", tmp_path, input=b'{"a": 1}'))
    client = ApifyClient(platform.token, api_url=platform.url).run(run)
    with httpx.Client(base_url=platform.url, headers={"authorization": f"Bearer {platform.token}"}) as http:
        await_line(http, run, "before")

    client.metamorph(target_actor_id="local/after", run_input={"b": 2})
    body = client.wait_for_finish()

    assert body is not None and body.metamorphs is not None
    assert (body.status, body.stats.metamorph) == ("SUCCEEDED", 1)
    assert body.metamorphs[0].actor_id == body.act_id
    assert str(client.log().get()).endswith(f"now INPUT-METAMORPH-1 {body.act_id}\n")
    store = client.key_value_store()
    assert store.get_record("INPUT-METAMORPH-1")["value"] == {"b": 2}  # type: ignore[index]
    assert store.get_record("INPUT")["value"] == {"a": 1}  # type: ignore[index]


def test_a_metamorph_needs_an_actor_that_is_known(
    http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = platform.start(bash("exec sleep 1000", tmp_path))

    assert http.post(f"/v2/actor-runs/{run}/metamorph?targetActorId=nobody").status_code == 404
    assert http.post(f"/v2/actor-runs/{run}/metamorph").status_code == 400


def test_an_abort_during_a_reboot_wins(http: httpx.Client, platform: LocalPlatform, tmp_path: Path) -> None:
    run = platform.start(bash("trap '' TERM; echo up; while :; do sleep 0.05; done", tmp_path))
    await_line(http, run, "up")

    http.post(f"/v2/actor-runs/{run}/reboot")
    http.post(f"/v2/actor-runs/{run}/abort")

    assert finished(http, run)["status"] == "ABORTED"
