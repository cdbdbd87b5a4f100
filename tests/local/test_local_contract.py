"""An outside witness: schemathesis asks what our own description allows and forbids, ten thousand times."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from runmon.local import actor_routes, run_routes
from runmon.local.app import LocalPlatform
from runmon.local.identity import actor_id
from runmon.local.registry import STORES
from runmon.local.request_file import request_id
from runmon.local.runner import RunSpec

SEED = 20_261_124
CALLS = 10_000
PARTS = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DONE, BUSY = "doneRun0000000001", "busyRun0000000001"
KINDS = {"defaultDatasetId": "Dataset", "defaultKeyValueStoreId": "Store", "defaultRequestQueueId": "Queue"}
LIVES = (sys.executable, "-S", "-c", "import signal; print('up', flush=True); signal.pause()")
KEYS = ["OUTPUT", "page.html", "a!b'(c)", "gone"]
REQUESTS = ["http://x/0", "http://x/1", "http://x/2", "gone"]
HOLDERS = ("runId", "actorId", "datasetId", "storeId", "queueId")
PROCESS_EACH = ("/abort", "/reboot", "/metamorph", "/resurrect", "/runs")
"""What may start or end a process: asked less often."""


def storages(name: str) -> dict[str, str]:
    """Ids of a run's storages that stay the same when the run is made anew."""
    return {field: f"{name}{kind}000001" for field, kind in KINDS.items()}


class Estate:
    """A platform with a finished and a running run, whatever the last call deleted or ended."""

    def __init__(self, platform: LocalPlatform, root: Path) -> None:
        self.platform = platform
        self.root = root
        self.client = requests.Session()
        self.client.trust_env = False
        self.client.headers["authorization"] = f"Bearer {platform.token}"
        for name in ("done", "busy"):
            platform.register(name, LIVES)

    def post(self, path: str, **body: Any) -> None:
        answer = self.client.post(f"{self.platform.url}/v2{path}", **body)
        assert answer.ok, answer.text

    def restock(self) -> None:
        """Make again what is missing, end what was started."""
        runs = self.platform.registry.runs
        for other in runs.keys() - {DONE, BUSY}:
            self.forget(other)
        done = runs.get(DONE)
        if done is None or not done.final or any(done.store(kind).dropped for kind in STORES):
            self.finished()
        if BUSY not in runs or runs[BUSY].data["status"] != "RUNNING":
            self.running()

    def forget(self, run: str) -> None:
        """End a run and delete it."""
        self.platform.abort(run, gracefully=False)
        self.platform.wait(run, 60)
        assert self.client.delete(f"{self.platform.url}/v2/actor-runs/{run}").ok

    def finished(self) -> None:
        """A run that is over, with items, records and requests."""
        if DONE in self.platform.registry.runs:
            self.forget(DONE)
        fields = {"id": DONE, "status": "RUNNING", **storages("done")}
        self.platform.create(self.root / "done", run=fields, actor="done")
        self.fill(DONE)
        self.platform.abort(DONE, gracefully=False)

    def running(self) -> None:
        """A run with a process."""
        if BUSY in self.platform.registry.runs:
            self.platform.abort(BUSY, gracefully=False)
            self.platform.wait(BUSY, 60)
            self.post(f"/actor-runs/{BUSY}/resurrect")
            return
        fields = {"id": BUSY, **storages("busy")}
        self.platform.start(RunSpec(LIVES, self.root / "busy", actor_name="busy", run=fields))
        self.fill(BUSY)

    def fill(self, run: str) -> None:
        items = [{"n": n, "#hidden": {"deep": [n, None]}, "tags": ["a", "b"], "ü": "<&>"} for n in range(20)]
        self.post(f"/actor-runs/{run}/dataset/items", json=[*items, {}, {"price": 1.0}])
        for key in KEYS[:-1]:
            kind = {"content-type": "text/html" if key == "page.html" else "application/json"}
            self.post(f"/actor-runs/{run}/key-value-store/records/{key}", data=b'{"a": 1}', headers=kind)
        waiting = [{"url": url, "uniqueKey": url, "userData": {"depth": 1}} for url in REQUESTS[:-1]]
        self.post(f"/actor-runs/{run}/request-queue/requests/batch", json=waiting)


