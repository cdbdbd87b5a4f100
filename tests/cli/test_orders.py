"""`runmon abort`, `reboot`, `resurrect` and `requeue` over real processes; nothing is done unasked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pexpect
import pytest

from runmon.cli.main import main
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from tests.ui.test_orders import CRAWL

Told = pytest.CaptureFixture[str]


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as running:
        yield running


@pytest.fixture(autouse=True)
def configured(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", platform.url)
    monkeypatch.setenv("APIFY_TOKEN", platform.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RUNMON_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("runmon.cli.reach._GRACE", ())


def started(platform: LocalPlatform, folder: Path, script: str) -> str:
    return platform.start(RunSpec(("sh", "-c", script), folder / "run"))


def test_orders_are_carried_out_in_turn_over_the_life_of_a_run(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = started(platform, tmp_path, "sleep 60")
    assert main(["reboot", run_id, "--yes"]) == 0
    assert main(["abort", run_id, "--yes"]) == 0
    assert platform.wait(run_id, 20)["status"] == "ABORTED"
    assert main(["resurrect", run_id, "--yes", "--memory", "256", "--timeout", "90"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [run_id] * 3
    run = platform.wait(run_id, 0)
    assert (run["status"], run["options"]["memoryMbytes"], run["options"]["timeoutSecs"]) == (
        "RUNNING",
        256,
        90,
    )
    assert (run["stats"]["rebootCount"], run["stats"]["resurrectCount"]) == (1, 1)


def test_without_a_terminal_nothing_is_done_unasked(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = started(platform, tmp_path, "sleep 60")
    assert main(["abort", run_id]) == 5
    assert "Add --yes" in capsys.readouterr().err and platform.wait(run_id, 0)["status"] == "RUNNING"


@pytest.mark.parametrize(("typed", "status"), [("no", "RUNNING"), ("yes", "ABORTED")])
def test_on_a_terminal_only_yes_does_it(
    platform: LocalPlatform, tmp_path: Path, typed: str, status: str
) -> None:
    run_id = started(platform, tmp_path, "sleep 60")
    child = pexpect.spawn(sys.executable, ["-m", "runmon", "abort", run_id], encoding="utf-8", timeout=30)
    child.expect(f"Abort the run {run_id}.*Type yes")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus == 0) == (typed == "yes")
    assert platform.wait(run_id, 20 if typed == "yes" else 0)["status"] == status


@pytest.mark.parametrize(
    ("script", "order", "words"),
    [
        ("exit 0", "abort", "has ended already"),
        ("exit 0", "reboot", "only a run that goes on"),
        ("sleep 60", "resurrect", "only a run that has ended"),
    ],
)
def test_an_order_that_the_state_forbids_is_a_sentence(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, script: str, order: str, words: str
) -> None:
    run_id = started(platform, tmp_path, script)
    platform.wait(run_id, 20 if script == "exit 0" else 0)
    assert main([order, run_id, "--yes"]) == 5
    assert words in capsys.readouterr().err


def test_the_settings_and_a_folder_forbid_every_order(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = started(platform, tmp_path, "sleep 60")
    assert main(["abort", str(tmp_path / "run"), "--yes"]) == 5
    assert "only be looked at" in capsys.readouterr().err
    monkeypatch.setenv("RUNMON_READ_ONLY", "yes")
    assert main(["abort", run_id, "--yes"]) == 5
    assert "read_only" in capsys.readouterr().err and platform.wait(run_id, 0)["status"] == "RUNNING"


def test_failed_requests_are_listed_put_back_and_with_the_file_as_they_were(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = platform.start(RunSpec((sys.executable, "-c", CRAWL), tmp_path / "run"))
    platform.wait(run_id, 20)
    head = {"authorization": f"Bearer {platform.token}"}
    with httpx.Client(base_url=platform.url, headers=head, trust_env=False) as http:

        def requests() -> object:
            return http.get(f"/v2/actor-runs/{run_id}/request-queue/requests").json()["data"]["items"]

        before = requests()
        assert main(["requeue", run_id, "--dry-run"]) == 0
        assert sorted(capsys.readouterr().out.split()) == [f"https://shop.example/{n}" for n in (1, 2)]
        assert main(["requeue", run_id]) == 5
        assert requests() == before
        assert main(["requeue", run_id, "--yes"]) == 0
        file = capsys.readouterr().err.split("--undo ")[1].strip()
        assert requests() != before
        assert main(["requeue", run_id, "--undo", file, "--yes"]) == 0
        assert requests() == before
    assert main(["requeue", run_id, "--undo", str(tmp_path / "none"), "--yes"]) == 5
