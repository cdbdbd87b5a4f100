"""Folders and bundles that anybody may have written: whatever their files hold, every read is answered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform
from runmon.local.run_object import blank

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.sampled_from([*blank(), "id", "defaultDatasetId", "defaultKeyValueStoreId", "storageIds"])
INNER = st.sampled_from(
    ["memoryMbytes", "timeoutSecs", "computeUnits", "origin", "runTimeSecs", "DATASET_READS"]
)
RUNS = st.dictionaries(FIELDS, ODD | st.dictionaries(INNER, ODD, max_size=3), max_size=6)
CARD = st.dictionaries(
    st.sampled_from(
        ["id", "name", "generalAccess", "schema", "createdAt", "created_at", "item_count", "itemCount"]
    ),
    ODD,
    max_size=4,
)
VIEW = st.dictionaries(
    st.sampled_from(["fields", "unwind", "flatten", "omit", "limit", "desc"]), ODD, max_size=4
)
KINDS = {"dataset": "datasets", "key-value-store": "key_value_stores", "request-queue": "request_queues"}
READS = (
    "",
    "/dataset",
    "/dataset/items?format=csv",
    "/dataset/items?view=v",
    "/key-value-store",
    "/key-value-store/keys",
    "/request-queue",
    "/request-queue/head",
    "/request-queue/requests",
    "/log",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run=RUNS, card=CARD, view=VIEW, record=CARD, request=ODD)
@example(run={"status": ["x"]}, card={}, view={}, record={}, request=None)
@example(run={"options": {"memoryMbytes": "x"}, "actId": []}, card={}, view={}, record={}, request={})
@example(run={}, card={"id": "\0"}, view={}, record={}, request={})
@example(run={}, card={"generalAccess": []}, view={"limit": "x", "fields": 3}, record={}, request=[])
@example(
    run={}, card={}, view={"limit": -1, "unwind": [[]]}, record={"generalAccess": {}}, request={"json": 3}
)
def test_whatever_the_files_hold_every_read_is_answered(
    platform: LocalPlatform,
    http: httpx.Client,
    tmp_path: Path,
    run: dict[str, Any],
    card: dict[str, Any],
    view: dict[str, Any],
    record: dict[str, Any],
    request: Any,
) -> None:
    folder = tmp_path / "run"
    write(folder, run, card, view, record, request)

    seen = platform.open(folder)

    answers = [http.get(f"/v2/actor-runs/{seen}{path}") for path in READS]
    answers += [
        http.get(f"/v2/{path}") for path in ("actor-runs", "actors/x/runs", "actor-runs?status=READY")
    ]
    platform.registry.remove(platform.registry.runs[seen])
    shutil.rmtree(folder)
    crashes = [repr(platform.registry.crashes.pop()) for _ in range(len(platform.registry.crashes))]
    assert {answer.status_code for answer in answers} <= {200, 400, 404}, crashes
    assert crashes == []


def write(folder: Path, run: Any, card: dict[str, Any], view: Any, record: Any, request: Any) -> None:
    """A folder with these in it."""
    for place in KINDS.values():
        (folder / place / "default").mkdir(parents=True, exist_ok=True)
        (folder / place / "default" / "__metadata__.json").write_text(json.dumps(card))
    schema = {"schema": {"views": {"v": {"transformation": view}}}}
    files = {
        "run.json": run,
        "datasets/default/__metadata__.json": schema | card,
        "datasets/default/000000001.json": {"a": [1], "b": {"c": 2}},
        "datasets/default/000000002.json": request,
        "key_value_stores/default/K.__metadata__.json": record,
        "key_value_stores/default/K": request,
        "request_queues/default/abcdefghijklmno.json": request,
        "request_queues/default/bcdefghijklmnop.json": {
            "uniqueKey": request,
            "url": request,
            "json": request,
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
