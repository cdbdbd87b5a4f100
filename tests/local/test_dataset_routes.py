"""Items over HTTP: pages, filters, headers and refusals as Apify's API has them."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform

Place = str


@pytest.fixture
def dataset(platform: LocalPlatform, tmp_path: Path) -> Place:
    """The address of a fresh run's dataset."""
    return f"/v2/actor-runs/{platform.create(tmp_path / 'run')}/dataset"


def push(http: httpx.Client, place: Place, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post(
        f"{place}/items", content=content, headers={"content-type": "application/json"} | headers
    )


def items(http: httpx.Client, place: Place, **query: Any) -> Any:
    return http.get(f"{place}/items", params=query).raise_for_status().json()


def test_items_come_back_byte_for_byte(http: httpx.Client, dataset: Place) -> None:
    sent = [b'{"a":1.0,"b":123456789012345678901234567890}', b'{"z":1,"a":1e2}', b'{ "a" : [1 , 2] }']
    push(http, dataset, b"[" + b",".join(sent) + b"]").raise_for_status()
    assert http.get(f"{dataset}/items").content == b"[" + b",\n".join(sent) + b"]"


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("identity", bytes)],
)
def test_items_arrive_in_every_coding(
    http: httpx.Client, dataset: Place, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    answer = push(http, dataset, encode(b'{"a":1}'), **{"content-encoding": coding})
    assert (answer.status_code, answer.json(), items(http, dataset)) == (201, {}, [{"a": 1}])


def test_headers_tell_the_page_and_count_what_was_scanned(http: httpx.Client, dataset: Place) -> None:
    push(http, dataset, [{"n": number} if number % 2 else {} for number in range(10)])
    answer = http.get(f"{dataset}/items", params={"offset": 2, "clean": "true", "limit": 5, "desc": "1"})
    told = {
        name.removeprefix("x-apify-pagination-"): value
        for name, value in answer.headers.items()
        if name.startswith("x-apify")
    }
    assert told == {"offset": "2", "limit": "5", "count": "5", "total": "10", "desc": "true"}
    assert answer.json() == [{"n": 7}, {"n": 5}, {"n": 3}]


def test_a_call_without_a_limit_is_told_apifys_largest(http: httpx.Client, dataset: Place) -> None:
    assert http.get(f"{dataset}/items").headers["x-apify-pagination-limit"] == "999999999999"


def test_a_head_tells_the_page_without_items(http: httpx.Client, dataset: Place) -> None:
    push(http, dataset, [{"a": 1}] * 3)
    answer = http.head(f"{dataset}/items")
    assert (answer.headers["x-apify-pagination-total"], answer.content) == ("3", b"")


SHOP = {
    "url": "u",
    "#debug": 1,
    "offers": [{"price": 1}, {"price": 2, "url": "v"}],
    "size": {"w": 1, "in": {"h": 2}},
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"fields": "size,url"}, [{"size": SHOP["size"], "url": "u"}]),
        ({"fields": "url,offers", "omit": "url"}, [{"offers": SHOP["offers"]}]),
        ({"omit": "offers,size"}, [{"url": "u", "#debug": 1}]),
        ({"fields": "url,size", "outputFields": "link,box"}, [{"link": "u", "box": SHOP["size"]}]),
        ({"skipHidden": "1", "omit": "offers,size"}, [{"url": "u"}]),
        ({"fields": "nothing", "skipEmpty": "1"}, []),
        ({"fields": "nothing"}, [{}]),
        ({"fields": "url,offers", "unwind": "offers"}, [{"url": "u", "price": 1}, {"url": "v", "price": 2}]),
        ({"fields": "url,size", "unwind": "size"}, [{"url": "u", "w": 1, "in": {"h": 2}}]),
        ({"fields": "url,size", "unwind": "size,in"}, [{"url": "u", "w": 1, "h": 2}]),
        ({"fields": "url", "unwind": "url,gone"}, [{"url": "u"}]),
        ({"fields": "size,url", "flatten": "size"}, [{"size.w": 1, "size.in.h": 2, "url": "u"}]),
        ({"fields": "size.in.h,url", "flatten": "size"}, [{"size.in.h": 2, "url": "u"}]),
    ],
)
def test_filters_shape_items_as_the_platform_does(
    http: httpx.Client, dataset: Place, query: dict[str, str], expected: list[Any]
) -> None:
    push(http, dataset, SHOP)
    answer = items(http, dataset, **query)
    assert [list(one.items()) for one in answer] == [list(one.items()) for one in expected]


