"""One pass over a log finds what each of its askers would find alone, and is made once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight import telling
from runmon.insight.crawlee_lines import NEEDLES, candidates, lines_at
from runmon.insight.entries import Level
from runmon.insight.levels import errors_in, level_at, lines_with, loud_lines
from runmon.insight.telling import SIGNS, Telling, Told, told_by
from runmon.model.log import LogBuffer

WORDS = [
    b"ERROR",
    b"WARN ",
    b"SFAIL ",
    b"[apify] WARNING it",
    b'{"level":"ERROR","msg":"x"}',
    b"INFO ",
    b" ",
    b"x",
]
LINES = st.lists(st.lists(st.sampled_from([*WORDS, *NEEDLES]), max_size=4).map(b"".join), max_size=12)


@given(LINES)
@settings(deadline=None)
def test_one_pass_finds_what_several_would(lines: list[bytes]) -> None:
    block = b"\n".join(lines)
    told = told_by(block)
    assert (list(told.errors), list(told.warnings)) == loud_lines(0, block)
    assert list(told.errors_at) == list(errors_in(block))
    assert list(lines_at(block, told.crawl_at)) == list(candidates(block))


@given(LINES | st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=9))
@settings(deadline=None)
def test_no_error_or_warning_is_missed_that_looking_at_every_line_finds(lines: list[bytes]) -> None:
    block, begins = b"\n".join(lines), 0
    errors: list[int] = []
    warnings: list[int] = []
    for number, line in enumerate(lines):
        past = min(begins + len(line) + 1, len(block))
        match level_at(block, begins, past):
            case Level.ERROR:
                errors.append(number)
            case Level.WARN:
                warnings.append(number)
        begins = past
    told = told_by(block)
    assert (list(told.errors), list(told.warnings)) == (errors, warnings)


@given(LINES, st.lists(st.sampled_from([b"ERROR", b"x", b"AR", b"Crawled ", b"."]), unique=True))
@settings(deadline=None)
def test_lines_with_words_are_those_that_hold_one(lines: list[bytes], words: list[bytes]) -> None:
    block = b"\n".join(lines)
    found = [block[begins:past].rstrip(b"\n") for begins, past in lines_with(words, block)]
    assert found == [line for line in lines if any(word in line for word in words)]


@pytest.mark.parametrize("needle", NEEDLES)
def test_every_figure_of_crawlee_bears_a_sign(needle: bytes) -> None:
    assert any(sign in needle for sign in SIGNS)


def test_each_block_is_looked_at_once_and_again_when_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def counted(block: bytes) -> Told:
        looked.append(len(block))
        return told_by(block)

    monkeypatch.setattr(telling, "told_by", counted)
    log = LogBuffer()
    log.append(b"ERROR a line\n" * 12_000)
    asked = Telling(log)
    first = [told for _, _, told in asked.blocks()]
    assert [told for _, _, told in asked.blocks()] == first
    assert (len(looked), sum(looked)) == (len(first), log.size)
    log.append(b"WARN more\n")
    assert list(asked.blocks())[-1][2].warnings
    assert len(looked) == len(first) + 1
    log.truncate(0)
    log.append(b"WARN other\n" * 14_000)
    assert not any(told.errors for _, _, told in asked.blocks())
    log.close()
