"""What Crawlee's logger writes as JSON says the same as what it writes as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runmon.insight.entries import Entry, EntryReader
from runmon.insight.failures import error_of
from runmon.insight.groups import Groups
from runmon.model.log import LogBuffer
from runmon.render.log_lines import LogLines

STAMP = "2026-11-24T10:00:00.000Z"
STACK = (
    "Error: 500 - Internal Server Error\n"
    "    at handler (/usr/src/app/main.mjs:13:25)\n"
    "    at run (/usr/src/app/node_modules/@crawlee/http/crawler.js:305:28)"
)
FAILED = "Request failed and reached maximum retries."
REQUEST = {"id": "ICVMjfCKmROUtZ4", "url": "http://shop/broken"}


def entry(said: str) -> Entry:
    reader = EntryReader()
    (found,) = [
        *reader.feed("".join(f"{STAMP} {line}\n" for line in said.split("\n")).encode()),
        *reader.finish(),
    ]
    return found


def in_json(**fields: Any) -> str:
    return json.dumps({"time": STAMP, **fields}, separators=(",", ":"))


@pytest.mark.parametrize(
    ("text", "as_json"),
    [
        ('INFO  Starting {"n":2}', in_json(level="INFO", msg="Starting", n=2)),
        ("INFO  CheerioCrawler: Starting.", in_json(level="INFO", msg="CheerioCrawler: Starting.")),
        ("WARN  A:Statistics: slow", in_json(level="WARN", msg="A:Statistics: slow")),
        ("ERROR TypeError: x is none", in_json(level="ERROR", msg="TypeError: x is none")),
        (
            f"ERROR CheerioCrawler: {FAILED} {STACK} {json.dumps(REQUEST, separators=(',', ':'))}",
            in_json(level="ERROR", msg=f"CheerioCrawler: {FAILED}", exception={"stack": STACK}, **REQUEST),
        ),
    ],
)
def test_a_line_says_the_same_in_both_forms(text: str, as_json: str) -> None:
    one, other = entry(text), entry(as_json)
    assert (other.level, other.word, other.logger) == (one.level, one.word, one.logger)
    assert (other.message, error_of(other)) == (one.message, error_of(one))
    assert json.loads(other.payload or "{}") == json.loads(one.payload or "{}")


def test_failures_of_one_message_are_told_apart_by_their_errors() -> None:
    stacks = [STACK, STACK, STACK.replace("500 - Internal Server", "403 - Forbidden")]
    groups = Groups()
    lines = (in_json(level="ERROR", msg=f"C: {FAILED}", exception={"stack": each}) for each in stacks)
    groups.take(0, "".join(f"{STAMP} {line}\n" for line in lines).encode())
    assert [(group.count, group.words) for group in groups.ordered()] == [
        (2, f"{FAILED} Error: 500 - Internal Server Error"),
        (1, f"{FAILED} Error: 403 - Forbidden Error"),
    ]


@pytest.mark.parametrize(
    "time",
    [
        '"time":"2026-11-24T10:00:00.000Z"',
        '"timestamp":"2026-11-24T11:00:00+01:00"',
        '"ts":1795514400.0',
        '"@timestamp":1795514400000',
    ],
)
def test_a_json_line_without_a_stamp_shows_its_own_time(time: str) -> None:
    line = f'{{{time},"level":"INFO","msg":"Starting"}}\n'.encode()
    buffer, groups = LogBuffer(), Groups()
    buffer.append(line)
    groups.take(0, line)
    lines = LogLines(buffer)
    shown, entry = lines.text(0).plain, lines.entry(0)
    buffer.close()
    assert shown.startswith("10:00:00.000 INFO")
    assert (entry.stamp, groups.ordered()[0].began) == (STAMP, STAMP)


@pytest.mark.parametrize("time", ["12.5", '"soon"', "true", "null", '"2026-99-99T10:00:00Z"', "1e999"])
def test_what_is_no_moment_stays_in_sight(time: str) -> None:
    reader = EntryReader()
    line = f'{{"time":{time},"level":"INFO","msg":"Starting"}}\n'
    (found,) = [*reader.feed(line.encode()), *reader.finish()]
    assert (found.stamp, found.payload) == ("", f'{{"time":{time}}}')