def test_legacy_filters_unwind_results_and_drop_failures(http: httpx.Client, dataset: Place) -> None:
    push(
        http,
        dataset,
        [{"url": "a", "x": 1, "pageFunctionResult": [{"t": 1}, {"t": 2}]}, {"url": "b", "errorInfo": "bad"}],
    )
    found = items(http, dataset, simplified="1", skipFailedPages="1")
    assert found == [{"url": "a", "t": 1}, {"url": "a", "t": 2}]


def test_filtered_fields_keep_their_bytes(http: httpx.Client, dataset: Place) -> None:
    push(http, dataset, b'{"drop":1,"n":1.0,"deep":{"big":123456789012345678901234567890,"e":1E5}}')
    answer = http.get(f"{dataset}/items", params={"omit": "drop"})
    assert answer.content == b'[{"n":1.0,"deep":{"big":123456789012345678901234567890,"e":1E5}}]'


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"[{]", 400, "invalid-request"),
        (b'[{"a":1}, 5]', 400, "invalid-request"),
        (b'"text"', 400, "invalid-request"),
        (b'{"a":NaN}', 400, "invalid-request"),
        (b'{"a":"\xff"}', 400, "invalid-request"),
        (b"", 400, "invalid-request"),
        (b'["' + b"x" * 9_437_184 + b'"]', 413, "request-too-large"),
    ],
)
def test_a_push_that_cannot_be_taken_stores_nothing(
    http: httpx.Client, dataset: Place, body: bytes, status: int, kind: str
) -> None:
    answer = push(http, dataset, body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert items(http, dataset) == []


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"format": "yaml"}, "invalid-value"),
        ({"limit": "-1"}, "invalid-value"),
        ({"offset": "x"}, "invalid-value"),
        ({"delimiter": "ab", "format": "csv"}, "invalid-value"),
        ({"fields": "a,b", "outputFields": "c"}, "invalid-value"),
        ({"view": "none"}, "requested-dataset-view-does-not-exist"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    http: httpx.Client, dataset: Place, query: dict[str, str], kind: str
) -> None:
    answer = http.get(f"{dataset}/items", params=query)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, kind)


def test_text_that_only_javascript_makes_survives(http: httpx.Client, dataset: Place) -> None:
    push(http, dataset, b'[{"half":"\\ud800","\\udc00":1}]').raise_for_status()
    assert items(http, dataset, skipHidden="1") == [{"half": "\ud800", "\udc00": 1}]
    assert "half" in http.get(f"{dataset}/items", params={"format": "csv"}).text


def test_deep_nesting_is_taken_or_refused_but_never_breaks(http: httpx.Client, dataset: Place) -> None:
    for depth in (200, 900, 100_000):
        answer = push(http, dataset, b'{"a":' + b"[" * depth + b"]" * depth + b"}")
        assert answer.status_code in (201, 400)
    for name in ("json", "jsonl", "csv", "xlsx", "xml", "html", "rss"):
        assert http.get(f"{dataset}/items", params={"format": name, "flatten": "a"}).status_code == 200


def test_a_view_of_the_schema_shapes_items(
    platform: LocalPlatform, http: httpx.Client, dataset: Place
) -> None:
    push(http, dataset, [{"a": 1, "b": [{"c": 2}, {"c": 3}], "d": 4}])
    run = platform.registry.runs[dataset.split("/")[3]]
    transformation = {"fields": ["b", "a"], "unwind": "b"}
    run.dataset.card["schema"] = {"views": {"overview": {"transformation": transformation}}}
    assert items(http, dataset, view="overview") == [{"a": 1, "c": 2}, {"a": 1, "c": 3}]


def test_statistics_tell_what_the_fields_span(http: httpx.Client, dataset: Place) -> None:
    push(http, dataset, [{"p": 3, "t": ""}, {"p": 1.5, "t": None}, {"p": None, "t": "x"}])
    told = http.get(f"{dataset}/statistics").json()["data"]["fieldStatistics"]
    assert told == {
        "p": {"min": 1.5, "max": 3, "nullCount": 1, "emptyCount": 0},
        "t": {"min": None, "max": None, "nullCount": 1, "emptyCount": 1},
    }


