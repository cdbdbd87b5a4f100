"""What of a log gets into a file: everything to the byte, or chosen lines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import AlreadyThere, LocalFault
from runmon.export import log_file
from runmon.export.log_file import log_bytes, save_log
from runmon.model import log
from runmon.model.log import LogBuffer
from runmon.model.spool import FileSeen
from tests.model.test_kept import EDGES, numbers, stretches


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BLOCK", 40)
    monkeypatch.setattr(log_file, "PIECE", 50)


@pytest.fixture
def buffer() -> Iterator[LogBuffer]:
    made = LogBuffer()
    yield made
    made.close()


@given(st.lists(st.sampled_from([b"a", b"\xff", b"\r", b"", b"long " * 9]), max_size=50), EDGES)
@settings(deadline=None)
def test_everything_is_exact_and_chosen_lines_are_those_chosen(lines: list[bytes], edges: list[int]) -> None:
    buffer, raw = LogBuffer(), b"\n".join(lines)
    buffer.append(raw)
    assert b"".join(log_bytes(buffer)) == raw
    assert b"".join(log_bytes(buffer, clean=bytes.upper)) == raw.upper()
    chosen = b"".join(lines[n] + b"\n" for n in numbers(stretches(edges)) if n < buffer.lines)
    assert b"".join(log_bytes(buffer, stretches(edges))) == chosen
    buffer.close()


def test_a_log_that_is_not_all_here_or_is_rewritten_is_not_saved(buffer: LogBuffer, tmp_path: Path) -> None:
    buffer.begin_at(10)
    buffer.append(b"tail\n" * 90)
    with pytest.raises(LocalFault, match="not here yet"):
        save_log(tmp_path / "log.txt", log_bytes(buffer))
    buffer.fill(b"the start\n")
    pieces = log_bytes(buffer)
    next(pieces)
    buffer.truncate(20)
    with pytest.raises(LocalFault, match="rewritten"):
        save_log(tmp_path / "log.txt", pieces)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("chosen", [None, [(0, 50)]])
def test_a_log_whose_file_was_shortened_is_not_saved_as_what_is_left_of_it(
    buffer: LogBuffer, tmp_path: Path, chosen: list[tuple[int, int]] | None
) -> None:
    lender = tmp_path / "lender.txt"
    lender.write_bytes(b"a line of some length\n" * 50)
    buffer.lend(FileSeen.at(lender))
    buffer.append(lender.read_bytes())
    os.truncate(lender, 10)
    with pytest.raises(LocalFault, match="rewritten"):
        save_log(tmp_path / "log.txt", log_bytes(buffer, chosen))
    assert list(tmp_path.iterdir()) == [lender]


def test_a_file_is_replaced_only_when_told(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"old")
    with pytest.raises(AlreadyThere):
        save_log(path, [b"new"])
    assert save_log(path, [b"n", b"ew"], replace=True) == 3
    assert path.read_bytes() == b"new"
