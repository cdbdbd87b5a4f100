"""`-o FILE`: whole or as it was."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from runmon.cli.output import output
from runmon.errors import AlreadyThere, LocalFault
from tests.storages import storage


def test_a_file_is_replaced_when_everything_is_written_and_not_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    with output(str(out), force=True) as descriptor:
        os.write(descriptor, b"new")
        assert out.read_bytes() == b"precious"
    assert out.read_bytes() == b"new"


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """D3: a command that fails or is interrupted half-way."""
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    with pytest.raises(KeyboardInterrupt), output(str(out), force=True) as descriptor:
        os.write(descriptor, b"ne")
        raise KeyboardInterrupt
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"precious")]


def test_a_growing_file_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    with output(str(tmp_path / "out"), growing=True) as descriptor:
        os.write(descriptor, b"new")
        assert (tmp_path / "out").read_bytes() == b"new"


def test_a_device_is_written_to_and_stays_one() -> None:
    with output("/dev/null") as descriptor:
        os.write(descriptor, b"gone")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(("growing", "said"), [(False, "There is no folder"), (True, "cannot be written")])
def test_a_place_that_is_not_there_is_named(growing: bool, said: str, tmp_path: Path) -> None:
    with (
        pytest.raises(LocalFault, match=said),
        output(str(tmp_path / "nowhere" / "out"), growing=growing),
    ):
        pytest.fail("nothing was opened")


@pytest.mark.parametrize("growing", [False, True])
def test_a_file_that_is_there_stays_unless_forced(growing: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    with pytest.raises(AlreadyThere), output(str(out), growing=growing) as descriptor:
        os.write(descriptor, b"new")
    assert out.read_bytes() == b"precious"
    with output(str(out), growing=growing, force=True) as descriptor:
        os.write(descriptor, b"new")
    assert out.read_bytes() == b"new"


@pytest.mark.parametrize(
    ("arguments", "goes_to", "code", "said"),
    [
        (["get", "FOLDER", "OUTPUT"], ">/dev/null", 0, ""),
        (["items", "FOLDER"], ">/dev/null", 0, ""),
        (["get", "FOLDER", "OUTPUT"], ">/dev/full", 1, "cannot write to stdout: No space left on device."),
        (["get", "FOLDER", "OUTPUT", "-o", "/dev/full"], "", 1, "/dev/full cannot be written: no space left"),
        (["config"], ">/dev/full", 1, "cannot write to stdout: No space left on device."),
        (["items", "FOLDER"], ">&-", 1, "cannot write to stdout: Bad file descriptor."),
        (["config"], ">&-", 1, "cannot write to stdout: Bad file descriptor."),
    ],
)
def test_a_stdout_that_takes_nothing_is_one_sentence(
    arguments: list[str], goes_to: str, code: int, said: str, tmp_path: Path
) -> None:
    folder = storage(tmp_path / "s", records={"OUTPUT.json": b"{}"}, raw_items=[b'{"a":1}'])
    words = [str(folder) if word == "FOLDER" else word for word in arguments]
    command = f"{shlex.join([sys.executable, '-m', 'runmon', *words])} {goes_to}"
    told = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (told.returncode, said in told.stderr, told.stderr.count("\n")) == (code, True, int(bool(said)))


def test_a_full_disk_is_told_of_the_file(tmp_path: Path) -> None:
    with (
        pytest.raises(LocalFault, match=r"out cannot be written: no space left on device\."),
        output(str(tmp_path / "out")),
        open("/dev/full", "wb", buffering=0) as full,
    ):
        full.write(b"x")
    assert not list(tmp_path.iterdir())
