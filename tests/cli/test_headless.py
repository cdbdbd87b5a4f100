"""`status` and `wait` against the local platform, with every way in which a run cannot be read."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from runmon.cli.main import main
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec

CANARY = "apify_api_CaNaRy0123456789"


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as running:
        yield running


@pytest.fixture(autouse=True)
def configured(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment names the platform, and a home without any login."""
    monkeypatch.setenv("APIFY_CLIENT_BASE_URL", f"{platform.url}/v2")
    monkeypatch.setenv("APIFY_TOKEN", platform.token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("runmon.cli.reach._GRACE", ())


def started(platform: LocalPlatform, folder: Path, script: str) -> str:
    return platform.start(RunSpec(command=("sh", "-c", script), input=None, storage=folder))


Told = pytest.CaptureFixture[str]


def test_status_tells_how_a_run_stands(platform: LocalPlatform, tmp_path: Path, capsys: Told) -> None:
    run_id = started(platform, tmp_path / "run", "exit 3")
    platform.wait(run_id, 60)

    assert main(["status", run_id]) == 0

    told = capsys.readouterr().out
    assert told.startswith("status     FAILED") and run_id in told and "exit code  3" in told


def test_json_is_the_run_as_the_server_gives_it(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = platform.create(tmp_path / "run", run={"aFieldOfTomorrow": 1.5})

    assert main(["status", run_id, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["id"] == run_id and told["aFieldOfTomorrow"] == 1.5


def test_a_folder_is_a_target_too(tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "storage" / "datasets" / "default").mkdir(parents=True)

    assert main(["status", str(tmp_path / "storage")]) == 0
    assert capsys.readouterr().out.startswith("status ")


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 1)])
def test_wait_ends_with_the_outcome(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, script: str, code: int
) -> None:
    run_id = started(platform, tmp_path / "run", script)

    assert main(["wait", run_id]) == code

    told = capsys.readouterr()
    assert told.out == "" and told.err.splitlines()[-1].startswith(("SUCCEEDED", "FAILED"))


def test_wait_tells_an_aborted_run(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = started(platform, tmp_path / "run", "exec sleep 60")
    platform.abort(run_id, gracefully=False)

    assert main(["wait", run_id]) == 3


def test_wait_tells_a_run_that_timed_out(platform: LocalPlatform, tmp_path: Path) -> None:
    spec = RunSpec(command=("sleep", "60"), input=None, storage=tmp_path / "run", timeout_s=0.2)

    assert main(["wait", platform.start(spec)]) == 2


def test_wait_gives_up_when_told_to(platform: LocalPlatform, tmp_path: Path, capsys: Told) -> None:
    run_id = started(platform, tmp_path / "run", "exec sleep 60")

    assert main(["wait", run_id, "--timeout", "0.3"]) == 6
    assert "Gave up waiting after 0.3 s" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "wait"])
def test_an_unknown_run_is_250(command: str, capsys: Told) -> None:
    assert main([command, "HG7ML7M8z78YcAPEB"]) == 250
    assert capsys.readouterr().err.startswith("runmon: There is no run HG7ML7M8z78YcAPEB at 127.0.0.1")


