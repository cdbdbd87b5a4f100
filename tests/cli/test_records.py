"""`runmon records` and `runmon get`: keys and exact bytes, without a screen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from runmon.cli.main import main
from tests.storages import storage

BODY = b"\x00\xff binary \x1b]0;owned\x07\r\n" * 4000
Told = pytest.CaptureFixture[bytes]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    records = {"INPUT.json": b'{"a": 1}', "blob.bin": BODY, "OUTPUT.json": b"{}"}
    return str(storage(tmp_path / "s", records=records))


def test_a_pipe_gets_the_keys_one_a_line(folder: str, capfdbinary: Told) -> None:
    assert main(["records", folder]) == 0
    assert capfdbinary.readouterr().out == b"INPUT\nOUTPUT\nblob\n"
    assert main(["records", folder, "--prefix", "IN", "--json"]) == 0
    assert json.loads(capfdbinary.readouterr().out) == {"key": "INPUT", "size": 8}


def test_a_pipe_gets_a_record_byte_for_byte(folder: str) -> None:
    command = [sys.executable, "-m", "runmon", "get", folder, "blob"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == BODY


def test_a_file_gets_a_record_whole_and_an_older_file_goes_only_if_forced(
    folder: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"precious")
    assert main(["get", folder, "no-such-key", "-o", str(out)]) == 250
    assert out.read_bytes() == b"precious"
    assert main(["get", folder, "blob", "-o", str(out)]) == 1
    assert "--force" in capfd.readouterr().err and out.read_bytes() == b"precious"
    assert main(["get", folder, "blob", "-o", str(out), "--force"]) == 0
    assert out.read_bytes() == BODY


def test_a_key_that_is_not_there_is_missed_in_the_folder_that_was_named(
    folder: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["get", folder, "no-such-key"]) == 250
    told = capfd.readouterr().err
    assert f"at {folder}." in told and "127.0.0.1" not in told


def test_a_terminal_is_not_commanded_by_a_record(folder: str) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "runmon", "get", folder, "blob"], timeout=20)
    child.expect(pexpect.EOF)
    assert b"\x1b]" not in child.before and b"\x07" not in child.before and "␛".encode() in child.before


def test_a_key_of_control_characters_is_asked_for_as_it_is(tmp_path: Path, capfdbinary: Told) -> None:
    folder = str(storage(tmp_path / "s", records={"\x1b[31mred.json": b"{}"}))
    assert main(["records", folder]) == 0 and b"red" in capfdbinary.readouterr().out
    assert main(["get", folder, "\x1b[31mred"]) == 0
    assert capfdbinary.readouterr().out == b"{}"
