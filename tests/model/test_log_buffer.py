"""The log buffer against its one definition: the lines of `bytes.split(b"\\n")`, however chunked."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model import log
from runmon.model.log import Change, LogBuffer

LOGS = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"a", b"\xff\xfe", b"2026 INFO x", b"long " * 30, b"longer " * 80])
).map(b"".join)


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BLOCK", 64)
    monkeypatch.setattr(log, "CACHED_BLOCKS", 2)


@pytest.fixture
def buffer() -> Iterator[LogBuffer]:
    made = LogBuffer()
    yield made
    made.close()


def expected_lines(data: bytes) -> list[bytes]:
    pieces = data.split(b"\n")
    return pieces if pieces[-1] else pieces[:-1]


def chunks(data: bytes, seed: int) -> Iterator[bytes]:
    chance, at = random.Random(seed), 0
    while at < len(data):
        step = chance.choice([1, 3, 17, 64, 65, 200])
        yield data[at : at + step]
        at += step


def assert_holds(buffer: LogBuffer, data: bytes) -> None:
    lines = expected_lines(data)
    assert buffer.size == len(data)
    assert buffer.lines == len(lines)
    assert buffer.slice_lines(0, len(lines) + 5) == lines
    assert [buffer.line(n) for n in range(len(lines))] == lines
    assert [buffer.line_head(n, 5) for n in range(len(lines))] == [line[:5] for line in lines]
    assert [buffer.read(*buffer.line_span(n)) for n in range(len(lines))] == lines
    assert buffer.read(0, len(data)) == data
    assert b"".join(block for _, block in buffer.blocks()) == data


@settings(deadline=None, max_examples=150)
@given(data=LOGS | st.binary(max_size=600), seed=st.integers(0, 999))
def test_any_bytes_in_any_chunks_give_the_lines_of_split(data: bytes, seed: int) -> None:
    buffer = LogBuffer()
    seen = b""
    for chunk in chunks(data, seed):
        buffer.append(chunk)
        seen += chunk
        assert buffer.slice_lines(max(0, buffer.lines - 3), 3) == expected_lines(seen)[-3:]
    assert_holds(buffer, data)
    buffer.close()


@settings(deadline=None, max_examples=100)
@given(data=LOGS, more=LOGS, seed=st.integers(0, 999), part=st.floats(0, 1))
def test_a_truncated_log_goes_on_as_if_it_had_never_been_longer(
    data: bytes, more: bytes, seed: int, part: float
) -> None:
    buffer = LogBuffer()
    for chunk in chunks(data, seed):
        buffer.append(chunk)
    buffer.slice_lines(0, buffer.lines)
    cut = int(len(data) * part)
    buffer.truncate(cut)
    assert_holds(buffer, data[:cut])
    for chunk in chunks(more, seed):
        buffer.append(chunk)
    assert_holds(buffer, data[:cut] + more)
    assert buffer.changes == ([Change(cut, 0)] if cut < len(data) else [])
    buffer.close()


@settings(deadline=None, max_examples=100)
@given(head=LOGS, tail=LOGS, more=LOGS, seed=st.integers(0, 999))
def test_a_tail_shows_its_lines_at_once_and_its_head_comes_in_front_of_them(
    head: bytes, tail: bytes, more: bytes, seed: int
) -> None:
    head += b"last line before the tail\n"
    buffer = LogBuffer()
    buffer.begin_at(len(head))
    buffer.append(tail)
    assert buffer.slice_lines(0, 999) == expected_lines(tail)
    for chunk in chunks(head, seed):
        assert buffer.start == len(head)
        buffer.append(more[:1])
        tail, more = tail + more[:1], more[1:]
        whole = buffer.fill(chunk)
    assert whole
    assert_holds(buffer, head + tail)
    assert buffer.changes == [Change(len(head + tail), head.count(b"\n"))]
    buffer.close()


@settings(deadline=None, max_examples=60)
@given(data=LOGS, seed=st.integers(0, 999))
def test_every_byte_knows_its_line_and_every_line_its_first_byte(data: bytes, seed: int) -> None:
    buffer = LogBuffer()
    for chunk in chunks(data, seed):
        buffer.append(chunk)
    assert [buffer.line_at(byte) for byte in range(len(data))] == [
        data[:byte].count(b"\n") for byte in range(len(data))
    ]
    for n, line in enumerate(expected_lines(data)):
        at = buffer.line_start(n)
        assert data[at : at + len(line)] == line
    assert buffer.line_start(buffer.lines) == len(data)
    buffer.close()


def test_blocks_from_a_line_on_begin_with_the_block_that_holds_it(buffer: LogBuffer) -> None:
    for n in range(500):
        buffer.append(b"line %d\n" % n)
    first, block = next(buffer.blocks(321))
    assert first <= 321
    assert block.split(b"\n")[321 - first] == b"line 321"


def test_lines_outside_are_index_errors(buffer: LogBuffer) -> None:
    buffer.append(b"one\ntwo")
    for n in (-1, 2):
        with pytest.raises(IndexError):
            buffer.line(n)


def test_a_thread_that_searches_stops_when_the_lines_are_no_longer_what_they_were(buffer: LogBuffer) -> None:
    buffer.append(b"a line of the log\n" * 100)
    searching = buffer.blocks()
    next(searching)
    buffer.truncate(10)
    buffer.append(b"another log altogether\n" * 100)
    assert list(searching) == []


def test_a_cut_inside_the_tail_keeps_waiting_for_the_head(buffer: LogBuffer) -> None:
    buffer.begin_at(8)
    buffer.append(b"tail one\ntail two\n")
    buffer.truncate(17)
    assert buffer.fill(b"one\ntwo\n")
    assert_holds(buffer, b"one\ntwo\ntail one\n")


def test_a_cut_before_the_tail_shows_the_part_of_the_head_that_is_here(buffer: LogBuffer) -> None:
    buffer.begin_at(100)
    buffer.append(b"tail\n")
    buffer.fill(b"one\ntwo\nthr")
    buffer.truncate(50)
    assert_holds(buffer, b"one\ntwo\nthr")


def test_a_long_line_is_a_block_of_its_own_also_while_it_grows(buffer: LogBuffer) -> None:
    buffer.append(b"short\n" * 5)
    for _ in range(20):
        buffer.append(b"long " * 10)
    assert [block[:5] for _, block in buffer.blocks(5)] == [b"long "]
    buffer.append(b"\nshort\n")
    blocks = [(first, len(block)) for first, block in buffer.blocks()]
    assert blocks == [(0, 30), (5, 1001), (6, 6)]


def test_what_was_read_of_a_growing_line_is_not_read_again(buffer: LogBuffer) -> None:
    buffer.append(b"short\n" + b"x" * 500)
    assert list(buffer.blocks(1, skip=490)) == [(1, b"x" * 10)]
    buffer.append(b"yz\nshort\n")
    assert list(buffer.blocks(1, skip=500)) == [(1, b"yz\n"), (2, b"short\n")]


def test_of_a_line_that_is_not_finished_as_much_is_read_as_one_wants(buffer: LogBuffer) -> None:
    buffer.append(b"short\n" + b"x" * 500)
    assert list(buffer.blocks(open_line=8)) == [(0, b"short\n"), (1, b"x" * 8)]
    buffer.append(b"\n")
    assert list(buffer.blocks(1, open_line=8)) == [(1, b"x" * 500 + b"\n")]
