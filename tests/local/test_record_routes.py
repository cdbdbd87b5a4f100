"""Records over HTTP: types and bytes as stored, keys in pages, refusals in Apify's words."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import brotli
import httpx
import pytest

from runmon.local.app import LocalPlatform


@pytest.fixture
def records(platform: LocalPlatform, tmp_path: Path) -> str:
    """The address of a fresh run's key-value store."""
    return f"/v2/actor-runs/{platform.create(tmp_path / 'run')}/key-value-store"


def put(
    http: httpx.Client, place: str, key: str, body: bytes, kind: str = "text/plain", **headers: str
) -> httpx.Response:
    found = {"content-type": kind} | headers
    return http.put(f"{place}/records/{quote(key, safe='')}", content=body, headers=found)


@pytest.mark.parametrize("key", ["OUTPUT", "a.b", "we!rd'(k)", "x" * 256, "-_-", "..."])
def test_a_record_comes_back_with_its_type_and_bytes(http: httpx.Client, records: str, key: str) -> None:
    body = bytes(range(256))
    assert put(http, records, key, body, "image/odd; x=1").status_code == 201
    answer = http.get(f"{records}/records/{quote(key, safe='')}", params={"attachment": "true"})
    assert (answer.content, answer.headers["content-type"]) == (body, "image/odd; x=1")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_head_tells_type_and_size(http: httpx.Client, records: str) -> None:
    put(http, records, "page", b"<html>", "text/html; charset=utf-8")
    answer = http.head(f"{records}/records/page")
    assert (answer.headers["content-type"], answer.headers["content-length"]) == (
        "text/html; charset=utf-8",
        "6",
    )
    assert http.head(f"{records}/records/gone").status_code == 404


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "x-gzip": gzip.compress,
}


@pytest.mark.parametrize("coding", CODERS)
def test_a_record_comes_back_in_its_own_coding_to_those_who_take_it(
    http: httpx.Client, records: str, coding: str
) -> None:
    body = b'{"a":1}' * 99
    put(http, records, "K", CODERS[coding](body), "application/json", **{"content-encoding": coding})
    kept = coding.removeprefix("x-")
    for accepted in (kept, f"identity;q=0.5, {kept};q=0.1", "*"):
        answer = http.get(f"{records}/records/K", headers={"accept-encoding": accepted})
        told = http.head(f"{records}/records/K", headers={"accept-encoding": accepted}).headers
        assert (answer.content, answer.headers["content-encoding"]) == (body, kept)
        assert told["content-length"] == answer.headers["content-length"]
        assert int(told["content-length"]) < 100
        assert told["content-encoding"] == kept


@pytest.mark.parametrize("accepted", ["identity", "", "zstd", "br;q=0", "br; q=0.000, *", "gzip, deflate"])
def test_a_compressed_record_is_unpacked_for_those_who_do_not_take_its_coding(
    http: httpx.Client, records: str, platform: LocalPlatform, accepted: str
) -> None:
    put(http, records, "K", brotli.compress(b'{"a":1}'), "application/json", **{"content-encoding": "br"})
    answer = http.get(f"{records}/records/K", headers={"accept-encoding": accepted})
    assert (answer.content, "content-encoding" in answer.headers) == (b'{"a":1}', False)
    assert (
        http.head(f"{records}/records/K", headers={"accept-encoding": accepted}).headers["content-length"]
        == "7"
    )
    folder = platform.registry.run(records.split("/")[3]).folder
    assert (folder.place("records") / "K").read_bytes() == b'{"a":1}'


def test_a_record_that_is_sent_plain_again_comes_back_plain(http: httpx.Client, records: str) -> None:
    put(http, records, "K", gzip.compress(b"old"), **{"content-encoding": "gzip"})
    put(http, records, "K", b"new")
    answer = http.get(f"{records}/records/K", headers={"accept-encoding": "gzip"})
    assert (answer.content, "content-encoding" in answer.headers) == (b"new", False)


