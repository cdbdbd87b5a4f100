"""What was measured is there on the next visit; no file, however broken, costs more than its own lines."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runmon.model.course import Moment
from runmon.watch import history
from runmon.watch.history import History

RUN = "HG7ML7M8z78YcAPEB"


def test_the_next_visit_finds_what_was_measured_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "history"
    kept = History(folder, RUN)
    assert kept.add([Moment(1.0, memory=5.0), Moment(2.0, items=3.0)]) and kept.add([Moment(3.0, cpu=80.0)])
    assert History(folder, RUN).read() == [
        Moment(1.0, memory=5.0),
        Moment(2.0, items=3.0),
        Moment(3.0, cpu=80.0),
    ]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, kept.file)] == [0o700, 0o600]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_a_broken_file_costs_its_own_lines_only(tmp_path: Path, rubbish: bytes) -> None:
    kept = History(tmp_path, RUN)
    kept.file.unlink(missing_ok=True)
    kept.add([Moment(1.0, memory=5.0)])
    with kept.file.open("ab") as file:
        file.write(rubbish + b"\n")
    kept.add([Moment(9e9, memory=6.0)])
    found = kept.read()
    assert Moment(1.0, memory=5.0) in found and Moment(9e9, memory=6.0) in found


def test_a_name_that_is_no_id_stays_inside_the_folder(tmp_path: Path) -> None:
    kept = History(tmp_path / "history", "../../outside")
    kept.add([Moment(1.0)])
    assert kept.file.parent == tmp_path / "history" and len(list(tmp_path.rglob("*.jsonl"))) == 1


def test_a_file_that_grew_too_long_is_halved_and_keeps_its_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_BYTES", 8000)
    kept = History(tmp_path, RUN)
    kept.add([Moment(float(second), memory=1.0) for second in range(400)])
    found = kept.read()
    assert 180 <= len(found) <= 220 and [moment.at for moment in found[-100:]] == list(range(300, 400))
    assert kept.read() == found and [file.name for file in tmp_path.iterdir()] == [f"{RUN}.jsonl"]


def test_the_runs_measured_longest_ago_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_RUNS", 3)
    for number in range(5):
        one = History(tmp_path, f"run{number}")
        one.add([Moment(1.0)])
        os.utime(one.file, (number, number))
    assert sorted(file.stem for file in tmp_path.iterdir()) == ["run2", "run3", "run4"]


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    kept = History(tmp_path, RUN)
    kept.file.symlink_to(target)
    assert (kept.add([Moment(1.0)]), kept.read(), target.read_text()) == (False, [], "")


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = History(tmp_path / "file" / "history", RUN)
    assert (kept.add([Moment(1.0)]), kept.read()) == (False, [])
