"""Measurements rebuilt from the log of real crawlers, of both dialects; no line can break the reading."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.crawlee_lines import NEEDLES, candidates, moment, moments
from runmon.model.course import MEASURES

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
STAMP = b"2024-12-26T23:05:41.646Z "
AT = 1735254341.646


def told(text: bytes) -> dict[str, float]:
    found = moment(STAMP + text)
    assert found is not None and found.at == AT
    return {name: value for name in MEASURES if (value := getattr(found, name)) is not None}


@pytest.mark.parametrize(("dialect", "done", "failed"), [("crawlee-python", 37, 7), ("crawlee-js", 37, 5)])
def test_the_log_of_a_real_crawl_ends_with_what_the_crawl_did(dialect: str, done: int, failed: int) -> None:
    found = list(moments([(SAMPLES / dialect / "log.txt").read_bytes()]))
    assert (found[-1].done, found[-1].failed) == (done, failed)
    assert [one.at for one in found] == sorted(one.at for one in found)


@pytest.mark.parametrize(
    ("line", "measured"),
    [
        (
            b'INFO  CheerioCrawler:AutoscaledPool: state {"currentConcurrency":14,"desiredConcurrency":15,'
            b'"systemStatus":{"isSystemIdle":true,"memInfo":{"isOverloaded":false,"actualRatio":0},'
            b'"cpuInfo":{"isOverloaded":true,"limitRatio":0.4,"actualRatio":0.25}}}',
            {"concurrency": 14, "memory_overload": 0, "cpu_overload": 25},
        ),
        (
            b'INFO  PlaywrightCrawler:AutoscaledPool: state {"currentConcurrency":7,'
            b'"systemStatus":{"memInfo":{"actualRatio":null}}}',
            {"concurrency": 7},
        ),
        (
            b"\x1b[90m[crawlee._autoscaling.autoscaled_pool]\x1b[0m \x1b[32mINFO \x1b[0m "
            b"current_concurrency = 3; desired_concurrency = 10; cpu = 0.5; mem = 0.062; event_loop = 0.0",
            {"concurrency": 3, "memory_overload": 6.2, "cpu_overload": 50},
        ),
        (
            b"INFO  CheerioCrawler: Crawled 148/612 pages, 3 failed requests, desired concurrency 12.",
            {"done": 151, "failed": 3},
        ),
        (b"INFO  Crawled 9 pages, 0 failed requests, desired concurrency 1.", {"done": 9, "failed": 0}),
        (
            b"WARN  PlaywrightCrawler:AutoscaledPool:Snapshotter: Memory is critically overloaded. "
            b"Using 974 MB of 1024 MB (95%). Consider increasing available memory.",
            {"memory": 974 * 1024**2},
        ),
        (
            b"WARN  Memory is critically overloaded. Using 1.5 GB of 1.6 GB (94%).",
            {"memory": 1.5 * 1024**3},
        ),
        (
            b'INFO  Statistics: CheerioCrawler request statistics: {"requestsFailedPerMinute":30,'
            b'"requestsTotal":49,"crawlerRuntimeMillis":120000}',
            {"done": 49, "failed": 60},
        ),
    ],
)
def test_a_line_measures_what_it_says(line: bytes, measured: dict[str, float]) -> None:
    assert told(line) == pytest.approx(measured)


def test_a_line_without_a_stamp_measures_nothing() -> None:
    assert moment(b"INFO  Crawled 9/10 pages, 0 failed requests, desired concurrency 1.") is None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(NEEDLES), st.binary(max_size=30), st.just(STAMP), st.just(b"\n"))))
def test_whatever_a_log_holds_the_figures_are_figures(pieces: list[bytes]) -> None:
    for one in moments([b"".join(pieces)]):
        told = [getattr(one, name) for name in MEASURES]
        assert all(value is None or (math.isfinite(value) and value >= 0) for value in told)


@given(st.lists(st.tuples(st.sampled_from([b"a line", *NEEDLES]), st.booleans()), max_size=20))
def test_each_line_with_a_needle_is_looked_at_once_and_no_other(lines: list[tuple[bytes, bool]]) -> None:
    texts = [
        b"%d %s%s" % (n, text, b" again " + text if twice else b"") for n, (text, twice) in enumerate(lines)
    ]
    wanted = [text for text in texts if any(needle in text for needle in NEEDLES)]
    assert list(candidates(b"\n".join(texts))) == wanted
