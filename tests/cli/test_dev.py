"""`runmon dev`: an Actor started from the command line, without a screen."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runmon.cli.dev import read_input
from runmon.errors import BadInput

LONG_S = 60
STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z "
READ_INPUT = (
    "import pathlib, os; folder = pathlib.Path(os.environ['CRAWLEE_STORAGE_DIR']); "
    "print((folder / 'key_value_stores/default/INPUT').read_text())"
)


def dev(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`runmon dev --no-ui` in a folder."""
    command = [sys.executable, "-m", "runmon", "dev", "--no-ui", *arguments]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, timeout=LONG_S)


def started(folder: Path, *arguments: str, **streams: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "runmon", "dev", "--no-ui", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(command, cwd=folder, **pipes)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("script", "options", "code", "status"),
    [
        ("true", (), 0, "SUCCEEDED"),
        ("exit 3", (), 1, "FAILED"),
        ("sleep 1000", ("--timeout", "0.3"), 2, "TIMED-OUT"),
    ],
)
def test_the_outcome_is_the_exit_code(
    tmp_path: Path, script: str, options: tuple[str, ...], code: int, status: str
) -> None:
    done = dev(tmp_path, *options, "--", "bash", "-c", script)
    assert (done.returncode, status.encode() in done.stderr) == (code, True)


def test_a_pipe_gets_the_log_byte_for_byte_and_the_folder_keeps_the_run(tmp_path: Path) -> None:
    done = dev(tmp_path, "--", "bash", "-c", r"printf 'hi \x1b[31m\xff\x07\n'; exit 3")
    assert re.fullmatch(STAMP + b"hi \x1b\\[31m\xff\x07\n", done.stdout)
    assert (tmp_path / "storage" / "log.txt").read_bytes() == done.stdout
    run = json.loads((tmp_path / "storage" / "run.json").read_bytes())
    assert (run["status"], run["exitCode"]) == ("FAILED", 3)
    assert b"FAILED with exit code 3" in done.stderr


