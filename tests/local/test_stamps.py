"""Every physical line gets one stamp, and every byte of output survives, however the pipe cut it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local import stamps
from runmon.local.stamps import Stamper, stamp_now

pieces = st.lists(
    st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xff\xfe", b"\x1b[31m", b"\xc5", b"\xbe", b""])).map(
        b"".join
    ),
    max_size=12,
)


def fed(stamper: Stamper, chunks: list[bytes]) -> bytes:
    return b"".join([*(stamper.feed(chunk) for chunk in chunks), stamper.end()])


@given(pieces)
@settings(deadline=None, max_examples=200)
def test_a_log_is_the_output_with_a_stamp_before_every_line(chunks: list[bytes]) -> None:
    output = b"".join(chunks)
    lines = output.split(b"\n")[:-1] + [last for last in output.split(b"\n")[-1:] if last]
    assert fed(Stamper(lambda: b"T "), chunks) == b"".join(b"T " + line + b"\n" for line in lines)


def test_a_line_is_stamped_when_it_ends_and_not_when_it_begins() -> None:
    moments = iter([b"1 ", b"2 ", b"3 "])
    stamper = Stamper(lambda: next(moments))
    assert [stamper.feed(b"a\nlate"), stamper.feed(b"r"), stamper.feed(b"\n")] == [
        b"1 a\n",
        b"",
        b"2 later\n",
    ]


def test_an_unfinished_last_line_is_kept_and_ended() -> None:
    stamper = Stamper(lambda: b"T ")
    assert stamper.feed(b"no newline") == b""
    assert stamper.end() == b"T no newline\n"
    assert stamper.end() == b""


def test_a_line_without_an_end_is_handed_on_before_it_fills_the_memory() -> None:
    stamper = Stamper(lambda: b"T ")
    part = b"x" * (stamps.LINE_LIMIT // 2 + 1)
    log = stamper.feed(part) + stamper.feed(part)
    assert stamper.held_size == 0
    assert log + stamper.feed(b"y\nz\n") == b"T " + part + part + b"y\nT z\n"


def test_a_stamp_is_the_present_moment_as_the_platform_writes_it() -> None:
    before = datetime.now(UTC)
    stamp = stamp_now().decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", stamp)
    assert abs((datetime.fromisoformat(stamp.strip()) - before).total_seconds()) < 2
