"""What one client reads of a run, every other reads too: ours, and Apify's of two major versions."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient, ApifyClientAsync

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.local.runner import RunSpec
from runmon.model.storages import Place
from tests.witness.drive import read_run
from tests.witness.installed import ask_previous

TALK = 'printf "ž line\\n\\033[31mred\\033[0m\\n\\n"; printf "no end"'
LEGAL = string.ascii_letters + string.digits + "!-_.'()"
DEEP, WIDE = 200, 2000
SENT_AS = (
    b'[{"whole":1.0,"exponent":1e5,"negative":-0.0,"trailing":1.10,"tiny":5e-324},{},'
    b'{"least":-9223372036854775808,"most":9223372036854775807,"unsigned":18446744073709551615,'
    b'"huge":123456789012345678901234567890},{"escaped":"\\u00e9\\ud83d\\ude00\\/","plain":"\xc3\xa9"},{}]'
)
"""Numbers and strings of which a decoder and encoder would make others."""


def nested(levels: int) -> Any:
    value: Any = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value


ITEMS: list[dict[str, Any]] = [
    {},
    {"": "no name", "  ": None, "\u202e": "𐐷 \u0000 \ud7ff", "#hidden": True},
    {"deep": nested(DEEP - 2)},
    {f"column {number}": number for number in range(WIDE)},
    {"most": 2**63 - 1, "least": -(2**63), "unsigned": 2**64 - 1, "float": 0.1 + 0.2},
    *[{"n": number} for number in range(40)],
]
RECORDS = {
    **{f"a{sign}b": ("text/plain; charset=utf-8", sign.encode()) for sign in LEGAL},
    LEGAL: ("application/json; charset=utf-8", b'{"all": "legal"}'),
    "k" * 256: ("application/octet-stream", bytes(range(256))),
    "empty": ("text/plain", b""),
    "page.html": ("text/html; charset=utf-8", "<p>é</p>".encode()),
    "broken.json": ("application/json", b'{"not": '),
}
REQUESTS = [
    {
        "url": f"http://example.com/{number}?é",
        "uniqueKey": f"{number} / é",
        "method": "POST" if number % 7 == 0 else "GET",
        "payload": "body é",
        "userData": {"n": number, "deep": nested(20)},
        "headers": {"X-Number": str(number)},
        "retryCount": number % 3,
        "noRetry": False,
        "errorMessages": ["first"],
    }
    for number in range(60)
]


@pytest.fixture
async def ours(platform: LocalPlatform) -> AsyncIterator[Api]:
    async with Api(address(platform.url), Token(platform.token)) as api:
        yield api


@pytest.fixture
async def rich_run(platform: LocalPlatform, ours: Api, tmp_path: Path) -> str:
    """A finished run that talked and stored every kind of thing; its id."""
    run_id = platform.start(RunSpec(("sh", "-c", TALK), tmp_path / "run", input=b'{"a": 1}'))
    platform.wait(run_id, 60)
    place = Place.below(run_id)
    await ours.push_items(place, ITEMS)
    for key, (content_type, content) in RECORDS.items():
        await ours.put_record(place, key, content=content, content_type=content_type)
    for start in range(0, len(REQUESTS), 25):
        await ours.add_requests(place, REQUESTS[start : start + 25])
    return run_id


async def read_by_us(api: Api, run_id: str) -> dict[str, Any]:
    """What `read_run` reads, by our client."""
    place = Place.below(run_id)
    requests = [one async for one in api.every_request(place, page=17)]
    records = {
        key.key: await api.record(place, key.key, max_bytes=10_000) async for key in api.every_key(place)
    }
    last = await api.items(place, offset=1, limit=3, desc=True)
    async with api.export(place) as download:
        item_bytes = b"".join([chunk async for chunk in download])
    async with api.log(run_id) as log:
        log_bytes = b"".join([chunk async for chunk in log])
    return {
        "run": (await api.run(run_id)).untyped(),
        "dataset": (await api.dataset(place)).untyped(),
        "items": [json.loads(bytes(one)) async for one in api.every_item(place, page=13)],
        "last items": [json.loads(bytes(one)) for one in last.items],
        "item bytes": item_bytes.decode(),
        "records": {
            key: [one.content_type, base64.b64encode(one.body).decode()] for key, one in records.items()
        },
        "head": [one.unique_key for one in (await api.head(place, limit=9)).items],
        "requests": [(await api.request(place, one.id)).untyped() for one in requests],
        "log": log_bytes.decode(),
    }


def settled(read: dict[str, Any]) -> dict[str, Any]:
    """Without what the reading itself changes: use, and when something was last read."""
    volatile = {"usage", "usageUsd", "usageTotalUsd", "accessedAt", "stats"}
    objects = {
        kind: {name: value for name, value in read[kind].items() if name not in volatile}
        for kind in ("run", "dataset")
    }
    return read | objects


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The parts of two readings that are not equal, down to the fields of objects."""
    unequal = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return {
        name: differing(one[name], other[name])
        if isinstance(one.get(name), dict) and isinstance(other.get(name), dict)
        else (one.get(name, "absent"), other.get(name, "absent"))
        for name in unequal
    }


async def test_all_clients_read_a_run_alike(
    platform: LocalPlatform, ours: Api, rich_run: str, previous_client: Path
) -> None:
    def told_before(kind: str) -> dict[str, Any]:
        found: dict[str, Any] = ask_previous(previous_client, platform, kind=kind, run=rich_run)["read"]
        return found

    read = await read_by_us(ours, rich_run)
    newest = [
        await read_run(kind(platform.token, api_url=platform.url, max_retries=0), rich_run)
        for kind in (ApifyClient, ApifyClientAsync)
    ]
    before = [told_before(kind) for kind in ("sync", "async")]

    assert read["items"] == ITEMS
    assert read["records"].keys() == {*RECORDS, "INPUT"}
    sent = {one["uniqueKey"]: one for one in REQUESTS}
    assert {one["uniqueKey"]: {**one, "id": ""} for one in read["requests"]} == {
        key: {**one, "id": ""} for key, one in sent.items()
    }
    for theirs in (*newest, *before):
        assert differing(settled(theirs), settled(read)) == {}


async def test_numbers_and_strings_are_kept_as_they_were_sent(
    platform: LocalPlatform, ours: Api, tmp_path: Path
) -> None:
    run_id = platform.create(tmp_path / "run")
    await ours.push_items(Place.below(run_id), SENT_AS)

    page = await ours.items(Place.below(run_id), offset=0, limit=10)
    dataset = ApifyClient(platform.token, api_url=platform.url).run(run_id).dataset()
    assert b"[" + b",".join(bytes(one) for one in page.items) + b"]" == SENT_AS
    assert b"".join(dataset.get_items_as_bytes().split(b"\n")) == SENT_AS
    assert dataset.list_items().items == json.loads(SENT_AS)
