"""A line of any length shows, piece by piece, what the whole line does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from runmon.render import long_line
from runmon.render.long_line import LongLine, cut_before
from runmon.render.untrusted import line

WORDS = st.sampled_from(
    [
        *("word ", "x" * 40, "日本語", "e\u0301", "👍", "👩\u200d💻", "❤\ufe0f\u200d🔥", "\u200d", "\ufe0f"),
        *(
            "\t",
            "\t\t",
            "\r",
            "\x07",
            "\u202e",
            "\x1b[31m",
            "\x1b[0m",
            "\x1b[1;44m",
            "\x1b[",
            "\x1b[38;5;9",
            "\x1b",
        ),
        *("a" + "\u0300" * 12, "é", "ﷺ", "\x00"),
    ]
)
RAW = st.one_of(
    st.lists(WORDS, min_size=1, max_size=60).map(lambda some: "".join(some).encode()),
    st.lists(
        st.sampled_from([b"\xff", b"\xe2\x82", b"\x80\x80\x80\x80", b"ok", b"\xf0\x9f\x98\x80"]), max_size=60
    ).map(b"".join),
)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_line, "PIECE", 256)
    monkeypatch.setattr(long_line, "AT_ONCE", 2)


def made(raw: bytes) -> LongLine:
    return LongLine(len(raw), lambda first, last: raw[max(first, 0) : last])


def repeated(some: bytes, size: int, seed: int) -> bytes:
    """A line of about so many bytes that are no longer than a line is, and end anywhere."""
    chance, whole = random.Random(seed), b""
    while some and len(whole) < size:
        at = chance.randrange(len(some))
        whole += some[at:] + b"calm" * chance.randrange(0, 40)
    return whole.removesuffix(b"\r")


def whole_of(raw: bytes) -> Text:
    return line(raw, limit=1 << 30)


def looks(text: Text) -> list[tuple[str, str]]:
    """Each character with its style."""
    styles = [""] * len(text)
    for start, end, style in text.spans:
        styles[start:end] = [str(style)] * (end - start)
    return list(zip(text.plain, styles, strict=True))


@given(RAW, st.integers(300, 3000), st.integers(0, 99))
@settings(deadline=None, max_examples=300)
def test_pieces_are_the_whole_line_in_characters_cells_and_colours(raw: bytes, size: int, seed: int) -> None:
    raw = repeated(raw, size, seed)
    long = made(raw)
    while not long.measured:
        long.measure()
    texts = [long.text(piece) for piece in range(long.pieces)]
    assert [look for text in texts for look in looks(text)] == looks(whole_of(raw))
    cells = [cell_len(text.plain) for text in texts]
    assert [long.cells_before(n) for n in range(1, long.pieces + 1)] == [
        sum(cells[1:n]) for n in range(1, len(cells) + 1)
    ]
    assert long.cells == sum(cells[1:])


@given(RAW, st.lists(st.integers(1, 900), min_size=1, max_size=6), st.integers(0, 99))
@settings(deadline=None, max_examples=100)
def test_a_line_that_grows_is_measured_on_from_where_it_was(raw: bytes, steps: list[int], seed: int) -> None:
    raw = repeated(raw, 300 + sum(steps), seed)
    size = min(300, len(raw))
    long = LongLine(size, lambda first, last: raw[max(first, 0) : last])
    for step in steps:
        while not long.measured:
            long.measure()
        long.text(long.pieces - 1)
        size = min(size + step, len(raw))
        long.grow(size)
    while not long.measured:
        long.measure()
    assert "".join(long.text(n).plain for n in range(long.pieces)) == whole_of(raw[:size]).plain
    again = made(raw[:size])
    while not again.measured:
        again.measure()
    assert long.cells == again.cells


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d💻", "\x1b[38;2;1;2;3m", "日", "\r\n"])
def test_what_belongs_together_is_not_cut(sign: str) -> None:
    raw = b"x" * 100 + sign.encode() + b"y" * 100
    inside = range(101, 100 + len(sign.encode()))
    assert {cut_before(raw, at) for at in inside} <= {100, 100 + len("👩".encode())}
