"""Entries, requests, items and snapshots of real crawlers find one another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.insight.entries import Entry, EntryReader, Level
from runmon.insight.failures import (
    Mention,
    Subject,
    error_of,
    lines_about,
    mentioned,
    mentioned_by_item,
    own_frame,
    possible_ids,
    produced,
    request_id,
    summary,
    url_in,
)
from runmon.insight.snapshots import digests, group, named, of_error
from runmon.model.requests import QueuedRequest

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
SNAPSHOT = {
    "crawlee-js": "ERROR_SNAPSHOT_a04b9f1ed67bc5ad596f9ac43d25a7_No-price-on-http-127-0-0-1-5",
    "crawlee-python": "ERROR_SNAPSHOT_96900ee9b7df7a897774902be5e8c9_NoneTypeobjecthasnoattri.html",
}


def entries(dialect: str, least: Level = Level.WARN) -> Iterator[Entry]:
    reader = EntryReader()
    whole = [*reader.feed((SAMPLES / dialect / "log.txt").read_bytes()), *reader.finish()]
    yield from (entry for entry in whole if entry.level >= least)


def queue_of(dialect: str) -> dict[str, dict[str, object]]:
    """The requests that the crawler left, by url."""
    found = {}
    for path in (SAMPLES / dialect / "storage" / "request_queues" / "default").glob("[!_]*.json"):
        held = json.loads(path.read_text())
        found[held["url"]] = held
    return found


@pytest.mark.parametrize("dialect", SNAPSHOT)
def test_every_error_of_a_crawler_names_a_request_of_its_queue(dialect: str) -> None:
    queue = queue_of(dialect)
    named = [mentioned(entry) for entry in entries(dialect) if "request" in entry.message.lower()]
    errors = [mention for mention in named if mention]
    assert len(errors) > 12
    assert {mention.url for mention in errors} <= queue.keys()


def test_the_id_of_a_request_follows_from_its_url_alone() -> None:
    for url, held in queue_of("crawlee-js").items():
        assert held["id"] == request_id(str(held["uniqueKey"]))
        assert held["id"] in possible_ids(Mention(url))


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Shop.example/A/?utm_source=x&b=2&a=1#top", "https://shop.example/a?a=1&b=2"),
        ("https://shop.example/A?b=2&a=1", "https://shop.example/A?a=1&b=2"),
        ("https://shop.example", "https://shop.example"),
    ],
)
def test_urls_are_made_even_as_crawlee_does(url: str, key: str) -> None:
    assert request_id(key) in possible_ids(Mention(url))


@pytest.mark.parametrize("dialect", SNAPSHOT)
def test_an_error_in_the_log_finds_its_snapshot_and_no_other_error_does(dialect: str) -> None:
    owners = {
        mentioned(entry).url for entry in entries(dialect) if of_error(error_of(entry), [SNAPSHOT[dialect]])
    }
    assert owners == {"http://127.0.0.1:58080/product/13"}


def test_an_error_kept_with_a_request_names_its_snapshot_exactly() -> None:
    held = json.loads(str(queue_of("crawlee-js")["http://127.0.0.1:58080/product/13"]["json"]))
    parts = named(SNAPSHOT["crawlee-js"])
    assert parts is not None
    assert parts.digest in digests(held["errorMessages"][0])
    assert of_error(held["errorMessages"][-1], [SNAPSHOT["crawlee-js"]]) == [SNAPSHOT["crawlee-js"]]


def test_records_of_one_error_share_a_group() -> None:
    key = "ERROR_SNAPSHOT_" + "a" * 30 + "_No-price.v2"
    assert group(f"{key}.html") == group(f"{key}.jpg") == key
    assert group("OUTPUT.html") == "OUTPUT.html"


def test_one_frame_that_raises_many_errors_has_a_snapshot_for_each() -> None:
    frame = 'Traceback (most recent call last):\n  File "/src/shop.py", line 7, in visit\n'
    error = f"{frame}Refused: 404 - Not Found"
    digest = digests(error)[-1]
    keys = [
        f"ERROR_SNAPSHOT_{digest}_{message}.html" for message in ("404-NotFound", "503-ServiceUnavailable")
    ]
    assert of_error(error, keys) == keys[:1]
    assert of_error(error.replace("404 - Not Found", "boom"), keys) == keys


def test_an_error_is_said_in_a_line() -> None:
    traceback = (
        'Traceback (most recent call last):\n  File "/a/site-packages/x.py", line 1, in f\n    f()\n'
        '  File "/src/main.py", line 9, in handler\n    g()\nshop.errors.PageRefused: 404 - Not Found'
    )
    assert summary(traceback) == "PageRefused: 404 - Not Found"
    assert own_frame(traceback) == 'File "/src/main.py", line 9, in handler'
    stack = "Error: No price\n    at go (/app/main.mjs:3:1)\n    at run (node:internal/x:1:1)"
    assert (summary(stack), own_frame(stack)) == ("Error: No price", "go (/app/main.mjs:3:1)")
    assert summary('Failed to connect. File "/a.py", line 3, in f') == "Failed to connect"
    assert summary("") == ""


def test_an_item_says_which_request_made_it() -> None:
    request = QueuedRequest(id="r1", url="http://a/1", loaded_url="http://a/one")
    assert produced(request, {"#debug": {"requestId": "r1"}})
    assert produced(request, {"url": "http://a/one"})
    assert not produced(request, {"#debug": {"requestId": "r2", "url": "http://a/1"}})
    assert not mentioned_by_item([1]) and not mentioned_by_item({"#debug": 7, "url": 3})


def test_the_lines_about_a_request_are_not_those_about_a_longer_address() -> None:
    block = (
        b"got http://a/p/1\ngot http://a/p/13\nGET http://a/p/1.\nsee http://a/p/1.html\n"
        b'{"id":"r1","x":1}\nr12 and xr1\nhttp://a/p/1?q=2, http://a/p/1, done\n'
    )
    assert list(lines_about(["http://a/p/1", "r1"], 10, block)) == [10, 12, 14, 16]


@given(
    st.lists(st.sampled_from([b"x", b"http://a/1", b"http://a/12", b"\n", b" ", b"r1", b"."]), max_size=60)
)
def test_lines_about_a_request_come_in_order_and_hold_its_name(parts: list[bytes]) -> None:
    block = b"".join(parts)
    found = list(lines_about(["http://a/1", "r1"], 5, block))
    lines = block.split(b"\n")
    assert found == sorted(set(found))
    assert all(b"http://a/1" in lines[n - 5] or b"r1" in lines[n - 5] for n in found)


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    entry = Entry(0, 1, Level.ERROR, "ERROR", "", "", text, text, False)
    subject = Subject.of_entry(entry)
    assert len(possible_ids(subject.mention)) <= 5
    assert not url_in(text) or url_in(text) in text
    assert of_error(text, ["ERROR_SNAPSHOT_x", "OUTPUT"]) == []
    assert isinstance(summary(text) + own_frame(text), str)
