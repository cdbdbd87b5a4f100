"""Apify's newest client sends every query parameter that it has a name for, and the platform heeds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient

from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from tests.witness.calls import ACTOR

SLEEP = ("sh", "-c", "echo started; exec sleep 600")
ITEMS = [
    {"a": 1, "b": [{"c": 1}, {"c": 2}], "#hidden": 1},
    {},
    {"a": 2, "d": {"e": {"f": 3}}},
    {"a": 3, "b": []},
]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def client(platform: LocalPlatform) -> ApifyClient:
    platform.register(ACTOR, SLEEP)
    return ApifyClient(platform.token, api_url=platform.url, max_retries=0)


@pytest.fixture
def run(client: ApifyClient) -> Any:
    """A run that goes on, with items, records and requests."""
    found = client.run(client.actor(ACTOR).start(run_input={"turn": 1}).id)
    found.dataset().push_items(ITEMS)
    for key in ("one", "other", "other-2"):
        found.key_value_store().set_record(key, {"key": key})
    found.request_queue().batch_add_requests(
        [{"url": f"http://x/{n}", "uniqueKey": f"{n}", "method": "GET"} for n in range(5)]
    )
    return found


ASKED: list[tuple[str, Callable[[Any], Any], Any]] = [
    ("offset and limit", lambda data: data.list_items(offset=2, limit=1).items, ITEMS[2:3]),
    ("limit 0, which is none", lambda data: data.list_items(limit=0).limit, 999_999_999_999),
    ("desc", lambda data: data.list_items(desc=True).items, ITEMS[::-1]),
    ("clean", lambda data: data.list_items(clean=True).count, 4),
    ("skip_hidden", lambda data: "#hidden" in data.list_items(skip_hidden=True).items[0], False),
    ("skip_empty", lambda data: len(data.list_items(skip_empty=True).items), 3),
    ("fields", lambda data: data.list_items(fields=["d", "a"], limit=1).items, [{"a": 1}]),
    ("omit", lambda data: data.list_items(omit=["b", "#hidden"], limit=1).items, [{"a": 1}]),
    (
        "unwind",
        lambda data: [one["c"] for one in data.list_items(unwind=["b"], limit=1).items],
        [1, 2],
    ),
    ("flatten", lambda data: data.list_items(flatten=["d"], offset=2, limit=1).items[0]["d.e.f"], 3),
    (
        "delimiter, bom, header",
        lambda data: data.get_items_as_bytes(
            item_format="csv", delimiter="|", bom=True, skip_header_row=True, fields=["a"]
        ),
        b'\xef\xbb\xbf1\n""\n2\n3\n',
    ),
    (
        "names of elements",
        lambda data: data.get_items_as_bytes(
            item_format="xml", xml_root="rows", xml_row="row", fields=["a"], limit=1
        ).replace(b"\n", b"")[-40:],
        b"<rows><row><a>1</a></row></rows>",
    ),
]


@pytest.mark.parametrize(("ask", "answer"), [each[1:] for each in ASKED], ids=[each[0] for each in ASKED])
def test_items_are_given_as_the_client_asks(run: Any, ask: Callable[[Any], Any], answer: Any) -> None:
    told = ask(run.dataset())
    assert told.endswith(answer) if isinstance(answer, bytes) else told == answer, told


def test_runs_are_listed_as_the_client_asks(
    client: ApifyClient, run: Any, platform: LocalPlatform, tmp_path: Path
) -> None:
    ended = platform.start(RunSpec(("true",), tmp_path / "run"))
    platform.wait(ended, 60)
    now = datetime.now(UTC)

    def listed(**asked: Any) -> list[str]:
        return [one.id for one in client.runs().iterate(**asked)]

    own = run.get().id
    assert listed() == [own, ended] == listed(desc=True)[::-1]
    assert (listed(limit=1), listed(offset=1)) == ([own], [ended])
    assert (listed(status="RUNNING"), listed(status=["SUCCEEDED", "FAILED"])) == ([own], [ended])
    assert listed(started_after=now - MINUTE, started_before=now + MINUTE) == [own, ended]
    assert listed(started_after=now + MINUTE) == [] == listed(started_before=now - MINUTE)
    assert len(client.runs().list(limit=0).items) == 2
    assert [one.id for one in client.actor(ACTOR).runs().list().items] == [own]
    assert client.actor(ACTOR).last_run(status="RUNNING", origin="API").get().id == own
    assert client.actor(ACTOR).last_run(status="SUCCEEDED").get() is None


def test_keys_records_and_requests_are_given_as_the_client_asks(run: Any) -> None:
    store, queue = run.key_value_store(), run.request_queue()
    assert [one.key for one in store.list_keys(limit=1, prefix="other").items] == ["other"]
    assert [one.key for one in store.list_keys(exclusive_start_key="other").items] == ["other-2"]
    assert (store.record_exists("one"), store.record_exists("none")) == (True, False)
    with store.stream_record("one") as record:
        assert record["value"].read() == b'{"key": "one"}'

    page = queue.list_requests(limit=2)
    rest = queue.list_requests(limit=4, cursor=page.next_cursor)
    assert {one.unique_key for one in [*page.items, *rest.items]} == {"0", "1", "2", "3", "4"}
    locked = queue.list_and_lock_head(lock_duration=MINUTE, limit=2).items
    assert [one.unique_key for one in locked] == ["0", "1"]
    assert {one.unique_key for one in queue.list_requests(filter=["locked"]).items} == {"0", "1"}
    assert len(queue.list_requests(filter=["pending"]).items) == 3
    assert len(queue.list_requests(filter=["locked", "pending"]).items) == 5


def test_a_run_goes_on_with_what_the_client_asks(client: ApifyClient, run: Any) -> None:
    assert run.wait_for_finish(wait_duration=timedelta(seconds=1)).status == "RUNNING"
    run.charge("page", count=2, idempotency_key="once")
    run.charge("page", count=2, idempotency_key="once")
    run.metamorph(
        target_actor_id=ACTOR, target_actor_build="latest", run_input="text", content_type="text/plain"
    )
    assert run.key_value_store().get_record("INPUT-METAMORPH-1")["value"] == "text"
    run.abort(gracefully=True)
    assert run.wait_for_finish().status == "ABORTED"
    again = run.resurrect(
        build="local",
        memory_mbytes=512,
        run_timeout=MINUTE,
        max_items=10,
        max_total_charge_usd=Decimal("1.5"),
        restart_on_error=True,
    )
    assert (again.options.memory_mbytes, again.options.max_items) == (512, 10)
    assert (again.options.timeout_secs, again.options.max_total_charge_usd) == (60, 1.5)
    assert run.get().charged_event_counts == {"page": 2}
    log = client.log(again.id).get(raw=False)
    assert log.index("becomes the Actor sleeper") < log.index("was resurrected")
