"""Search agrees with a plain reference, whatever colours stand between the letters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import BadInput
from runmon.model.search import Hits, Query, lines_with

TEXT = st.text(alphabet="abAB .é日\n", max_size=80)
COLOURED = st.lists(st.sampled_from(["a", "B", "é", "\n", " ", "\x1b[31m", "\x1b[0m"]), max_size=60)


def folded(text: str, needle: str) -> str:
    return text if any(char.isupper() for char in needle) else text.lower()


@given(TEXT, st.text(alphabet="abAB .é日", min_size=1, max_size=3))
@settings(deadline=None)
def test_literal_search_agrees_with_the_plain_reference(text: str, needle: str) -> None:
    expected = [n for n, line in enumerate(text.split("\n")) if needle in folded(line, needle)]
    assert list(Query(needle).lines_in(text.encode())) == expected


@given(COLOURED, st.text(alphabet="aBé ", min_size=1, max_size=4))
@settings(deadline=None)
def test_colours_between_letters_hide_nothing(parts: list[str], needle: str) -> None:
    raw = "".join(parts)
    seen = raw.replace("\x1b[31m", "").replace("\x1b[0m", "")
    expected = [n for n, line in enumerate(seen.split("\n")) if needle in folded(line, needle)]
    assert list(Query(needle).lines_in(raw.encode())) == expected
    assert list(Query(needle.replace(" ", "[ ]"), regular=True).lines_in(raw.encode())) == expected


@given(TEXT, st.text(alphabet="abAé日", min_size=1, max_size=2), st.booleans())
@settings(deadline=None)
def test_every_match_is_marked_where_its_characters_are(text: str, needle: str, regular: bool) -> None:
    line = text.replace("\n", "")
    seen, expected, at = folded(line, needle), list[tuple[int, int]](), 0
    while (at := seen.find(needle, at)) >= 0:
        expected.append((at, at + len(needle)))
        at += len(needle)
    assert Query(needle, regular=regular).spans(line) == expected


def test_a_line_of_nothing_but_matches_is_marked_in_a_fraction_of_a_frame() -> None:
    begun = time.process_time()
    assert len(Query("é").spans("é" * 8192)) == 2000
    assert time.process_time() - begun < 0.02


def test_a_pattern_that_freezes_other_engines_takes_no_time() -> None:
    begun = time.process_time()
    assert list(Query("(a+)+$", regular=True).lines_in(b"a" * 50_000 + b"!")) == []
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("pattern", ["(", "a{2000}", "x" * 513])
def test_a_pattern_that_cannot_be_used_is_one_sentence(pattern: str) -> None:
    with pytest.raises(BadInput) as caught:
        Query(pattern, regular=True)
    assert "\n" not in caught.value.sentence


def test_line_numbers_run_through_blocks() -> None:
    blocks = [(0, b"x\na\n"), (2, b"a\nx\n"), (4, b"xa")]
    assert [n for found in lines_with(Query("a"), blocks) for n in found] == [1, 2, 4]


def test_hits_are_walked_in_both_directions_and_read_again_from_a_line() -> None:
    hits = Hits()
    hits.extend(0, [3, 7, 9], 10)
    assert (hits.after(3), hits.before(3), hits.after(9), hits.before(9)) == (7, None, None, 7)
    hits.extend(9, [9, 12], 13)
    assert list(hits.lines) == [3, 7, 9, 12]
    assert 9 in hits and 8 not in hits
    assert hits.place(9) == 2


def test_a_broken_expression_is_repeated_as_it_was_typed_and_only_once() -> None:
    with pytest.raises(BadInput) as caught:
        Query.typed("/a(b/")
    assert caught.value.sentence == "a(b is no regular expression: missing )."
