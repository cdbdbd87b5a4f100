"""What a filter shows agrees with a plain reading of the log, wherever it began and however it was cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import BadInput
from runmon.insight import sieve as module
from runmon.insight.entries import EntryReader, Level, level_begun, parse, visible
from runmon.insight.sieve import Sieve, Sifted, backward, head_after, onward
from runmon.model import log
from runmon.model.log import LogBuffer
from tests.insight.test_entries import PIECES

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
TYPED = ["", "request", "!json", "Error", "a & !at", "/^\\S+ +at/", "!/a.print|é/", "zzz"]
SIEVES = st.builds(
    Sieve.typed,
    st.sampled_from(TYPED),
    st.sampled_from(Level),
)


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BLOCK", 200)
    monkeypatch.setattr(module, "SLICE", 300)


def kept_by_reading(raw: bytes, sieve: Sieve) -> list[int]:
    reader, lines = EntryReader(), raw.split(b"\n")
    found: list[int] = []
    for entry in [*reader.feed(raw), *reader.finish()]:
        numbers = range(entry.first, entry.first + entry.lines)
        texts = [visible(lines[n]) for n in numbers]
        if entry.level >= sieve.level and all(holds(texts, term.as_typed) for term in sieve.terms):
            found += numbers
    return found


def holds(texts: list[str], term: str) -> bool:
    pattern, exact = term.removeprefix("!"), any(char.isupper() for char in term.replace("\\S", ""))
    if pattern.startswith("/"):
        found = any(re.search(pattern[1:-1], text, 0 if exact else re.IGNORECASE) for text in texts)
    else:
        found = any(pattern in (text if exact else text.lower()) for text in texts)
    return found is not term.startswith("!")


def numbers(parts: Iterator[Sifted]) -> list[int]:
    return [n for part in parts for first, after in part.stretches for n in range(first, after)]


@given(st.lists(PIECES, max_size=40), SIEVES, st.integers(0, 40))
@settings(deadline=None, max_examples=300)
def test_what_is_kept_agrees_with_a_plain_reading_wherever_sifting_begins(
    pieces: list[str], sieve: Sieve, start: int
) -> None:
    raw = "".join(pieces).encode()
    buffer = LogBuffer()
    for at in range(0, len(raw), 150):
        buffer.append(raw[at : at + 150])
    begin = head_after(buffer, start, buffer.lines)
    if begin is None:
        begin = buffer.lines
    after = numbers(onward(sieve, buffer, begin, buffer.lines))
    before = sorted(numbers(backward(sieve, buffer, begin))) if begin < buffer.lines else []
    expected = kept_by_reading(raw, sieve)
    assert after == [n for n in expected if n >= begin]
    if begin < buffer.lines:
        assert before == [n for n in expected if n < begin]
    buffer.close()


@given(st.lists(PIECES, max_size=30), SIEVES, st.lists(st.integers(0, 3000), max_size=5))
@settings(deadline=None, max_examples=150)
def test_a_log_that_grows_is_sifted_again_only_from_its_last_entry(
    pieces: list[str], sieve: Sieve, cuts: list[int]
) -> None:
    raw = "".join(pieces).encode()
    buffer, kept, settled = LogBuffer(), list[int](), 0
    for end in [*sorted(min(cut, len(raw)) for cut in cuts), len(raw)]:
        buffer.append(raw[buffer.size : end])
        for part in onward(sieve, buffer, settled, buffer.lines):
            kept = [n for n in kept if n < part.first] + numbers(iter([part]))
            settled = part.settled
    assert kept == kept_by_reading(raw, sieve)
    buffer.close()


def test_an_entry_longer_than_any_is_cut_the_same_way_from_both_ends() -> None:
    raw = b"ERROR begins\n" + b"    at f (x.js:1)\n" * 2500 + b"INFO  ends\n"
    buffer = LogBuffer()
    buffer.append(raw)
    sieve = Sieve.typed("", Level.ERROR)
    expected = kept_by_reading(raw, sieve)
    assert numbers(onward(sieve, buffer, 0, buffer.lines)) == expected
    assert sorted(numbers(backward(sieve, buffer, 2501))) == expected
    buffer.close()


@given(PIECES | st.text(max_size=30))
def test_the_short_road_to_a_level_says_what_the_grammar_says(piece: str) -> None:
    text = visible(piece.encode("utf-8", "surrogatepass").split(b"\n")[0])
    parts = parse(text)
    assert level_begun(text) == (parts.level if parts.begins else None)


@pytest.mark.parametrize("typed", ["timeout & !/retry \\d+/", "!a & !b", "/products/", "a/b"])
def test_a_filter_reads_back_as_it_was_typed(typed: str) -> None:
    assert Sieve.typed(typed).as_typed == typed


def test_a_pattern_between_slashes_is_regular_only_where_it_says_something_a_text_cannot() -> None:
    regular = [
        Sieve.typed(typed).terms[0].query.regular for typed in ("/products/", "/a.c/", "a.c", "/a", "//")
    ]
    assert regular == [False, True, False, False, False]


def test_blanks_and_a_lone_sign_are_no_patterns() -> None:
    assert not Sieve.typed("  & !  & ")


def test_a_pattern_that_cannot_be_read_is_a_sentence() -> None:
    with pytest.raises(BadInput, match="no regular expression"):
        Sieve.typed("/(/")


@pytest.mark.parametrize(("name", "lines"), [("js", 10), ("python", 14)])
def test_errors_of_real_logs_are_kept_with_their_traces(name: str, lines: int) -> None:
    raw = (SAMPLES / f"crawlee-{name}" / "log.txt").read_bytes()
    buffer = LogBuffer()
    buffer.append(raw)
    sieve = Sieve.typed("", Level.ERROR)
    kept = numbers(onward(sieve, buffer, 0, buffer.lines))
    assert kept == kept_by_reading(raw, sieve) and len(kept) > lines
    buffer.close()
