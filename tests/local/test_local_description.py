"""The description the platform gives of itself: whole, true, and no less than Apify's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest
from starlette.routing import Route

from runmon.local.app import LocalPlatform, asgi
from runmon.local.described_operations import OPERATIONS
from runmon.local.description import PLACE, key_of
from runmon.local.fork import Fork
from runmon.local.registry import Registry

APIFY = Path(__file__).parents[3] / "shared" / "api" / "openapi-run-group.json"
"""Apify's description of the same group, where it lies beside the checkout."""
METHODS = {"get", "head", "post", "put", "delete"}


@pytest.fixture
def document(http: httpx.Client) -> dict[str, Any]:
    """The description as it is served."""
    found: dict[str, Any] = http.get(PLACE).json()
    return found


def test_every_route_of_the_platform_is_described(document: dict[str, Any]) -> None:
    assert described(document) == {
        (method.lower(), nameless(route.path)) for route in every_route() for method in route.methods or ()
    }


def test_nothing_is_described_that_no_route_has() -> None:
    meant = {key_of(method, route.path) for route in every_route() for method in route.methods or ()}
    assert OPERATIONS.keys() - meant == set()


def test_every_described_operation_is_answered(
    document: dict[str, Any], http: httpx.Client, platform: LocalPlatform, tmp_path: Path
) -> None:
    run = http.get(f"/v2/actor-runs/{platform.create(tmp_path / 'run')}").json()["data"]
    ids = {
        "runId": run["id"],
        "actorId": run["actId"],
        "datasetId": run["defaultDatasetId"],
        "storeId": run["defaultKeyValueStoreId"],
        "queueId": run["defaultRequestQueueId"],
        "recordKey": "K",
        "requestId": "abc",
    }
    operations = [(path, method) for path, item in document["paths"].items() for method in item]
    refused = []
    for path, method in sorted(operations, key=lambda one: (one[1] == "delete", -len(one[0]))):
        answer = http.request(method, path.format(**ids))
        lost = (
            method != "head" and not answer.is_success and answer.json()["error"]["type"] == "page-not-found"
        )
        if (
            lost
            or answer.status_code == 405
            or str(answer.status_code) not in document["paths"][path][method]["responses"]
        ):
            refused.append((method, path, answer.status_code))
    assert refused == []


def test_the_description_is_sound(document: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    operations = [one for item in document["paths"].values() for one in item.values()]
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert named == document["components"]["schemas"].keys()
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(
        {place["name"] for place in one["parameters"] if place["in"] == "path"}
        == set(re.findall(r"{(\w+)}", path))
        for path, item in document["paths"].items()
        for one in item.values()
    )


def test_the_description_is_behind_the_door(platform: LocalPlatform) -> None:
    refused = httpx.get(platform.url + PLACE, trust_env=False)
    assert (refused.status_code, refused.json()["error"]["type"]) == (401, "token-not-provided")


def every_route() -> list[Route]:
    """The HTTP routes of the app itself, not of a table of ours."""
    (fork,) = asgi(Registry()).routes
    assert isinstance(fork, Fork)
    return [route for name in fork.groups for route in fork.road(name).routes if isinstance(route, Route)]


def described(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Methods and paths of a description, without the names of path parameters."""
    return {
        (method, nameless(path))
        for path, item in document["paths"].items()
        for method in item.keys() & METHODS
    }


def nameless(path: str) -> str:
    """`/v2/logs/{run_id}` → `/v2/logs/{}`."""
    return re.sub(r"{[^}]+}", "{}", path)


if APIFY.is_file():
    THEIRS: dict[str, Any] = json.loads(APIFY.read_text(encoding="utf-8"))

    def test_every_operation_that_apify_describes_is_described_here(document: dict[str, Any]) -> None:
        assert described(THEIRS) - described(document) == set()

    def test_every_parameter_and_success_that_apify_describes_is_described_here(
        document: dict[str, Any],
    ) -> None:
        ours = facts(document)
        missing = {key: told - ours[key] for key, told in facts(THEIRS).items() if told - ours[key]}
        assert missing == {}


def facts(document: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """What each operation takes in its query and headers, and its statuses of success."""
    found = {}
    for path, item in document["paths"].items():
        for method in item.keys() & METHODS:
            places = [
                resolved(document, one)
                for one in [*item.get("parameters", []), *item[method].get("parameters", [])]
            ]
            named = {f"{place['in']} {place['name'].lower()}" for place in places if place["in"] != "path"}
            done = {status for status in item[method]["responses"] if status[0] in "23"}
            found[method, nameless(path)] = (named | done) - {"header content-type"}
    return found


def resolved(document: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """What a reference means, or the thing itself."""
    found: Any = document if "$ref" in one else one
    for part in one.get("$ref", "#").split("/")[1:]:
        found = found[part.replace("~1", "/")]
    return dict(found)
