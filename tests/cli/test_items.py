"""`runmon items`: the server's bytes to pipes and files, its filters by flags, its failures as sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from runmon.cli.main import main
from tests.storages import storage

RAW = [b'{"t":"one","n":1.0,"#debug":{"a":1}}', b'{"t":"=two","n":12345678901234567890}', b'{"t":"three"}']
Told = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(storage(tmp_path / "s", raw_items=RAW))


def printed(*arguments: str) -> bytes:
    """What a pipe gets."""
    command = [sys.executable, "-m", "runmon", "items", *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_pipe_gets_a_line_for_every_item_byte_for_byte(folder: str) -> None:
    assert printed(folder) == b"".join(item + b"\n" for item in RAW)


def test_a_file_s_ending_names_its_format_and_nothing_is_overwritten_unasked(
    folder: str, tmp_path: Path, capfd: Told
) -> None:
    out = tmp_path / "out.json"
    assert main(["items", folder, "-o", str(out), "--fields", "n,t", "--clean", "--limit", "2"]) == 0
    assert [list(item) for item in json.loads(out.read_bytes())] == [["n", "t"], ["n", "t"]]
    assert "2 items" in capfd.readouterr().err
    assert main(["items", folder, "-o", str(out)]) == 1
    assert "is there already" in capfd.readouterr().err
    assert main(["items", folder, "-o", str(out), "--force", "--desc"]) == 0
    assert json.loads(out.read_bytes())[0] == {"t": "three"}


def test_csv_is_harmless_to_spreadsheets_unless_its_exact_bytes_are_wanted(
    folder: str, tmp_path: Path
) -> None:
    """C4: formula injection."""
    out = tmp_path / "out.csv"
    assert main(["items", folder, "-o", str(out), "--clean"]) == 0
    assert b"\n'=two," in out.read_bytes()
    assert main(["items", folder, "-o", str(out), "--clean", "--exact-csv", "--force"]) == 0
    assert b"\n=two," in out.read_bytes()


@pytest.mark.parametrize("command", ["items", "status", "abort"])
def test_a_status_that_nobody_knows_is_bad_input_with_the_known_ones(command: str, capfd: Told) -> None:
    assert main([command, "ann/shop", "--status", "BANANA", "--anonymous"]) == 5
    assert "'BANANA' is no status. Known: ready, running, " in capfd.readouterr().err


def test_a_place_that_cannot_be_written_to_is_a_sentence(folder: str, tmp_path: Path, capfd: Told) -> None:
    assert main(["items", folder, "-o", str(tmp_path / "none" / "out.json")]) == 1
    said = capfd.readouterr().err
    assert f"There is no folder {tmp_path / 'none'}." in said
    assert "Traceback" not in said


def test_a_view_that_is_not_there_is_told_by_the_server(folder: str, capfd: Told) -> None:
    assert main(["items", folder, "--view", "overview"]) == 5
    assert "view does not exist" in capfd.readouterr().err


def test_an_ending_that_names_no_format_is_refused_with_those_that_do(
    folder: str, tmp_path: Path, capfd: Told
) -> None:
    out = tmp_path / "out.foo"
    assert main(["items", folder, "-o", str(out)]) == 5
    assert ".jsonl" in (said := capfd.readouterr().err) and "--format" in said
    assert main(["items", folder, "-o", str(out), "--format", "csv"]) == 0


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_a_field_with_a_comma_in_its_name_is_named_in_quotes(tmp_path: Path, format: str) -> None:
    raw = [b'{"t":"one","price, EUR":1.50,"n":1}', b'{"price, EUR":[2.5],"t":"\\ud800"}', b"7"]
    folder, out = str(storage(tmp_path / "s", raw_items=raw)), tmp_path / f"out.{format}"
    assert main(["items", folder, "-o", str(out), "--fields", '"price, EUR", t']) == 0
    lines = out.read_bytes().strip(b"[]\n").replace(b",\n", b"\n").split(b"\n")
    assert lines == [b'{"price, EUR":1.50,"t":"one"}', b'{"price, EUR":[2.5],"t":"\\ud800"}', b"7"]
    assert main(["items", folder, "-o", str(out), "--force", "--omit", 't,"price, EUR"']) == 0
    lines = out.read_bytes().strip(b"[]\n").replace(b",\n", b"\n").split(b"\n")
    assert lines == [b'{"n":1}', b"{}", b"7"]


def test_items_that_have_none_of_the_fields_are_left_out_of_a_clean_list(tmp_path: Path) -> None:
    folder = str(storage(tmp_path / "s", raw_items=[b'{"t":1}', b'{"a,b":2}', b'{"t":3}', b'{"a,b":4}']))
    wanted = ["--fields", '"a,b"', "--clean", "--format"]
    assert json.loads(printed(folder, *wanted, "json")) == [{"a,b": 2}, {"a,b": 4}]
    assert printed(folder, *wanted, "jsonl") == b'{"a,b":2}\n{"a,b":4}\n'


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (["--fields", '"a,b"', "--format", "csv"], "cannot be chosen in csv"),
        (["--omit", '"a,b"', "--unwind", "c"], "cannot be chosen with --unwind"),
        (["--unwind", '"a,b"'], "No server can be asked for 'a,b'"),
        (["--fields", 't,"a'], "its quotes do not end before a comma"),
        (["--fields", '"a"b,c'], "its quotes do not end before a comma"),
    ],
)
def test_names_that_cannot_be_chosen_by_are_bad_input(
    folder: str, wish: list[str], said: str, capfd: Told
) -> None:
    assert main(["items", folder, *wish]) == 5
    assert said in capfd.readouterr().err
