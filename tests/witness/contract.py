"""Apify's OpenAPI file as a judge: which operation a request was, and whether its answer keeps to it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.witness.tap import Exchange

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT.parent / "shared" / "api" / "openapi-run-group.json"
OPERATIONS = Path(__file__).parents[1] / "data" / "run-group-operations.txt"
METHODS = ("get", "put", "post", "delete")
TWINS = {
    "datasets": "dataset",
    "key-value-stores": "key-value-store",
    "request-queues": "request-queue",
}
"""Storages by id have the operations of a run's own."""
OF_A_KIND = 25
"""How many answers of one operation and status are validated; a crawl gives thousands alike."""


@cache
def document() -> dict[str, Any]:
    """The OpenAPI file; empty where it is not there, and then nothing is judged."""
    return json.loads(DOCUMENT.read_text()) if DOCUMENT.exists() else {}


@cache
def operations() -> tuple[str, ...]:
    """`GET /v2/actor-runs/{runId}` …, of the OpenAPI file or else of the list kept with the tests."""
    paths: dict[str, Any] = document().get("paths", {})
    found = [f"{method.upper()} {path}" for path in paths for method in METHODS if method in paths[path]]
    return tuple(found) or listed()


@cache
def listed() -> tuple[str, ...]:
    """The operations as the tests keep them."""
    return tuple(OPERATIONS.read_text().splitlines())


@cache
def patterns() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of each operation, those without parameters first."""
    split = [(operation, *operation.split(" ")) for operation in operations()]
    split.sort(key=lambda each: each[2].count("{"))
    return [
        (method, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), operation)
        for operation, method, path in split
    ]


def operation_of(method: str, path: str) -> str | None:
    """The operation that a request was; None for what the run group does not have."""
    for known, pattern, operation in patterns():
        if known == method and pattern.fullmatch(twin(path)):
            return operation
    return None


def twin(path: str) -> str:
    """A path below a storage's id as the one below a run, and `acts` as `actors`."""
    below = re.sub(
        r"^/v2/(datasets|key-value-stores|request-queues)/[^/]+",
        lambda found: f"/v2/actor-runs/x/{TWINS[found[1]]}",
        path,
    )
    return below.replace("/v2/acts/", "/v2/actors/", 1)


def violations(heard: Iterable[Exchange]) -> list[str]:
    """What in these answers the OpenAPI file does not allow; nothing where the file is not there."""
    seen: Counter[tuple[str, int]] = Counter()
    found: list[str] = []
    for exchange in heard:
        operation = operation_of(exchange.method, exchange.path)
        if not document() or operation is None or not exchange.ended:
            continue
        seen[operation, exchange.status] += 1
        if seen[operation, exchange.status] <= OF_A_KIND:
            found += faults(operation, exchange)
    return found


def faults(operation: str, exchange: Exchange) -> list[str]:
    """What one answer does wrong."""
    name = f"{operation} {exchange.status}"
    answer = resolve(described(operation)["responses"].get(str(exchange.status)))
    if answer is None:
        return [f"{name} is not documented: {exchange.body[:200]!r}"]
    kinds = answer.get("content", {})
    kind = exchange.headers.get("content-type", "").partition(";")[0]
    if not kinds or not exchange.body:
        return []
    if kind not in kinds and "*/*" not in kinds and "{recordKey}" not in operation:
        return [f"{name} has the content type {kind!r}, not one of {list(kinds)}"]
    if kind != "application/json" or kind not in kinds or "{recordKey}" in operation:
        return []
    wrong = judge(operation, exchange.status).iter_errors(json.loads(exchange.body))
    return [f"{name} at {error.json_path}: {error.message[:200]}" for error in wrong]


def described(operation: str) -> Any:
    """An operation as the OpenAPI file has it."""
    method, path = operation.split(" ")
    return document()["paths"][path][method.lower()]


def resolve(node: Any) -> Any:
    """What a `$ref` leads to."""
    while isinstance(node, dict) and "$ref" in node:
        steps = node["$ref"].split("/")[1:]
        node = document()
        for step in steps:
            node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


@cache
def judge(operation: str, status: int) -> Draft202012Validator:
    """The validator of an operation's JSON answer."""
    answer = resolve(described(operation)["responses"][str(status)])
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator({"components": document()["components"], **schema})
