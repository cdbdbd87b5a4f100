"""Compressed answers: bounded, and proven to be whole."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.api.bodies import Inflater
from runmon.errors import CutShort, NotApify


def inflated(data: bytes, step: int) -> bytes:
    inflater = Inflater()
    pieces = [piece for at in range(0, len(data), step) for piece in inflater.feed(data[at : at + step])]
    inflater.finish()
    assert all(len(piece) <= 65_536 for piece in pieces)
    return b"".join(pieces)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=3), st.integers(1, 50))
def test_members_come_out_as_they_went_in_however_they_are_cut(members: list[bytes], step: int) -> None:
    assert inflated(b"".join(map(gzip.compress, members)), step) == b"".join(members)


@settings(deadline=None, max_examples=60)
@given(st.binary(min_size=1, max_size=300), st.data())
def test_a_body_cut_anywhere_is_not_taken_for_whole(body: bytes, draw: st.DataObject) -> None:
    """B3: gzip without its trailer, cut at any byte."""
    packed = gzip.compress(body)
    cut = draw.draw(st.integers(1, len(packed) - 1))

    with pytest.raises(CutShort):
        inflated(packed[:cut], 7)


def test_a_bomb_comes_in_small_pieces() -> None:
    """C1: a bomb on its way."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()

    first = next(Inflater().feed(bomb))

    assert len(first) == 65_536


def test_what_is_not_gzip_is_named() -> None:
    with pytest.raises(NotApify):
        list(Inflater().feed(b"<html>"))
