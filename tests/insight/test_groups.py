"""Messages that say the same are one group, whatever ids, URLs and numbers they hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.insight import groups as limits
from runmon.insight.entries import EntryReader, Level
from runmon.insight.groups import Group, Groups, shape

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
JS = (SAMPLES / "crawlee-js" / "log.txt").read_bytes()
PYTHON = (SAMPLES / "crawlee-python" / "log.txt").read_bytes()
KINDS = st.sampled_from(["got {} of it", "see https://a.example/{}", "id F5ZJb{}HZBS4t is gone"])


def counted(*lines: str) -> list[Group]:
    groups = Groups()
    groups.take(0, "".join(f"{line}\n" for line in lines).encode())
    return groups.ordered()


def at(second: int, text: str) -> str:
    return f"2026-11-24T10:12:{second:02d}.000Z {text}"


def test_the_same_failure_of_many_requests_is_one_group_with_its_first_and_last_time() -> None:
    (group,) = counted(
        *(at(n, f"ERROR Request https://a.example/{n} failed after {n} tries") for n in range(37))
    )
    assert (group.count, group.words) == (37, "Request ‹url› failed after ‹n› tries")
    assert (group.began[11:19], group.ended[11:19]) == ("10:12:00", "10:12:36")
    assert list(group.lines) == list(range(37))


def test_a_message_that_is_always_the_same_is_shown_as_it_was_written() -> None:
    (group,) = counted(at(1, "WARN  Waited 3 s"), at(2, "WARN  Waited 3 s"))
    assert group.words == "Waited 3 s"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crawled 1/2 pages in 3.5 s", "Crawled 148/612 pages in 12.25 s"),
        ("Opened HG7ML7M8z78YcAPEB", "Opened 8uDnQx2kP4ZA3abcd"),
        ("Job 123e4567-e89b-12d3-a456-426614174000 began", "Job 00000000-0000-4000-8000-000000000000 began"),
        ("See http://localhost:8080/a?b=c, then stop.", "See https://shop.example/x, then stop."),
    ],
)
def test_ids_urls_and_numbers_make_no_other_message(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Request blocked - received 403 status code.", "Request blocked - received 500 status code."),
        ("500 - Internal Server Error", "503 - Service Unavailable"),
        ("error (status code: 404).", "error (status code: 410)."),
        ("HTTP status code 403", "HTTP status code 429"),
        ("<h1>Sorry</h1>", "<h2>Sorry</h2>"),
    ],
)
def test_what_tells_failures_apart_is_kept(one: str, other: str) -> None:
    assert shape(one) != shape(other)


def test_failures_come_first_and_among_them_the_frequent_ones() -> None:
    said = [at(0, "INFO  hello")] * 9 + [
        at(1, "ERROR rare"),
        *[at(2, "ERROR often")] * 2,
        at(3, "WARN  careful"),
    ]
    assert [group.words for group in counted(*said)] == ["often", "rare", "careful", "hello"]


def test_the_json_at_the_end_and_the_lines_of_a_stack_trace_count_for_nothing() -> None:
    trace = ["    at parse (file:///src/a.js:1:2)", '    at run (file:///src/b.js:3:4) {"id":"x"}']
    (group,) = counted(
        at(1, 'ERROR Failed {"url":"a"}'), *trace, at(2, 'ERROR Failed {"url":"b","more":[1]}'), *trace
    )
    assert (group.words, group.count, list(group.lines)) == ("Failed", 2, [0, 3])


@pytest.mark.parametrize(
    ("log", "words", "count"),
    [
        (JS, "Request ‹url› failed for good", 5),
        (PYTHON, "Request to ‹url› failed and reached maximum retries", 7),
    ],
)
def test_both_dialects_are_grouped(log: bytes, words: str, count: int) -> None:
    groups = Groups()
    groups.take(0, log)
    first = groups.ordered()[0]
    assert (first.level, first.words, first.count) == (Level.ERROR, words, count)


@pytest.mark.parametrize("log", [JS, PYTHON])
def test_every_entry_is_counted_once(log: bytes) -> None:
    groups, reader = Groups(), EntryReader()
    groups.take(0, log)
    begun = [entry.first for entry in [*reader.feed(log), *reader.finish()]]
    assert sorted(line for group in groups.ordered() for line in group.lines) == begun


@given(st.lists(st.tuples(KINDS, st.integers(0, 10**6)), max_size=30), st.integers(1, 7))
def test_groups_do_not_depend_on_how_the_log_is_cut(said: list[tuple[str, int]], step: int) -> None:
    lines = [at(n, f"INFO  {kind.format(number)}") for n, (kind, number) in enumerate(said)]
    whole, cut = Groups(), Groups()
    whole.take(0, "".join(f"{line}\n" for line in lines).encode())
    for first in range(0, len(lines), step):
        block = "".join(f"{line}\n" for line in lines[max(first - 1, 0) : first + step])
        cut.take(max(first - 1, 0), block.encode())
    assert cut.ordered() == whole.ordered()


def test_a_log_without_two_equal_messages_is_kept_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_GROUPS", 3)
    monkeypatch.setattr(limits, "MOST_LINES", 4)
    found = counted(*(at(0, f"INFO  word {'x' * n}") for n in range(20)))
    assert len(found) == 4
    assert (found[0].words, found[0].count, len(found[0].lines)) == ("other messages", 17, 4)