def test_a_renamed_dataset_tells_its_name_and_a_deleted_one_is_gone(
    http: httpx.Client, dataset: Place
) -> None:
    push(http, dataset, [{}])
    named = http.put(dataset, json={"name": "shop-items", "generalAccess": "RESTRICTED"}).json()["data"]
    assert (named["name"], named["generalAccess"]) == ("shop-items", "RESTRICTED")
    assert http.put(dataset, json={"name": "no spaces"}).status_code == 400
    assert http.delete(dataset).status_code == 204
    answer = http.get(f"{dataset}/items")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "record-not-found")


def test_a_name_that_another_storage_has_is_refused(
    http: httpx.Client, platform: LocalPlatform, dataset: Place, tmp_path: Path
) -> None:
    other = f"/v2/actor-runs/{platform.create(tmp_path / 'other')}"
    assert http.put(dataset, json={"name": "shop"}).status_code == 200
    refused = http.put(f"{other}/dataset", json={"name": "shop"})
    assert (refused.status_code, refused.json()["error"]["type"]) == (409, "name-not-unique")
    assert http.get(f"{other}/dataset").json()["data"]["name"] is None
    assert http.put(dataset, json={"name": "shop"}).status_code == 200
    assert http.put(f"{other}/key-value-store", json={"name": "shop"}).status_code == 200
    assert http.put(dataset, json={"name": None}).status_code == 200
    assert http.put(f"{other}/dataset", json={"name": "shop"}).status_code == 200


def test_concurrent_pushes_lose_and_mix_nothing(
    platform: LocalPlatform, http: httpx.Client, dataset: Place
) -> None:
    def pusher(name: int) -> None:
        with httpx.Client(base_url=platform.url, headers=http.headers, trust_env=False, timeout=60) as own:
            for batch in range(5):
                push(
                    own, dataset, [{"by": name, "n": batch * 400 + n} for n in range(400)]
                ).raise_for_status()

    threads = [threading.Thread(target=pusher, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = items(http, dataset)
    assert [[one["n"] for one in found if one["by"] == name] for name in range(4)] == [list(range(2000))] * 4
    assert all(len({one["by"] for one in found[at : at + 400]}) == 1 for at in range(0, 8000, 400))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
ITEMS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "#c", "d"]), JSON, max_size=4), max_size=12)


def reference(found: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    """What the platform documents, over plain lists."""
    page = found[::-1] if query["desc"] else found
    page = page[query["offset"] :][: query["limit"] or None]
    if query["skipHidden"]:
        page = [{key: one[key] for key in one if not key.startswith("#")} for one in page]
    if query["fields"]:
        page = [{key: one[key] for key in query["fields"] if key in one} for one in page]
    page = [{key: one[key] for key in one if key not in query["omit"]} for one in page]
    return [one for one in page if one or not query["skipEmpty"]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    found=ITEMS,
    offset=st.integers(0, 14),
    limit=st.integers(0, 14),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    fields=st.lists(st.sampled_from(["a", "b", "#c", "gone"]), max_size=3, unique=True),
    omit=st.lists(st.sampled_from(["b", "d"]), max_size=2, unique=True),
)
def test_pages_and_filters_agree_with_plain_lists(
    platform: LocalPlatform,
    http: httpx.Client,
    tmp_path: Path,
    found: list[dict[str, Any]],
    offset: int,
    limit: int,
    flags: tuple[bool, bool, bool],
    fields: list[str],
    omit: list[str],
) -> None:
    place = f"/v2/actor-runs/{platform.create(tmp_path / 'same')}/dataset"
    push(http, place, found).raise_for_status()
    switches = dict(zip(("desc", "skipHidden", "skipEmpty"), flags, strict=True))
    query = {"offset": offset, "limit": limit, "fields": fields, "omit": omit} | switches
    sent = query | {"fields": ",".join(fields), "omit": ",".join(omit)}
    answer = items(http, place, **{name: value for name, value in sent.items() if value != ""})
    expected = reference(found, query)
    assert [list(one.items()) for one in answer] == [list(one.items()) for one in expected]
