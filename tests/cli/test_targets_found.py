"""Targets against a local platform: the last run, the last that failed, the newest here; what was meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runmon.cli.main import main
from runmon.cli.nearest import nearest
from runmon.local.app import LocalPlatform
from tests.fleet import fleet, keep_run

Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    with fleet(tmp_path_factory.mktemp("fleet"), alive=1) as running:
        yield running


@pytest.fixture(autouse=True)
def here(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working directory without runs, the platform as the server."""
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", platform.url)
    monkeypatch.setenv("APIFY_TOKEN", platform.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("runmon.cli.reach._GRACE", ())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "run_id"),
    [
        (["@last"], "aliveRun000000000"),
        (["@last", "--failed"], "loginRun000000000"),
        (["@last", "--status", "TIMED-OUT"], "slowRun0000000000"),
        (["local/price-watch"], "aliveRun000000000"),
        (["local/shop-crawler", "--failed"], "traceRun000000000"),
        (["local/shop-crawler", "--status", "ABORTED,TIMED-OUT"], "slowRun0000000000"),
    ],
)
def test_the_last_run_of_an_actor_or_of_the_account_is_found(
    typed: list[str], run_id: str, capsys: Told
) -> None:
    assert main(["status", *typed]) == 0
    assert f"run        {run_id}" in capsys.readouterr().out


def test_a_dash_is_the_run_that_was_touched_last_on_this_machine(here: Path, capsys: Told) -> None:
    assert main(["status", "-"]) == 5
    assert "no run in storage" in capsys.readouterr().err

    for number, name in enumerate(("older", "newer")):
        folder = keep_run(here / "storage" / "runs", f"{name}Run000000000", "SUCCEEDED")
        for each in (
            folder / "run.json",
            folder / "log.txt",
            folder / "datasets",
            folder / "datasets" / "default",
        ):
            os.utime(each, (1e9 + number, 1e9 + number))
    assert main(["status", "-"]) == 0
    assert "newerRun" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["loginRun00000000O"], 250, "Did you mean loginRun000000000 (FAILED, "),
        (["login"], 250, "Did you mean loginRun000000000"),
        (["zzz"], 250, "The newest runs are aliveRun000000000"),
        (["./stroage"], 5, "There is no folder or bundle stroage. Did you mean storage?"),
        (["stroage"], 250, "Did you mean storage?"),
        (["shop"], 250, "Did you mean local/shop-crawler?"),
        (["local/pricewatch"], 250, "no run of Actor local/pricewatch"),
        (["local/pricewatch"], 250, "Did you mean local/price-watch?"),
        (["local/shop-crawler", "--status", "SUCCEEDED"], 250, "runmon runs actor:shop-crawler lists"),
        (["@last", "--status", "TIMING-OUT"], 5, "no run with status TIMING-OUT"),
        (["@last", "--failed", "--status", "FAILED"], 5, "--failed is a --status"),
        (["loginRun000000000", "--failed"], 5, "--failed chooses among the runs of an Actor"),
        (["keptRun0000000000"], 250, "runmon open storage/runs/keptRun0000000000"),
    ],
)
def test_a_wrong_target_lists_the_nearest(
    typed: list[str], code: int, said: str, here: Path, capsys: Told
) -> None:
    keep_run(here / "storage" / "runs", "keptRun0000000000", "SUCCEEDED")

    assert main(["status", *typed]) == code
    assert said in capsys.readouterr().err


def test_names_are_near_by_their_beginning_or_their_letters() -> None:
    known = ["ann~shop-crawler", "ann~login-bot", "HG7ML7M8z78YcAPEB"]

    assert nearest("shop", known) == nearest("shop-crawlr", known) == ["ann~shop-crawler"]
    assert nearest("hg7ml", known) == ["HG7ML7M8z78YcAPEB"]
    assert nearest("", known) == nearest("xyz", known) == []