@pytest.mark.parametrize("command", ["status", "wait"])
def test_a_wrong_token_is_4_and_never_shown(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("APIFY_TOKEN", CANARY)
    run_id = platform.create(tmp_path / "run")

    assert main([command, run_id]) == 4

    told = capsys.readouterr()
    assert "does not accept the token" in told.err and CANARY not in told.out + told.err


def test_no_token_is_4_and_says_how_to_give_one(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = platform.create(tmp_path / "run")

    assert main(["status", run_id, "--anonymous"]) == 4
    assert "Set APIFY_TOKEN" in capsys.readouterr().err


def test_a_token_file_is_read_before_the_environment(
    platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{platform.token}\n")
    monkeypatch.setenv("APIFY_TOKEN", CANARY)

    assert main(["status", platform.create(tmp_path / "run"), "--token-file", str(tmp_path / "token")]) == 0


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"two words"])
def test_a_token_file_that_holds_none_is_5(tmp_path: Path, capsys: Told, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)

    assert main(["status", "x", "--token-file", str(tmp_path / "token")]) == 5
    assert "oken" in capsys.readouterr().err


def test_a_server_that_is_down_is_6(capsys: Told) -> None:
    assert main(["status", "x", "--api-url", "http://127.0.0.1:9"]) == 6
    assert capsys.readouterr().err == (
        "runmon: No connection to 127.0.0.1:9: nothing answers there. Is the server running?\n"
    )


@pytest.mark.parametrize("path", ["./nowhere", "/nowhere/at/all"])
def test_a_folder_that_is_not_there_is_5(capsys: Told, path: str) -> None:
    assert main(["status", path]) == 5
    assert "There is no folder" in capsys.readouterr().err


def test_the_token_does_not_go_unencrypted_to_another_machine(capsys: Told) -> None:
    """E7: as a sentence and exit code 5."""
    assert main(["status", "x", "--api-url", "http://example.com"]) == 5
    assert "unencrypted" in capsys.readouterr().err


def test_wait_tells_each_change_once_and_in_order(
    platform: LocalPlatform, tmp_path: Path, capsys: Told
) -> None:
    run_id = started(platform, tmp_path / "run", "exit 3")

    main(["wait", run_id])

    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(set(told)) and told[-1].startswith("FAILED")


def test_on_a_terminal_wait_moves_one_line(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = platform.create(tmp_path / "run", run={"status": "RUNNING", "statusMessage": "half \x1b[31mway"})
    child = pexpect.spawn(
        sys.executable,
        ["-m", "runmon", "wait", run_id],
        env=os.environ | {"TERM": "xterm"},
        dimensions=(24, 60),
    )
    child.expect(rb"\r\x1b\[KRUNNING  00:00:0\d  half \xe2\x90\x9b\[31mway")

    platform.abort(run_id, gracefully=False)

    child.expect(rb"\r\x1b\[KABORTED  00:00:0\d")
    rest = child.read()
    child.wait()
    assert rest.endswith(b"\r\n") and child.exitstatus == 3


def test_wait_rings_notifies_and_runs_the_hook_at_the_end_that_it_saw(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run_id = platform.create(tmp_path / "run", run={"status": "RUNNING"})
    told = tmp_path / "told"
    child = pexpect.spawn(
        sys.executable,
        ["-m", "runmon", "wait", run_id],
        env=os.environ
        | {
            "TERM": "xterm",
            "TMUX": "",
            "RUNMON_HOOKS_BELL": "yes",
            "RUNMON_HOOKS_DESKTOP": "yes",
            "RUNMON_HOOKS_COMMAND": f"sh -c 'env > {told}'",
        },
        dimensions=(24, 60),
    )
    child.expect(rb"RUNNING")

    platform.abort(run_id, gracefully=False)

    rest = child.read()
    child.wait()
    assert b"\x07\x1b]9;" in rest and "■ ABORTED".encode() in rest
    assert "RUNMON_RUN_STATUS=ABORTED" in told.read_text()


def test_wait_for_a_run_that_is_over_already_calls_nobody(platform: LocalPlatform, tmp_path: Path) -> None:
    run_id = started(platform, tmp_path / "run", "exit 0")
    platform.wait(run_id, 60)
    told = tmp_path / "told"

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNMON_HOOKS_COMMAND", f"touch {told}")
        assert main(["wait", run_id]) == 0

    assert not told.exists()


def test_wait_stops_at_once_where_the_run_was_deleted(
    platform: LocalPlatform, tmp_path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B7: exit code 250."""
    run_id = platform.create(tmp_path / "run", run={"status": "RUNNING"})

    async def seen_then_gone(_run: object, **_options: object) -> None:
        platform.registry.runs.pop(run_id)

    monkeypatch.setattr("runmon.cli.wait.look", seen_then_gone)

    assert main(["wait", run_id]) == 250
    assert "runmon: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["night.zip", "night.arun"])
def test_a_bundle_is_a_target_of_every_headless_command(
    platform: LocalPlatform, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str
) -> None:
    run_id = started(platform, tmp_path / "run", "echo left behind; exit 3")
    platform.wait(run_id, 60)
    with zipfile.ZipFile(tmp_path / name, "w") as bundle:
        for file in (tmp_path / "run").rglob("*"):
            bundle.write(file, file.relative_to(tmp_path / "run"))
    target = str(tmp_path / name)

    assert main(["status", target]) == 0
    assert b"FAILED" in capfdbinary.readouterr().out
    assert main(["log", target]) == 0
    assert capfdbinary.readouterr().out == (tmp_path / "run" / "log.txt").read_bytes()
    assert main(["wait", target]) == 1


@pytest.mark.parametrize("command", ["status", "log", "wait"])
def test_a_zip_that_is_no_bundle_is_5(tmp_path: Path, capsys: Told, command: str) -> None:
    (tmp_path / "photos.zip").write_bytes(b"GIF89a")

    assert main([command, str(tmp_path / "photos.zip")]) == 5
    assert "is no bundle: it is no zip archive. A bundle is a run folder in a zip." in capsys.readouterr().err