@pytest.mark.parametrize("key", ["%2e", "%2e%2e", ".%2e"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_key_of_dots_is_refused_with_the_reason(
    http: httpx.Client, records: str, key: str, method: str
) -> None:
    target = httpx.URL(http.base_url).copy_with(raw_path=f"{records}/records/{key}".encode())
    answer = http.request(method, target)
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid-record-key")
    assert "a dot or two" in answer.json()["error"]["message"]


def test_a_record_that_is_not_there_is_not_found_and_deleting_it_is_no_error(
    http: httpx.Client, records: str
) -> None:
    answer = http.get(f"{records}/records/NOPE")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "record-not-found")
    assert http.delete(f"{records}/records/NOPE").status_code == 204


def test_a_deleted_record_is_gone(http: httpx.Client, records: str) -> None:
    http.post(f"{records}/records/K", content=b"x").raise_for_status()
    assert http.delete(f"{records}/records/K").status_code == 204
    assert http.get(f"{records}/records/K").status_code == 404


@pytest.mark.parametrize("key", ["a b", "é", "x" * 257, "a%2Fb"])
def test_an_illegal_key_is_refused(http: httpx.Client, records: str, key: str) -> None:
    answer = put(http, records, key, b"x")
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid-record-key")


def test_a_record_may_be_9437184_bytes_and_not_one_more(http: httpx.Client, records: str) -> None:
    assert put(http, records, "K", b"x" * 9_437_184).status_code == 201
    answer = put(http, records, "K", b"x" * 9_437_185)
    assert (answer.status_code, answer.json()["error"]["type"]) == (413, "request-too-large")


def test_an_unknown_coding_is_refused(http: httpx.Client, records: str) -> None:
    answer = put(http, records, "K", b"x", **{"content-encoding": "zstd"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (415, "unsupported-content-encoding")


def test_keys_come_in_pages_that_lead_on(http: httpx.Client, records: str) -> None:
    for number in range(5):
        put(http, records, f"k-{number}", b"x" * number)
    put(http, records, "other", b"")
    query = {"limit": "2", "prefix": "k-", "exclusiveStartKey": "k-0"}
    page = http.get(f"{records}/keys", params=query).json()["data"]
    assert [(one["key"], one["size"]) for one in page["items"]] == [("k-1", 1), ("k-2", 2)]
    assert http.get(page["items"][1]["recordPublicUrl"]).content == b"xx"
    told = {name: value for name, value in page.items() if name != "items"}
    assert told == {
        "count": 2,
        "limit": 2,
        "exclusiveStartKey": "k-0",
        "isTruncated": True,
        "nextExclusiveStartKey": "k-2",
    }
    last = http.get(f"{records}/keys", params=query | {"exclusiveStartKey": "k-2"}).json()["data"]
    assert (last["isTruncated"], last["nextExclusiveStartKey"], last["count"]) == (False, None, 2)


def test_all_records_of_a_prefix_come_as_a_zip(
    platform: LocalPlatform, http: httpx.Client, records: str
) -> None:
    for key in ("a-1", "a-2", "b", ".."):
        platform.registry.runs[records.split("/")[3]].records.put(key, "text/plain", key.encode() * 1000)
    pack = zipfile.ZipFile(io.BytesIO(http.get(f"{records}/records").content))
    assert pack.testzip() is None
    assert {name: pack.read(name)[:3] for name in pack.namelist()} == {
        "%2E%2E": b"...",
        "a-1": b"a-1",
        "a-2": b"a-2",
        "b": b"bbb",
    }
    some = zipfile.ZipFile(io.BytesIO(http.get(f"{records}/records", params={"prefix": "a-"}).content))
    assert some.namelist() == ["a-1", "a-2"]


def test_a_store_without_a_schema_has_no_collections(http: httpx.Client, records: str) -> None:
    for path in ("keys", "records"):
        answer = http.get(f"{records}/{path}", params={"collection": "images"})
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid-collection")


def test_an_odd_type_in_a_folder_does_not_break_the_answer(
    platform: LocalPlatform, http: httpx.Client, tmp_path: Path
) -> None:
    folder = tmp_path / "storage" / "key_value_stores" / "default"
    folder.mkdir(parents=True)
    (folder / "K").write_bytes(b"x")
    (folder / "K.__metadata__.json").write_text(
        '{"key":"K","content_type":"text/plain\\r\\nSet-Cookie: a=b"}'
    )
    answer = http.get(f"/v2/actor-runs/{platform.open(tmp_path)}/key-value-store/records/K")
    assert (answer.content, answer.headers["content-type"]) == (b"x", "application/octet-stream")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("dialect", ["crawlee-js", "crawlee-python"])
def test_an_opened_folder_takes_no_writes(
    platform: LocalPlatform, http: httpx.Client, sample: Callable[[str], Path], dialect: str
) -> None:
    run = f"/v2/actor-runs/{platform.open(sample(dialect))}"
    answers = [
        http.put(f"{run}/key-value-store/records/K", content=b"x"),
        http.post(f"{run}/dataset/items", json=[{}]),
        http.post(f"{run}/request-queue/requests", json={"url": "http://x/", "uniqueKey": "x"}),
        http.delete(f"{run}/request-queue"),
    ]
    assert {(one.status_code, one.json()["error"]["type"]) for one in answers} == {
        (403, "insufficient-permissions")
    }
