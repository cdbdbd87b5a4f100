"""Kept lines against a plain list of numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runmon.model.kept import Kept, Stretch
from runmon.model.search import Hits

EDGES = st.lists(st.integers(0, 60), max_size=16, unique=True).map(sorted)


def stretches(edges: list[int]) -> list[Stretch]:
    return list(zip(edges[::2], edges[1::2], strict=False))


def numbers(some: list[Stretch]) -> list[int]:
    return sorted({n for first, after in some for n in range(first, after)})


def assert_is(kept: Kept, expected: list[int]) -> None:
    assert [kept.number(place) for place in range(len(kept))] == expected
    assert [n for n in range(70) if n in kept] == expected
    assert [kept.place(n) for n in range(70)] == [sum(e < n for e in expected) for n in range(70)]
    assert numbers(list(kept.stretches())) == expected
    assert all(one[1] < other[0] for one, other in pairwise(kept.stretches()))


@given(EDGES, st.integers(0, 60), st.integers(0, 70))
def test_lines_are_added_at_either_end_and_cut(edges: list[int], middle: int, cut: int) -> None:
    some = stretches(edges)
    kept = Kept()
    kept.append([(first, after) for first, after in some if first >= middle])
    kept.prepend([(first, after) for first, after in some if first < middle])
    assert_is(kept, numbers(some))
    kept.cut(cut)
    assert_is(kept, [n for n in numbers(some) if n < cut])
    kept.append([(max(cut, 3), max(cut, 3) + 2)])
    assert len(kept) == len([n for n in numbers(some) if n < cut]) + 2


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=8))
def test_stretches_that_touch_or_overlap_become_one(pairs: list[tuple[int, int]]) -> None:
    some = [(first, first + size) for first, size in sorted(pairs)]
    kept = Kept()
    kept.append(some)
    assert_is(kept, numbers(some))


@given(EDGES, st.sets(st.integers(0, 60)), st.integers(0, 60))
def test_hits_that_are_kept_are_counted(edges: list[int], lines: set[int], before: int) -> None:
    hits, kept = Hits(), Kept()
    hits.extend(0, sorted(lines), 61)
    kept.append(stretches(edges))
    shown = lines & set(numbers(stretches(edges)))
    assert kept.count(hits) == len(shown)
    assert kept.count(hits, before) == sum(n < before for n in shown)
