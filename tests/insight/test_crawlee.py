"""Crawlee's own records, read in both dialects."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from runmon.insight.crawlee import sessions, statistics
from runmon.render.crawlee_facts import crawlee_facts

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
JS, PYTHON = (
    SAMPLES / name / "storage" / "key_value_stores" / "default" for name in ("crawlee-js", "crawlee-python")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = (
    "requestsFinished", "requestsFailed", "crawlerRuntimeMillis", "requestRetryHistogram",
    "requestsWithStatusCode", "errors", "retryErrors", "sessions", "usableSessionsCount",
)  # fmt: skip


def test_statistics_of_javascript_tell_errors_with_their_snapshots() -> None:
    key = "SDK_CRAWLER_STATISTICS_0"
    found = statistics(key, (JS / f"{key}.json").read_bytes())
    assert found is not None
    assert (found.finished, found.failed, found.retries, found.runtime_s) == (32, 5, 5, 2.402)
    assert found.retry_histogram == (32, 1, 3, 0, 0, 0, 0, 0, 0, 0, 1)
    assert dict(found.statuses) == {"403": 3, "404": 3, "500": 3, "503": 1}
    price = next(each for each in found.errors if each.message.startswith("No price"))
    assert price.place == "file:///usr/src/app/main.mjs:13:25" and price.count == 1
    assert price.snapshot.startswith("ERROR_SNAPSHOT_a04b9f")
    assert found.retried[0].count == 10


def test_statistics_of_python_keep_their_durations_otherwise() -> None:
    key = "__CRAWLER_STATISTICS_0"
    found = statistics(key, (PYTHON / key).read_bytes())
    assert found is not None
    assert (found.finished, found.failed, found.runtime_s) == (30, 7, 2.285557)
    assert found.statuses[0] == ("200", 33) and found.errors == ()
    assert found.average_s == 0.231


def test_sessions_are_counted() -> None:
    key = "SDK_SESSION_POOL_STATE"
    found = sessions(key, (JS / f"{key}.json").read_bytes())
    assert found is not None
    assert (found.usable, found.retired) == (41, 13)
    assert found.blocked > 0 and found.worn == 0


def test_other_records_are_not_taken_for_crawlees() -> None:
    assert statistics("OUTPUT", b'{"requestsFinished":1}') is None
    assert statistics("SDK_CRAWLER_STATISTICS_0", b"[1]") is None
    assert sessions("SDK_SESSION_POOL_STATE", b'{"sessions":3}') is None


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_record_of_any_shape_is_survived(held: dict[str, object]) -> None:
    body = json.dumps(held).encode()
    for key in ("SDK_CRAWLER_STATISTICS_0", "CRAWLEE_SESSION_POOL_STATE_1"):
        for line in crawlee_facts(key, body):
            assert not [char for char in line.plain if unicodedata.category(char) == "Cc"]
