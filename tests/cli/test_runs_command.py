"""`runmon` alone and `runmon runs`: the screen on a terminal, a list in a pipe; runs of this machine too."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from runmon.cli.local_runs import LocalRuns, newest_folder, run_folders
from runmon.cli.main import main
from runmon.local.app import LocalPlatform
from tests.fleet import fleet, keep_fleet, keep_run

Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    with fleet(tmp_path_factory.mktemp("fleet"), alive=1) as running:
        yield running


@pytest.fixture(autouse=True)
def here(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", platform.url)
    monkeypatch.setenv("APIFY_TOKEN", platform.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def on_terminal(*arguments: str) -> pexpect.spawn[bytes]:
    return pexpect.spawn(
        sys.executable, ["-m", "runmon", *arguments], env=os.environ | {"TERM": "xterm-256color"},
        dimensions=(30, 120), timeout=30,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [(), ("runs", "failed"), ("--read-only",)])
def test_on_a_terminal_the_list_shows_and_q_leaves(arguments: tuple[str, ...]) -> None:
    child = on_terminal(*arguments)
    child.expect_exact("Login failed: wrong password")
    child.send(b"q")
    child.read()
    child.wait()
    assert child.exitstatus == 0


def test_without_a_token_runs_of_this_machine_are_listed_and_open(here: Path) -> None:
    keep_fleet(here / "storage" / "runs")
    child = on_terminal("--anonymous")
    child.expect_exact("Login failed: wrong password")
    child.send(b"j\r")
    child.expect_exact("exit code")
    child.send(b"qq")
    child.read()
    child.wait()
    assert child.exitstatus == 0


def test_a_pipe_gets_the_names_of_actors_and_finds_runs_by_them(capsys: Told) -> None:
    assert main(["runs", "actor:price-watch"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines != [] and all(line.split()[2] == "price-watch" for line in lines)


def test_a_pipe_gets_a_list_and_a_program_json(capsys: Told) -> None:
    assert main(["runs", "bad", "since:1d"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "loginRun000000000",
        "traceRun000000000",
        "slowRun0000000000",
    ]

    assert main(["runs", "--json", "--limit", "2"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [run["status"] for run in told] == ["RUNNING", "SUCCEEDED"]

    assert main(["runs", "status:broken"]) == 5
    assert "is no status" in capsys.readouterr().err
    assert main(["runs", "--anonymous"]) == 4


def test_a_status_is_chosen_by_a_flag_too_and_one_that_nobody_knows_gets_the_known_ones(
    capsys: Told,
) -> None:
    assert main(["runs", "--status", "failed"]) == 0
    assert {line.split()[1] for line in capsys.readouterr().out.splitlines()} == {"FAILED"}
    assert main(["runs", "--status", "BANANA"]) == 5
    assert "'BANANA' is no status. Known: ready, running, " in capsys.readouterr().err


def test_folders_of_runs_are_found_and_the_newest_is_the_one_touched_last(here: Path) -> None:
    storage = here / "storage"
    assert newest_folder(storage) is None
    (storage / "key_value_stores" / "default").mkdir(parents=True)
    kept = keep_run(storage / "runs", "keptRun0000000000", "FAILED")
    (storage / "runs" / "no run").mkdir()
    for place in (kept / "run.json", kept / "log.txt", kept / "datasets", kept / "datasets" / "default"):
        os.utime(place, (1e9, 1e9))

    assert list(run_folders(storage)) == [storage, kept]
    assert newest_folder(storage) == storage
    os.utime(kept / "log.txt", (9e9, 9e9))
    assert newest_folder(storage) == kept


async def test_runs_of_this_machine_are_served_while_somebody_looks(here: Path) -> None:
    with LocalRuns(here / "storage") as nothing:
        assert await nothing.connect() is None
    keep_run(here / "storage" / "runs", "keptRun0000000000", "FAILED")
    with LocalRuns(here / "storage") as local:
        api = await local.connect()
        assert api is not None
        keep_run(here / "storage" / "runs", "nextRun0000000000", "SUCCEEDED")
        (here / "storage" / "runs" / "broken").mkdir()
        (here / "storage" / "runs" / "broken" / "run.json").write_text("{")
        names = local.look()
        async with api:
            assert {"keptRun0000000000", "nextRun0000000000"} <= {run.id for run in (await api.runs()).items}
        assert names["keptRun0000000000"].endswith("keptRun0000000000")


async def test_a_folder_that_another_run_took_is_opened_anew(here: Path) -> None:
    kept = keep_run(here / "storage" / "runs", "keptRun0000000000", "FAILED")
    with LocalRuns(here / "storage") as local:
        api = await local.connect()
        assert api is not None
        newer = keep_run(here / "elsewhere", "nextRun0000000000", "SUCCEEDED")
        shutil.rmtree(kept)
        newer.rename(kept)

        assert local.reopen("keptRun0000000000") == "nextRun0000000000"
        async with api:
            assert (await api.run("nextRun0000000000")).view.status == "SUCCEEDED"


async def test_a_run_of_dev_is_called_as_its_actor_was_wherever_it_is_listed(here: Path) -> None:
    with LocalPlatform() as other:
        other.create(here / "storage", actor="kettle-crawler", run={"status": "SUCCEEDED"})
    with LocalRuns(here / "storage") as local:
        api = await local.connect()
        assert api is not None
        async with api:
            run = (await api.runs()).items[0]
            assert (await api.actor(str(run.act_id))).view.name == "kettle-crawler"
            assert b"actorName" not in (await api.run(run.id)).raw


@pytest.mark.parametrize("name", ['"stranger"', "7", '"\\u001b[31m"', '"\\ud800"'])
async def test_a_name_in_run_json_that_is_not_its_actor_s_is_left_out(here: Path, name: str) -> None:
    kept = keep_run(here / "storage" / "runs", "keptRun0000000000", "FAILED")
    run = (kept / "run.json").read_text().rstrip().removesuffix("}")
    (kept / "run.json").write_text(f'{run}, "actorName": {name}}}')
    with LocalRuns(here / "storage") as local:
        api = await local.connect()
        assert api is not None
        async with api:
            assert b"actorName" not in (await api.run("keptRun0000000000")).raw
