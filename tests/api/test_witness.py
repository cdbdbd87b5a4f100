"""What our client writes, the official client reads, and the other way round: equal, for any data."""

from __future__ import annotations

import asyncio
import json
import string
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from apify_client import ApifyClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.local.request_file import request_id
from runmon.model.storages import Place

PATIENT = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LEGAL = string.ascii_letters + string.digits + "!-_.'()"
KEYS = st.text(LEGAL, min_size=1, max_size=256).filter(lambda key: key not in {".", ".."})
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
REQUESTS = st.fixed_dictionaries(
    {
        "url": TEXT.map(lambda text: f"http://x/{quote(text)}"),
        "uniqueKey": TEXT.filter(bool),
        "method": st.sampled_from(["GET", "POST", "PUT"]),
    },
    optional={
        "payload": TEXT,
        "headers": st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
        "userData": st.dictionaries(TEXT, VALUES, max_size=3),
        "retryCount": st.integers(0, 9),
        "noRetry": st.booleans(),
        "errorMessages": st.lists(TEXT, max_size=3),
    },
)


def as_the_official_client_sends(request: dict[str, Any]) -> dict[str, Any]:
    """The request without the nulls of its `userData`, which that client leaves out."""
    kept = {name: value for name, value in request.get("userData", {}).items() if value is not None}
    return {**request, "userData": kept} if "userData" in request else request


ITEMS = st.lists(st.dictionaries(TEXT.filter(bool), VALUES, max_size=4), min_size=1, max_size=6)


class Both:
    """A run of the local platform, and both clients on it."""

    def __init__(self, platform: LocalPlatform, run_id: str) -> None:
        self.platform = platform
        self.run_id = run_id
        self.place = Place.below(run_id)
        self.official = ApifyClient(platform.token, api_url=platform.url)
        self.run = self.official.run(run_id)

    def ours(self, ask: Callable[[Api], Coroutine[Any, Any, Any]]) -> Any:
        async def asked() -> Any:
            async with Api(address(self.platform.url), Token(self.platform.token)) as api:
                return await ask(api)

        return asyncio.run(asked())

    def add(self, request: dict[str, Any]) -> None:
        self.ours(lambda api: api.add_request(self.place, request))

    def read_request(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ours(lambda api: api.request(self.place, id)).untyped()
        return found


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with LocalPlatform() as platform:
        yield Both(platform, platform.create(tmp_path / "run"))


@PATIENT
@given(ITEMS)
def test_items_that_we_push_are_read_alike(both: Both, items: list[dict[str, Any]]) -> None:
    before = both.ours(lambda api: api.items(both.place, offset=0, limit=1)).total

    both.ours(lambda api: api.push_items(both.place, items))

    page = both.ours(lambda api: api.items(both.place, offset=before, limit=100))
    assert [json.loads(bytes(item)) for item in page.items] == items
    assert both.run.dataset().list_items(offset=before).items == items
    assert page.total == before + len(items)


@PATIENT
@given(st.lists(NUMBERS, min_size=1, max_size=6))
def test_numbers_stay_as_they_were_written(both: Both, numbers: list[str]) -> None:
    before = both.ours(lambda api: api.items(both.place, offset=0, limit=1)).total
    written = ["{" + f'"n":{number}' + "}" for number in numbers]

    both.ours(lambda api: api.push_items(both.place, f"[{','.join(written)}]".encode()))

    page = both.ours(lambda api: api.items(both.place, offset=before, limit=100))
    theirs = both.run.dataset().get_items_as_bytes(offset=before, item_format="jsonl")
    assert [bytes(item).decode() for item in page.items] == written == theirs.decode().split()


@PATIENT
@given(st.lists(REQUESTS, min_size=1, max_size=5, unique_by=lambda request: request["uniqueKey"]))
def test_requests_that_either_adds_are_read_alike(both: Both, requests: list[dict[str, Any]]) -> None:
    for number, request in enumerate(requests):
        id = request_id(request["uniqueKey"])
        both.run.request_queue().delete_request(id)

        if number % 2:
            both.run.request_queue().add_request(request)
        else:
            both.add(request)

        theirs = both.run.request_queue().get_request(id)
        sent = as_the_official_client_sends(request) if number % 2 else request
        assert both.read_request(id) == {"retryCount": 0, **sent, "id": id}
        assert theirs.model_dump(by_alias=True, exclude_unset=True, mode="json") == both.read_request(id)


@PATIENT
@given(KEYS, st.binary(max_size=200))
def test_records_under_any_legal_key_are_read_alike(both: Both, key: str, content: bytes) -> None:
    both.ours(lambda api: api.put_record(both.place, key, content=content, content_type="image/png"))

    record = both.ours(lambda api: api.record(both.place, key, max_bytes=1000))
    theirs = both.run.key_value_store().get_record_as_bytes(key)
    assert record.body == content == theirs["value"]
    assert record.content_type == "image/png" == theirs["content_type"]


def test_keys_and_requests_are_listed_alike(both: Both) -> None:
    names = sorted(f"key-{number:04}" for number in range(30))
    requests = [
        {"url": f"http://x/{number}", "uniqueKey": f"u{number}", "method": "GET"} for number in range(25)
    ]

    async def fill(api: Api) -> None:
        for name in names:
            await api.put_record(both.place, name, content=b"{}", content_type="application/json")
        await api.add_requests(both.place, requests)

    async def listed(api: Api) -> tuple[list[str], list[str], list[str]]:
        keys = [item.key async for item in api.every_key(both.place)]
        found = [request.unique_key async for request in api.every_request(both.place, page=4)]
        head = await api.head(both.place, limit=7)
        return keys, found, [request.unique_key for request in head.items]

    both.ours(fill)
    keys, found, head = both.ours(listed)

    queue = both.run.request_queue()
    assert keys == names == [item.key for item in both.run.key_value_store().iterate_keys()]
    assert sorted(found) == sorted(request["uniqueKey"] for request in requests)
    assert found == [request.unique_key for request in queue.iterate_requests()]
    assert head == [request.unique_key for request in queue.list_head(limit=7).items]


def test_a_run_is_read_alike_and_its_message_set(both: Both) -> None:
    both.ours(lambda api: api.update_run(both.run_id, status_message="half way"))

    run = both.ours(lambda api: api.run(both.run_id)).view
    theirs = both.run.get()
    assert theirs is not None
    assert (run.id, run.status, run.status_message) == (theirs.id, theirs.status, "half way")
    assert run.started_at == theirs.started_at


def test_an_abort_of_ours_is_seen_by_the_official_client(both: Both) -> None:
    assert both.ours(lambda api: api.abort(both.run_id)).view.phase.final

    theirs = both.run.get()
    assert theirs is not None and theirs.status == "ABORTED"
