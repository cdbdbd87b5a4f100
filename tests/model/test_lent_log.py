"""A log whose bytes stay in the file that they came from is the same log, until that file changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import LocalFault
from runmon.model import log
from runmon.model.log import LogBuffer
from runmon.model.spool import FileSeen

LOG = b"".join(b"line %d of the log\n" % n for n in range(400))
LOGS = st.lists(st.sampled_from([b"\n", b"\r\n", b"a", b"\xff\xfe", b"2026 INFO x", b"long " * 30])).map(
    b"".join
)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BLOCK", 64)
    monkeypatch.setattr(log, "CACHED_BLOCKS", 2)


def seen(path: Path) -> FileSeen:
    told = FileSeen.at(path)
    assert told is not None
    return told


def rewrite(path: Path, data: bytes) -> None:
    """As another program does it a while later: in place."""
    then = path.stat().st_mtime_ns
    with path.open("r+b") as file:
        file.truncate()
        file.write(data)
    os.utime(path, ns=(then + 1, then + 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "log.txt"
    made.write_bytes(LOG)
    return made


@pytest.fixture
def lent(path: Path) -> Iterator[LogBuffer]:
    buffer = LogBuffer()
    buffer.lend(seen(path))
    for at in range(0, len(LOG), 100):
        buffer.append(LOG[at : at + 100])
    yield buffer
    buffer.close()


@settings(deadline=None, max_examples=100)
@given(data=LOGS, tail=LOGS, step=st.integers(1, 200), cut=st.floats(0, 1), more=LOGS)
def test_a_lent_log_is_what_a_copied_one_is(
    data: bytes, tail: bytes, step: int, cut: float, more: bytes
) -> None:
    head = data + b"the last line before the tail\n"
    whole, kept = head + tail, int(len(head + tail) * cut)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.txt"
        path.write_bytes(whole)
        copied, lent = LogBuffer(), LogBuffer()
        lent.lend(seen(path))
        for buffer in (copied, lent):
            buffer.begin_at(len(head))
            buffer.append(tail)
            for at in range(0, len(head), step):
                buffer.fill(head[at : at + step])
        assert told(lent) == told(copied)
        for buffer in (copied, lent):
            buffer.truncate(kept)
            buffer.lend(None)
            buffer.append(more)
        assert told(lent) == told(copied)
        assert lent.read(0, len(whole) + len(more)) == whole[:kept] + more
        assert path.read_bytes() == whole, "nobody writes into what is lent"
        copied.close()
        lent.close()


def told(buffer: LogBuffer) -> tuple[object, ...]:
    lines = buffer.slice_lines(0, buffer.lines)
    return buffer.size, buffer.lines, lines, list(buffer.blocks()), buffer.changes


def test_what_is_lent_takes_no_room_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    buffer = LogBuffer()
    buffer.lend(seen(path))
    buffer.append(LOG)
    assert buffer.line(399) == b"line 399 of the log"
    with pytest.raises(LocalFault):
        buffer.lend(None)
    buffer.close()


def test_a_log_is_lost_when_its_file_changes_and_then_keeps_its_own_bytes(
    path: Path, lent: LogBuffer
) -> None:
    assert not lent.lost()
    rewrite(path, b"another log\n")
    assert lent.lost() and not lent.lost()
    assert (lent.size, lent.lines, lent.generation, lent.losses) == (0, 0, 1, 1)
    lent.lend(seen(path))
    lent.append(b"another log\n")
    rewrite(path, b"a third one\n")
    assert not lent.lost()
    assert lent.slice_lines(0, 9) == [b"another log"]


@pytest.mark.parametrize("left", [b"", b"line 0 of", LOG[:1000], b"\n" * 9000])
def test_a_file_that_shrinks_breaks_nothing_before_that_is_noticed(
    path: Path, lent: LogBuffer, left: bytes
) -> None:
    lent.line(3)
    rewrite(path, left)
    assert len(lent.slice_lines(0, 400)) == 400
    for n in (0, 200, 399):
        lent.line(n)
        lent.line_at(lent.line_start(n))
    list(lent.blocks())
    assert lent.lost()


def test_a_file_that_is_deleted_goes_on_to_be_read(path: Path, lent: LogBuffer) -> None:
    path.unlink()
    assert not lent.lost()
    assert lent.line(200) == b"line 200 of the log"


@pytest.mark.parametrize("linked", [True, False])
def test_a_file_in_place_of_which_another_is_put_is_lost(tmp_path: Path, linked: bool) -> None:
    path, there, other = tmp_path / "log.txt", tmp_path / "there.txt", tmp_path / "other.txt"
    other.write_bytes(LOG.upper())
    there.write_bytes(LOG)
    path.symlink_to(there) if linked else there.rename(path)
    buffer = LogBuffer()
    buffer.lend(seen(path))
    buffer.append(LOG)
    assert not buffer.lost()
    if linked:
        (tmp_path / "link").symlink_to(other)
        other = tmp_path / "link"
    other.replace(path)
    assert buffer.lost()
    buffer.close()


@pytest.mark.parametrize("call", ["pread", "fstat"])
def test_a_file_that_cannot_be_read_any_more_is_lost_and_breaks_nothing(
    lent: LogBuffer, path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def gone(*_: object) -> bytes:
        raise OSError(116, "Stale file handle")

    with monkeypatch.context() as broken:
        broken.setattr(os, call, gone)
        assert len(lent.slice_lines(0, 400)) == 400
        list(lent.blocks())
        rewrite(path, b"another log\n")
        assert lent.lost()


@pytest.mark.parametrize("other", [True, False])
def test_bytes_of_elsewhere_let_a_lent_log_be_copied_first(path: Path, lent: LogBuffer, other: bool) -> None:
    following = path.with_name("other.txt")
    following.write_bytes(LOG + b"more\n")
    lent.lend(seen(following) if other else None)
    lent.append(b"more\n")
    rewrite(path, b"another log\n")
    assert not lent.lost()
    assert lent.slice_lines(398, 9) == [b"line 398 of the log", b"line 399 of the log", b"more"]
    assert lent.generation == 0


def test_a_file_that_changed_before_it_was_copied_is_lost(path: Path, lent: LogBuffer) -> None:
    rewrite(path, b"another log\n")
    lent.lend(None)
    assert (lent.size, lent.losses) == (0, 1)


def test_a_file_that_changed_before_it_was_lent_is_not_borrowed_from(path: Path) -> None:
    before = seen(path)
    rewrite(path, b"another log\n")
    buffer = LogBuffer()
    buffer.lend(before)
    buffer.append(LOG)
    assert not buffer.lost()
    assert buffer.line(7) == b"line 7 of the log"
    buffer.close()
