"""`runmon doctor`: what it finds, what it says to do, and that it tells no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from runmon.api.address import address
from runmon.cli.doctor import BAD, GOOD, ODD, proxy, terminal
from runmon.cli.main import main
from runmon.local.app import LocalPlatform
from tests.picturing import KITTY, WEZTERM, PictureTerminal
from tests.terminal import RUNMON

Told = pytest.CaptureFixture[str]
CANARY = "apify_api_CaNaRy0123456789"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home without a login, a folder without runs, no settings, a port where nobody answers."""
    for name in ("APIFY_TOKEN", "APIFY_CLIENT_BASE_URL", "APIFY_API_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RUNMON_CONFIG_FILE", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)


def found(capsys: Told) -> dict[str, dict[str, str]]:
    return {each["name"]: each for each in json.loads(capsys.readouterr().out)}


def test_all_is_well_with_a_server_that_knows_the_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Told
) -> None:
    (tmp_path / "storage" / "datasets").mkdir(parents=True)
    with LocalPlatform() as platform:
        monkeypatch.setenv("APIFY_TOKEN", platform.token)
        assert main(["doctor", "--json", "--api-url", platform.url]) == 0
        told = capsys.readouterr().out
        assert platform.token not in told

        main(["doctor", "--api-url", platform.url])
    checks = {each["name"]: each for each in json.loads(told)}
    assert checks["token"]["said"] == "from APIFY_TOKEN" and "you are local" in checks["server"]["said"]
    assert "textual" in checks["versions"]["said"] and checks["here"]["said"] == "1 run in storage"
    assert "✔ server    127.0.0.1" in capsys.readouterr().out


def test_without_a_token_it_says_how_to_get_one(capsys: Told) -> None:
    with LocalPlatform() as platform:
        assert main(["doctor", "--json", "--api-url", platform.url]) == 0

    checks = found(capsys)
    assert checks["token"]["state"] == ODD and "apify login" in checks["token"]["do"]
    assert checks["server"]["state"] == GOOD and "answered in" in checks["server"]["said"]


def test_a_wrong_token_and_a_server_that_is_away_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    monkeypatch.setenv("APIFY_TOKEN", CANARY)
    with LocalPlatform() as platform:
        assert main(["doctor", "--json", "--api-url", platform.url]) == 1
        url = platform.url
    wrong = found(capsys)["server"]
    assert wrong["state"] == BAD and "token of APIFY_TOKEN" in wrong["do"]

    assert main(["doctor", "--json", "--api-url", url]) == 1
    told = capsys.readouterr().out
    away = {each["name"]: each for each in json.loads(told)}["server"]
    assert away["state"] == BAD and away["do"] and CANARY not in told


def test_settings_that_cannot_be_used_are_the_finding(tmp_path: Path, capsys: Told) -> None:
    (tmp_path / "config.toml").write_text("colour = 1")
    assert main(["doctor", "--json"]) == 1
    assert "colour" in found(capsys)["settings"]["said"]

    (tmp_path / "config.toml").write_text("api_url = 'http://127.0.0.1:9'\n[keys]\n'log.follow' = 'e'")
    assert main(["doctor", "--json", "--anonymous"]) == 1
    assert "log.next_error" in found(capsys)["settings"]["said"]

    (tmp_path / "config.toml").write_text("profile = 'work'\n[profiles.work]\ntoken_env = 'NOT_SET'")
    assert main(["doctor", "--json", "--api-url", "http://127.0.0.1:9"]) == 1
    assert "NOT_SET, which is not set" in found(capsys)["token"]["said"]


def test_a_terminal_is_judged_by_what_it_can() -> None:
    assert terminal({"TERM": "xterm"}).state == ODD, "a pipe is none"
    assert (
        "proxy of HTTPS_PROXY"
        in proxy({"HTTPS_PROXY": "http://u:p@h"}, address("https://api.apify.com")).said
    )
    assert proxy({"HTTP_PROXY": "http://h"}, address("http://127.0.0.1:1")).said == "straight"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, b"true colour"),
        ({"TERM": "xterm-256color", "COLORTERM": ""}, b"export COLORTERM"),
        ({"TERM": "dumb"}, b"TERM=dumb cannot"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, b"no colours"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONIOENCODING": "latin-1"}, b"C.UTF-8"),
    ],
)
def test_on_a_terminal_it_says_what_to_do_about_it(environment: dict[str, str], said: bytes) -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "runmon", "doctor", "--anonymous", "--api-url", "http://127.0.0.1:9"],
        env=os.environ | {"NO_PROXY": "*"} | environment,
        dimensions=(30, 200),
        timeout=30,
    )
    assert said in child.read()


@pytest.mark.parametrize(
    ("answers", "flags", "environment", "said"),
    [
        (KITTY, (), {}, "kitty(0.36.4) offers Kitty graphics: drawn in pixels"),
        (KITTY, ("--set", "images=halfblock"), {}, "offers Kitty graphics: drawn in half-block cells"),
        (KITTY, (), {"KITTY_WINDOW_ID": "", "TERM": "xterm-256color"}, "--set images=pixels"),
        (WEZTERM, (), {}, "offers Kitty graphics without placeholders and Sixel: drawn in half-block cells"),
        ({}, ("--set", "images=pixels"), {}, "the terminal offers no images: drawn in half-block cells"),
        (KITTY, (), {"TMUX": "/tmp/x,1,0"}, "set -g allow-passthrough on"),
        (KITTY, ("--set", "images=off"), {}, "off, as the settings say"),
    ],
)
def test_it_says_what_images_are_drawn_in(
    answers: dict[bytes, bytes], flags: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    command = [*RUNMON, "doctor", "--anonymous", "--api-url", "http://127.0.0.1:9", *flags]
    with PictureTerminal(command, answers=answers, columns=140, env=environment) as terminal:
        terminal.ends()
        assert said in terminal.text and "images" in terminal.text


def test_it_loads_no_screen() -> None:
    code = (
        "import sys; from runmon.cli.main import main; main(['doctor', '--api-url', 'http://127.0.0.1:9']);"
        "print('textual' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False\n"
