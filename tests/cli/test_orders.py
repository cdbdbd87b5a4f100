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


def test_several_runs_are_aborted_by_one_command(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    runs = [started(platform, tmp_path / name, "sleep 60") for name in "ab"]
    assert main(["abort", *runs, runs[0], "--yes"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == runs
    assert [platform.wait(run_id, 20)["status"] for run_id in runs] == ["ABORTED"] * 2


@pytest.mark.parametrize(("typed", "status"), [("", "RUNNING"), ("yes", "ABORTED")])
def test_one_question_names_all_runs_that_would_be_aborted(
    platform: LocalPlatform, tmp_path: Path, typed: str, status: str
) -> None:
    first, second = (started(platform, tmp_path / name, "sleep 60") for name in "ab")
    words = ["-m", "runmon", "abort", first, second]
    child = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=30)
    child.expect(f"{first} .RUNNING.\r\n *{second} .RUNNING.\r\nAbort these 2 runs.*Type yes")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == (0 if typed else 130)
    assert [platform.wait(one, 20 if typed else 0)["status"] for one in (first, second)] == [status] * 2


@pytest.mark.parametrize(
    ("others", "code"), [(["noSuchRun00000000"], 250), (["ended"], 5), (["noSuchRun00000000", "ended"], 1)]
)
def test_runs_that_cannot_be_aborted_are_told_and_hold_up_no_other(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, others: list[str], code: int
) -> None:
    alive, ended = (started(platform, tmp_path / text, text) for text in ("sleep 60", "exit 0"))
    platform.wait(ended, 20)
    targets = [ended if one == "ended" else one for one in others]
    assert main(["abort", *targets, alive, "--yes"]) == code
    told = capsys.readouterr()
    assert told.out.split()[0] == alive and all(one in told.err for one in targets)
    assert told.err.count("\n") == len(others)


def test_a_target_that_means_no_run_stops_everything_before_it_begins(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    alive = started(platform, tmp_path, "sleep 60")
    assert main(["abort", alive, "two words", "--yes"]) == 5
    assert "two words" in capsys.readouterr().err and platform.wait(alive, 0)["status"] == "RUNNING"


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
