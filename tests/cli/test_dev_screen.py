"""`runmon dev` and `runmon demo` with their screen, on a real terminal: `q` leaves and nothing stays."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pexpect
import psutil

ALTERNATE_SCREEN_LEFT = b"\x1b[?1049l"
QUESTION = b"leave and abort it"
SEQUENCES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
LONG_S = 60


def runmon(folder: Path, *arguments: str) -> pexpect.spawn[bytes]:
    return pexpect.spawn(
        sys.executable,
        ["-m", "runmon", *arguments],
        cwd=str(folder),
        env=os.environ | {"TERM": "xterm-256color", "TMPDIR": str(folder)},
        dimensions=(45, 160),
        timeout=LONG_S,
    )


def left(child: pexpect.spawn[bytes]) -> bytes:
    """What came after `q`, to the end of the program."""
    child.send(b"q")
    return to_the_end(child)


def to_the_end(child: pexpect.spawn[bytes]) -> bytes:
    """What is still written, to the end of the program."""
    told: bytes = child.read()
    child.wait()
    return told


def last_line(told: bytes) -> str:
    """What was said after the screen was left."""
    return SEQUENCES.sub("", told.partition(ALTERNATE_SCREEN_LEFT)[2].decode()).strip()


def test_dev_shows_the_run_and_q_ends_everything_it_started(tmp_path: Path) -> None:
    script = "setsid sleep 1000 & echo the kettle is $((40 + 2)); sleep 1000"
    child = runmon(tmp_path, "dev", "--", "bash", "-c", script)
    child.expect(b"the kettle is 42")
    started = psutil.Process(child.pid).children(recursive=True)
    assert len(started) == 3

    child.send(b"q")
    child.expect(QUESTION)
    child.send(b"y")
    told = to_the_end(child)

    assert child.exitstatus == 0
    assert not [one for one in started if one.is_running()]
    run = json.loads((tmp_path / "storage" / "run.json").read_bytes())
    assert last_line(told) == f"Run {run['id']} ABORTED; kept in ./storage."


def test_a_second_ctrl_c_leaves_a_run_of_dev_at_once(tmp_path: Path) -> None:
    child = runmon(tmp_path, "dev", "--", "bash", "-c", "echo the kettle is $((40 + 2)); sleep 1000")
    child.expect(b"the kettle is 42")

    child.send(b"\x03")
    child.expect(QUESTION)
    child.send(b"\x03")
    told = to_the_end(child)

    assert child.exitstatus == 130
    assert re.fullmatch(r"Run \w+ ABORTED; kept in \./storage\.", last_line(told))


def test_the_question_before_leaving_goes_when_the_run_ends_by_itself(tmp_path: Path) -> None:
    script = "echo the kettle is $((40 + 2)); while [ ! -e end ]; do sleep 0.1; done"
    child = runmon(tmp_path, "dev", "--", "bash", "-c", script)
    child.expect(b"the kettle is 42")
    child.send(b"q")
    child.expect(QUESTION)
    (tmp_path / "end").touch()
    child.expect(b"SUCCEEDED")

    told = left(child)

    assert child.exitstatus == 0
    assert re.fullmatch(r"Run \w+ SUCCEEDED; kept in \./storage\.", last_line(told))


def test_a_finished_run_of_dev_is_left_without_a_question(tmp_path: Path) -> None:
    child = runmon(tmp_path, "dev", "--storage", str(tmp_path / "here"), "--", "true")
    child.expect(b"SUCCEEDED")

    told = left(child)

    assert child.exitstatus == 0
    assert re.fullmatch(rf"Run \w+ SUCCEEDED; kept in {tmp_path}/here\.", last_line(told))


def test_the_demo_shows_its_crawl_and_q_leaves_nothing(tmp_path: Path) -> None:
    child = runmon(tmp_path, "demo", "--pages", "60")
    child.expect(b"/product/")
    started = psutil.Process(child.pid).children(recursive=True)

    told = left(child)

    assert (child.exitstatus, ALTERNATE_SCREEN_LEFT in told) == (0, True)
    assert started and not [one for one in started if one.is_running()]
    assert list(tmp_path.iterdir()) == []
    assert re.fullmatch(r"Run \w+ ABORTED; nothing of it is kept\.", last_line(told))
