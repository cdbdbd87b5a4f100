"""Lines of both dialects become entries, wherever the bytes were cut."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.entries import Entry, EntryReader, Level, head_before, parse, visible
from runmon.insight.frames import Frame, frame_of
from runmon.insight.levels import loud_lines

STAMP = "2026-11-23T18:16:15.900Z"
SAMPLES = Path(__file__).parents[1] / "data" / "samples"
LINES = [
    f"{STAMP} \x1b[32mINFO\x1b[39m \x1b[33m CheerioCrawler:\x1b[39m Scraping http://h/\n",
    f"{STAMP} \x1b[31mERROR\x1b[39m\x1b[33m CheerioCrawler:\x1b[39m Request failed.\n",
    f'{STAMP}     at f (/usr/src/app/main.js:1:2)\x1b[90m {{"id":"a"}}\x1b[39m\n',
    f"{STAMP} \x1b[90m[apify]\x1b[0m \x1b[33mWARN \x1b[0m Retrying\n",
    f"{STAMP} Traceback (most recent call last):\n",
    f"{STAMP} ACTOR: Creating container.\n",
    f'{STAMP} {{"time":"x","level":"ERROR","msg":"ERROR in JSON","n":1}}\n',
    '{"time":"2026-11-23T18:16:20.000Z","level":"WARN","msg":"no stamp"}\n',
    "2026-11-23T18:16:19.000Z a print\n",
    "no stamp ERROR here\n",
    "\n",
    "é日\r\n",
    "cut off",
]
PIECES = st.sampled_from(LINES)


def entries(text: str) -> list[Entry]:
    reader = EntryReader()
    return [*reader.feed(text.encode()), *reader.finish()]


@given(st.lists(PIECES, max_size=12), st.lists(st.integers(0, 1500), max_size=6))
@settings(deadline=None)
def test_entries_do_not_depend_on_how_the_log_was_cut(pieces: list[str], cuts: list[int]) -> None:
    raw = "".join(pieces).encode()
    reader = EntryReader()
    edges = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    fed = [e for first, last in pairwise(edges) for e in reader.feed(raw[first:last])]
    assert [*fed, *reader.finish()] == entries("".join(pieces))


@given(st.lists(PIECES, max_size=20))
@settings(deadline=None)
def test_every_line_belongs_to_one_entry_and_none_is_lost(pieces: list[str]) -> None:
    text = "".join(pieces)
    raw = text.encode().split(b"\n")
    count = len(raw) - (raw[-1] == b"")
    at = 0
    for entry in entries(text):
        assert entry.first == at
        assert all(head_before(n, raw.__getitem__) == at for n in range(at, at + entry.lines))
        at += entry.lines
    assert at == count


@given(st.lists(PIECES, max_size=30), st.integers(0, 1000))
@settings(deadline=None)
def test_errors_and_warnings_are_found_where_the_grammar_sees_them(pieces: list[str], first: int) -> None:
    raw = "".join(pieces).encode()
    levels = [parse(visible(line)).level for line in raw.split(b"\n")]
    errors, warnings = loud_lines(first, raw)
    assert errors == [first + n for n, level in enumerate(levels) if level is Level.ERROR]
    assert warnings == [first + n for n, level in enumerate(levels) if level is Level.WARN]


def test_a_long_line_of_level_words_is_read_as_fast_as_any_other() -> None:
    raw = b"WARN  Crawler: " + b"ERROR " * 1_000_000
    begun = time.process_time()
    assert loud_lines(7, raw + b"\nERROR no\n") == ([8], [7])
    assert time.process_time() - begun < 0.5


def test_a_javascript_error_is_one_entry_with_its_stack_and_payload() -> None:
    (entry,) = entries(
        f"{STAMP} ERROR CheerioCrawler: Request failed. Error: 500\n"
        f"{STAMP}     at a (/usr/src/app/main.js:1:2)\n"
        f'{STAMP}     at b (node:internal/x:5:6) {{"id":"F5Z","url":"http://h/{{1}}"}}\n'
    )
    assert (entry.lines, entry.level, entry.word, entry.logger) == (3, Level.ERROR, "ERROR", "CheerioCrawler")
    assert entry.payload == '{"id":"F5Z","url":"http://h/{1}"}'
    assert entry.message.splitlines()[0] == "Request failed. Error: 500"
    assert entry.message.endswith("(node:internal/x:5:6)")


def test_a_python_line_gives_logger_level_message_and_extras() -> None:
    (entry,) = entries(f'{STAMP} [apify] INFO  Exiting Actor ({{"exit_code": 0}})\n')
    assert (entry.logger, entry.word, entry.message) == ("apify", "INFO", "Exiting Actor")
    assert entry.payload == '{"exit_code": 0}'


def test_a_json_line_gives_its_parts() -> None:
    (entry,) = entries(f'{STAMP} {{"time":"{STAMP}","level":"WARN","msg":"slow","ms":12}}\n')
    assert (entry.level, entry.message, entry.payload) == (Level.WARN, "slow", '{"ms":12}')


def test_platform_lines_are_told_from_the_actors() -> None:
    first, second = entries(f"{STAMP} ACTOR: Creating container.\n{STAMP} INFO  Starting\n")
    assert (first.platform, first.message) == (True, "ACTOR: Creating container.")
    assert not second.platform


@pytest.mark.parametrize(
    "text",
    [
        "the ERROR stands in the text",
        "ERRORS are not a level",
        "INFORMATION",
        "[INFO] Scrapy-like",
        '{"level":"ERROR"}',
        '{"msg":"level ERROR","level":5}',
    ],
)
def test_a_level_is_never_guessed_from_a_word(text: str) -> None:
    assert parse(f"{STAMP} {text}").level is Level.NONE


def test_an_exception_name_is_no_logger() -> None:
    parts = parse("ERROR TypeError: x is not a function")
    assert parts.logger == (0, 0)


def test_a_print_long_after_an_error_is_no_part_of_it() -> None:
    first, second = entries(f"{STAMP} ERROR Oh\n2026-11-23T18:16:17.000Z all fine again\n")
    assert (first.level, second.level) == (Level.ERROR, Level.NONE)


def test_a_second_stamp_does_not_hide_the_level() -> None:
    assert parse(f"{STAMP} {STAMP} ERROR x").level is Level.ERROR


@pytest.mark.parametrize(
    ("name", "errors", "warnings", "count"), [("js", 10, 17, 71), ("python", 14, 16, 74)]
)
def test_real_logs_read_as_a_person_reads_them(name: str, errors: int, warnings: int, count: int) -> None:
    found = entries((SAMPLES / f"crawlee-{name}" / "log.txt").read_text())
    levels = [entry.level for entry in found]
    assert (len(found), levels.count(Level.ERROR), levels.count(Level.WARN)) == (count, errors, warnings)
    assert Level.NONE not in levels


def test_own_frames_are_told_from_a_librarys() -> None:
    own = ['  File "/usr/src/pyapp/src/main.py", line 21, in handler', "    price = x()", "            ^^^"]
    library = ['  File "/usr/lib/python3.11/site-packages/crawlee/router.py", line 1, in f', "    await g()"]
    assert [frame_of(own[: n + 1]) for n in range(3)] == [Frame.OWN] * 3
    assert [frame_of(library[: n + 1]) for n in range(2)] == [Frame.LIBRARY] * 2
    error = "json.decoder.JSONDecodeError: Unterminated string"
    for indent in ("", "      "):
        trace = [indent + line for line in (*library, error)]
        assert [frame_of(trace[: n + 1]) for n in range(3)] == [*[Frame.LIBRARY] * 2, Frame.NONE]
    assert frame_of(["    at handler (file:///usr/src/app/main.mjs:13:25)"]) is Frame.OWN
    assert frame_of(["    at f (/usr/src/app/node_modules/x/y.js:1:1)"]) is Frame.LIBRARY
    assert frame_of(["connect ECONNREFUSED"]) is Frame.NONE