def places(method: str) -> dict[str, list[str]]:
    """What stands in a path; only the finished run's things are deleted."""
    runs = {"done": DONE} if method == "delete" else {"done": DONE, "busy": BUSY}
    return {
        "runId": list(runs.values()),
        "actorId": [actor_id(name) for name in runs] + [f"local~{name}" for name in runs],
        "datasetId": [storages(name)["defaultDatasetId"] for name in runs],
        "storeId": [storages(name)["defaultKeyValueStoreId"] for name in runs],
        "queueId": [storages(name)["defaultRequestQueueId"] for name in runs],
        "recordKey": KEYS,
        "requestId": [request_id(url) for url in REQUESTS],
    }


def settled(document: dict[str, Any]) -> dict[str, Any]:
    """The description with the estate's own ids in its paths, and statuses that its runs have."""
    for path in document["paths"].values():
        for method, operation in path.items():
            known = {**places(method), "status": ["ABORTED,RUNNING", "RUNNING"], "origin": ["DEVELOPMENT"]}
            for parameter in operation["parameters"]:
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": known[parameter["name"]]}
    return document


@pytest.fixture
def estate(platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """Nobody waits for the end of a run here."""
    monkeypatch.setattr(run_routes, "WAIT_LIMIT_S", 0)
    monkeypatch.setattr(actor_routes, "WAIT_LIMIT_S", 0)
    platform.registry.home = tmp_path / "home"
    made = Estate(platform, tmp_path)
    yield made
    made.client.close()


def twins(estate: Estate) -> list[list[Any]]:
    """The described operations, those together that mean the same: a GET, its HEAD, and every prefix."""
    address = f"{estate.platform.url}/v2/openapi.json"
    found = schemathesis.openapi.from_dict(settled(estate.client.get(address).json()))
    found.config.update(base_url=estate.platform.url)
    groups: dict[str, list[Any]] = {}
    for each in found.get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        groups.setdefault(operation.definition.raw["summary"], []).append(operation)
    return [sorted(group, key=lambda one: -len(one.query)) for group in groups.values()]


def examples(operation: Any) -> st.SearchStrategy[Any]:
    """Calls that keep to the description, and calls that break it where it can be broken."""
    good: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not operation.query and not operation.path_parameters and not operation.body:
        return good
    return st.one_of(good, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def moved(case: Any, twin: Any) -> Any:
    """The same call at a twin: its id of the same run's thing, or the same nonsense."""
    given = dict(case.path_parameters)
    for place in twin.path_parameters:
        if place.name not in given and place.name in HOLDERS:
            held = next(name for name in given if name in HOLDERS)
            known = places(case.operation.method)[held]
            value, others = given.pop(held), places(twin.method)[place.name]
            given[place.name] = others[known.index(value) % len(others)] if value in known else value
    call = {name: getattr(case, name) for name in ("query", "headers", "body", "media_type")}
    return twin.Case(path_parameters=given, **call)


def tamed(case: Any) -> Any:
    """A call that ends: nobody follows a running run's log. And JSON behind a byte order mark is no JSON."""
    if yes(case, "stream"):
        case.path_parameters = dict.fromkeys(case.path_parameters, DONE) | (
            {"actorId": "done"} if "actorId" in case.path_parameters else {}
        )
    if yes(case, "bom") and case.query.get("format", "json") == "json":
        del case.query["bom"]
    return case


def yes(case: Any, name: str) -> bool:
    """Whether a flag of a call says yes."""
    return str(case.query.get(name, "")).lower() in {"true", "1"}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_a_crash_or_undescribed_in_ten_thousand_calls(estate: Estate, part: int) -> None:
    groups = twins(estate)[part::PARTS]
    asked = turn = 0
    while asked < CALLS // PARTS:
        asked += sum(called(estate, group, turn) for group in groups)
        turn += 1
    assert list(estate.platform.registry.crashes) == []


def called(estate: Estate, group: list[Any], turn: int) -> int:
    """How many calls the operations of a group were given."""
    count = 0

    @seed(SEED + turn)
    @settings(
        max_examples=2 if group[0].path.endswith(PROCESS_EACH) else 10,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=examples(group[0]))
    def each(case: Any) -> None:
        nonlocal count
        for call in [case, *(moved(case, twin) for twin in group[1:])]:
            estate.restock()
            answer = tamed(call).call(session=estate.client, timeout=60)
            call.validate_response(answer, checks=CHECKS)
            count += 1

    each()
    return count