def test_a_terminal_gets_the_colours_and_nothing_else_that_commands_it(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    script = r"printf '\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x1b[2J end\n'"
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "runmon", "dev", "--no-ui", "--", "bash", "-c", script]
    with subprocess.Popen(command, cwd=tmp_path, stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        shown = drained(master)
        assert process.wait(LONG_S) == 0
    assert "\x1b[31mred" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m|\r?\n", "", shown)
    assert plain.isprintable() and "end" in plain


def drained(master: int) -> str:
    """Everything that was written to a pseudo-terminal until its last writer closed it."""
    shown = b""
    try:
        while chunk := os.read(master, 65_536):
            shown += chunk
    except OSError:
        pass
    os.close(master)
    return shown.decode()


def test_the_input_reaches_the_actor_from_the_command_line_a_file_and_stdin(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"from": "file"}')
    actor = ("--", sys.executable, "-c", READ_INPUT)
    said = [
        dev(tmp_path, "--input", '{"from": "flag"}', *actor).stdout,
        dev(tmp_path, "--input", "in.json", *actor).stdout,
        dev(tmp_path, "--input", "-", *actor, stdin=b'{"from": "stdin"}').stdout,
    ]
    assert [line[25:].strip() for line in said] == [
        b'{"from": "flag"}',
        b'{"from": "file"}',
        b'{"from": "stdin"}',
    ]


def test_what_an_earlier_run_left_goes_but_the_input_stays(tmp_path: Path) -> None:
    store = tmp_path / "storage" / "key_value_stores" / "default"
    store.mkdir(parents=True)
    (store / "INPUT.json").write_text('{"kept": true}')
    (store / "OUTPUT.json").write_text("{}")
    purged = dev(tmp_path, "--", "ls", str(store)).stdout
    (store / "OUTPUT.json").write_text("{}")
    kept = dev(tmp_path, "--no-purge", "--", "ls", str(store)).stdout
    assert b"INPUT.json" in purged and b"OUTPUT.json" not in purged
    assert b"INPUT.json" in kept and b"OUTPUT.json" in kept


def test_a_folder_that_is_emptied_is_told(tmp_path: Path) -> None:
    items = tmp_path / "storage" / "datasets" / "default"
    items.mkdir(parents=True)
    for number in range(28):
        (items / f"{number:09}.json").write_text("{}")
    done = dev(tmp_path, "--", "true")
    said = b"Emptied ./storage of the run before (28 items); --no-purge keeps all but its log."
    assert done.stderr.splitlines()[0] == said


def test_the_exit_code_is_told_in_words(tmp_path: Path) -> None:
    done = dev(tmp_path, "--", "bash", "-c", "kill -9 $$")
    assert b"FAILED with exit code 137, killed; often out of memory" in done.stderr


def test_options_of_the_command_are_its_own(tmp_path: Path) -> None:
    done = dev(tmp_path, "echo", "--timeout", "5", "--no-ui")
    assert done.stdout[25:] == b"--timeout 5 --no-ui\n"


def test_ctrl_c_aborts_gracefully_and_says_so(tmp_path: Path) -> None:
    script = "trap 'echo cleaned up; exit 0' TERM; echo ready; sleep 1000 & wait"
    with started(tmp_path, "--", "bash", "-c", script) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"ready" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert b"Ctrl+C again kills it" in process.stderr.readline()
        assert b"cleaned up" in process.stdout.read()
        assert process.wait(LONG_S) == 3


def test_a_second_ctrl_c_kills(tmp_path: Path) -> None:
    with started(tmp_path, "--", "bash", "-c", "trap '' TERM; echo ready; sleep 1000; sleep 1000") as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"ready" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(LONG_S / 3) == 3
        assert b"ABORTED with exit code 137" in process.stderr.read()


def test_a_reader_that_leaves_ends_the_run_quietly(tmp_path: Path) -> None:
    with started(tmp_path, "--", "bash", "-c", "while true; do echo more; sleep 0.01; done") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(LONG_S) == 141
        assert process.stderr.read() == b""
    assert json.loads((tmp_path / "storage" / "run.json").read_bytes())["status"] == "ABORTED"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--input", '{"broken', "--", "true"), "The input is not valid JSON"),
        (("--input", "nowhere.json", "--", "true"), "The input file nowhere.json cannot be read"),
        ((), "Missing argument"),
        (("--timeout", "-1", "--", "true"), "Invalid value for '--timeout'"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_exit_code_5(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = dev(tmp_path, *arguments)
    assert (done.returncode, len(done.stderr.splitlines())) == (5, 1)
    assert said in done.stderr.decode()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    done = dev(tmp_path, "--storage", "taken/run", "--", "true")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert b"taken/run" in done.stderr


def test_without_a_terminal_the_screen_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runmon", "dev", "--", "true"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, timeout=LONG_S, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 5
    assert b"needs a terminal" in done.stderr
    assert not (tmp_path / "storage").exists()


def test_a_file_that_is_no_json_keeps_its_type(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a\nb\n")
    assert read_input(str(tmp_path / "list.txt")) == (b"a\nb\n", "text/plain")


def test_a_json_file_must_be_json(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("{")
    with pytest.raises(BadInput, match=r"in\.json is not valid JSON"):
        read_input(str(tmp_path / "in.json"))


def test_on_a_full_disk_the_log_is_told_to_be_cut_at_once_and_the_outcome_is_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "runmon", "dev", "--no-ui", "--", "bash", "-c"]
    script = "head -c 200000 /dev/zero | tr '\\0' x; echo; read -r < ../go; echo end"
    os.mkfifo(tmp_path / "go")
    (tmp_path / "here").mkdir()

    with subprocess.Popen(
        [*command, script],
        cwd=tmp_path / "here",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        (tmp_path / "go").write_text("\n")
        rest = process.stderr.read()

    assert said == b"The log could not be written beyond 50.0 kB: file too large.\n"
    assert b"SUCCEEDED" in rest and process.returncode == 1
    run = json.loads((tmp_path / "here" / "storage" / "run.json").read_bytes())
    assert (run["status"], run["exitCode"]) == ("SUCCEEDED", 0)
