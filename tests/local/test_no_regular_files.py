"""Files of a run folder that are none: a pipe is not waited for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runmon.cli.exits import Exit
from tests.storages import storage


@pytest.mark.parametrize("name", ["log.txt", "run.json"])
@pytest.mark.parametrize("command", ["status", "log"])
def test_a_pipe_in_place_of_a_file_is_taken_for_none(tmp_path: Path, name: str, command: str) -> None:
    root = storage(tmp_path / "run", items=[{"a": 1}])
    (root / "log.txt").write_bytes(b"2026-11-23T18:16:15.465Z INFO  one\n")
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    told = subprocess.run([sys.executable, "-m", "runmon", command, root], capture_output=True, timeout=20)
    assert b"Traceback" not in told.stderr
    assert told.returncode == (Exit.NOT_FOUND if (name, command) == ("log.txt", "log") else Exit.OK)
