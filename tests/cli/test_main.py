"""The command line as a whole: help, typos, defects, pipes, and what it loads."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from runmon import __version__
from runmon.cli import main as program
from runmon.cli.exits import Exit
from runmon.cli.main import TABLE, main

RUNMON = [sys.executable, "-m", "runmon"]
FORBIDDEN = ("textual", "starlette", "uvicorn", "PIL", "pygments")
ELSEWHERE = ("textual", "httpx", "uvicorn", "anyio._backends._asyncio")
"""What no folder needs to be told of."""
CANARY = "apify_api_CaNaRy0123456789"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == Exit.OK
    assert capsys.readouterr().out == f"runmon {__version__}\n"


def test_help_begins_with_examples_and_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])

    told = capsys.readouterr().out
    assert told.startswith("Examples:\n  runmon demo")
    assert all(f"\n  {name} " in told for name in TABLE)


@pytest.mark.parametrize("command", ["watch", "open", "serve", "status", "wait"])
def test_each_command_begins_its_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "-h"]) == Exit.OK
    assert capsys.readouterr().out.startswith(f"Examples:\n  runmon {'' if command == 'watch' else command}")


def test_without_a_command_a_script_gets_the_help_and_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == Exit.BAD_INPUT
    assert "Commands:" in capsys.readouterr().out


@pytest.mark.parametrize(("typed", "meant"), [("wacth", "watch"), ("stauts", "status"), ("demo2", "demo")])
def test_a_typo_gets_a_suggestion(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([typed, "x"]) == Exit.BAD_INPUT
    assert f"Did you mean '{meant}'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "keys.log.follow=T", "keys", "log"],
        ["--set=keys.log.follow=T", "keys", "log"],
        ["--read-only", "--set", "keys.log.follow=T", "keys", "log"],
    ],
)
def test_options_before_a_command_are_its_own(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == Exit.OK
    assert re.search(r"log.follow +\* T ", capsys.readouterr().out)


def test_a_value_before_a_command_is_not_taken_for_a_target(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--level", "loud", "log", "some-run-id"]) == Exit.BAD_INPUT
    assert "loud" in (told := capsys.readouterr().err) and "runmon log --help" in told


def test_a_typo_behind_options_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--theme", "nord", "kesy"]) == Exit.BAD_INPUT
    assert "Did you mean 'keys'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["status", "a", "b"], ["--frob"], ["wait", "x", "--timeout", "soon"], ["status", "a b"]],
)
def test_bad_arguments_are_one_line_and_exit_5(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 5

    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and told.err.startswith("runmon: ")
    assert re.fullmatch(r"runmon: .+[.?]( See runmon.* --help\.)?\n", told.err)


@pytest.mark.parametrize(
    "arguments", [["some-run-id"], ["watch", "--", "-dashed"], ["--", "-dashed"], ["open", "."]]
)
def test_without_a_terminal_the_screen_points_to_the_headless_commands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """F3: exit code 5 and a hint."""
    assert main(arguments) == Exit.BAD_INPUT

    told = capsys.readouterr()
    assert "runmon log" in told.err and told.out == ""


def test_a_defect_is_one_sentence_without_what_it_held(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """E3, F1: a crash of a command."""
    monkeypatch.setattr(program.cli, "invoke", lambda *_, **__: dict[str, int]()[CANARY])

    assert main(["status", "x"]) == Exit.FAILED

    told = capsys.readouterr().err
    assert "KeyError in <lambda>" in told and CANARY not in told and "Traceback" not in told


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(program.cli, "invoke", interrupted)

    assert main(["status", "x"]) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["status", "-h"]])
def test_a_closed_pipe_is_quiet(arguments: list[str]) -> None:
    """F2: exit code 141, nothing on stderr."""
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run([*RUNMON, *arguments], stdout=writer, stderr=subprocess.PIPE, timeout=60)

    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_of_few_characters_loses_none(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}

    done = subprocess.run([*RUNMON, "status", "\x1b[2J é?"], capture_output=True, env=environment, timeout=60)

    assert done.returncode == 5 and b"is no run" in done.stderr and b"\x1b" not in done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["status", "x"], ["wait", "x"]])
def test_headless_commands_load_neither_screen_nor_server(arguments: list[str]) -> None:
    script = (
        "import sys; from runmon.cli.main import main; code = main(sys.argv[1:]); "
        f"print([name for name in {FORBIDDEN!r} if name in sys.modules], file=sys.stderr)"
    )
    environment = os.environ | {"APIFY_CLIENT_BASE_URL": "http://127.0.0.1:9"}

    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, env=environment, timeout=30
    )

    assert done.stderr.endswith(b"[]\n"), done.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_version_and_help_load_no_http(arguments: list[str]) -> None:
    script = (
        "import sys; from runmon.cli.main import main; code = main(sys.argv[1:]); "
        "print([n for n in ('httpx', 'asyncio', 'rich', 'msgspec') if n in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, timeout=60)

    assert done.stderr == b"[]\n"


def test_on_a_terminal_an_unknown_run_is_said_before_any_screen() -> None:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "runmon", "some-run", "--api-url", "http://127.0.0.1:9"],
        env=os.environ | {"TERM": "xterm-256color"},
        timeout=60,
        dimensions=(24, 200),
    )

    told = child.read()

    child.wait()
    assert child.exitstatus == Exit.GAVE_UP
    assert b"nothing answers there" in told and b"\x1b" not in told


def test_a_dumb_terminal_gets_a_hint() -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "runmon", "some-run"], env=os.environ | {"TERM": "dumb"}, dimensions=(24, 200)
    )

    told = child.read()

    child.wait()
    assert child.exitstatus == Exit.BAD_INPUT and b"runmon status" in told


@pytest.mark.parametrize(("command", "code"), [("status", 0), ("log", 0), ("wait", Exit.GAVE_UP)])
def test_headless_commands_on_a_folder_load_neither_screen_nor_network(
    tmp_path: Path, command: str, code: int
) -> None:
    (tmp_path / "storage" / "datasets" / "default").mkdir(parents=True)
    (tmp_path / "storage" / "log.txt").write_text("one\n")
    for place in ("datasets/default", "log.txt"):
        os.utime(tmp_path / "storage" / place, (0, 0))
    script = (
        "import sys; from runmon.cli.main import main; code = main(sys.argv[1:]); "
        f"print(code, [n for n in {ELSEWHERE!r} if n in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, command, str(tmp_path / "storage")], capture_output=True, timeout=30
    )

    assert done.stderr.endswith(b"%d []\n" % code), done.stderr


def test_a_narrow_terminal_gets_a_sentence_broken_between_words() -> None:
    child = pexpect.spawn(
        sys.executable, ["-m", "runmon", "status", "some-run/x/y/z"], timeout=60, dimensions=(24, 40)
    )
    told = child.read().decode().split("\r\n")
    child.wait()
    assert child.exitstatus == Exit.BAD_INPUT and len(told) > 2
    assert all(len(line) <= 40 for line in told) and " ".join(told).startswith("runmon: 'some-run/x/y/z'")


def test_ctrl_c_while_the_command_is_being_loaded_ends_it_without_a_traceback() -> None:
    code = (
        "import os, signal, sys\n"
        "class Impatient:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'runmon.cli.main':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Impatient())\n"
        "from runmon.__main__ import start\n"
        "start()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")
