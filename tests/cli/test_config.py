"""`runmon config` and `runmon keys`: what they print, and that they load no screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runmon.cli.main import main
from runmon.settings import FILE_VARIABLE, load
from runmon.settings.table import ROWS
from runmon.ui.commands import COMMANDS


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "config.toml"))
    return tmp_path / "config.toml"


def test_every_setting_is_shown_with_where_it_came_from(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("theme = 'nord'\n[keys]\nlog.follow = 'T'\n[profiles.work]\ntoken_env = 'WORK'")
    monkeypatch.setenv("RUNMON_PACE", "3")

    assert main(["config", "--json", "--read-only", "--set", "images=off"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert all(row.name in told for row in ROWS)
    assert told["theme"] == {"value": "nord", "from": str(file)}
    assert told["pace"] == {"value": 3.0, "from": "RUNMON_PACE"}
    assert told["read_only"] == {"value": True, "from": "--read-only"}
    assert told["images"] == {"value": "off", "from": "--set images"}
    assert told["keys.log.follow"] == {"value": ["T"], "from": str(file)}
    assert "WORK" in told["profiles.work"]["value"]
    assert told["hooks.bell"] == {"value": False, "from": "default"}


def test_the_path_is_told_before_there_is_a_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{file}\n"


def test_the_example_is_a_settings_file_whose_every_line_may_be_used(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["config", "example"])
    text = capsys.readouterr().out
    commented = [line for line in text.split("\n") if line]
    assert all(line.startswith("#") for line in commented)

    settings = [line[2:] for line in commented if line[2:3] in '["' or " = " in line]
    file.write_text("\n".join(line for line in settings if not line.startswith("profile =")))

    assert load(os.environ).theme == "runmon-light"


def test_a_setting_that_is_not_there_is_one_sentence(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--set", "colour=red"]) == 5
    assert main(["config", "--set", "theme"]) == 5
    assert main(["config", "--profile", "work"]) == 5

    told = capsys.readouterr().err.split("\n")
    assert told[0] == "runmon: There is no setting 'colour'. See runmon config."
    assert "--set NAME=VALUE" in told[1] and "[profiles.work]" in told[2]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("'log.follow' = 'F'", "The key F of log.follow is also that of log.groups"),
        ("'log.folow' = 'T'", "The key map names no command: log.folow. Did you mean log.follow?"),
    ],
)
def test_keys_that_a_screen_would_refuse_are_refused_below_the_settings(
    key: str, said: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(f"[keys]\n{key}")

    assert main(["config"]) == 5

    told = capsys.readouterr()
    assert said in told.err and str(file) in told.out


def test_the_path_of_settings_that_a_screen_would_refuse_is_told(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("[keys]\n'log.follow' = 'F'")

    assert main(["config", "path"]) == 0
    assert capsys.readouterr().out == f"{file}\n"


def test_the_key_map_is_printed_with_ids_and_marks(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "--set", "keys.run.zoom=Z"]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert [line.split()[0].rstrip("*") for line in lines[:-1]] == [command.id for command in COMMANDS]
    assert next(line for line in lines if line.startswith("run.zoom")).split()[1:3] == ["*", "Z"]

    assert main(["keys", "log", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {c.id for c in COMMANDS if c.scope == "log"}

    assert main(["keys", "logs"]) == 5
    assert "log, items" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["config", "keys"])
def test_neither_loads_a_screen_or_a_client(command: str) -> None:
    code = (
        f"import sys; from runmon.cli.main import main; main([{command!r}]);"
        "print([m for m in ('textual', 'httpx', 'starlette') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_theme_that_is_none_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--set", "theme=zzz"]) == 5
    assert "nord" in (said := capsys.readouterr().err) and "zzz" in said
