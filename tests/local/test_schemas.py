"""The dataset schema of an Actor's project: its views shape the items of runs and of opened folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError

from runmon.local.app import LocalPlatform

VIEW = {"title": "Overview", "transformation": {"fields": ["name", "price"], "omit": ["price"], "limit": 2}}
SCHEMA = {"actorSpecification": 1, "fields": {}, "views": {"overview": VIEW}}


def client(platform: LocalPlatform, run: str) -> Any:
    return ApifyClient(platform.token, api_url=platform.url, max_retries=0).run(run).dataset()


def project(root: Path, storages: dict[str, Any] | None, **files: dict[str, Any]) -> Path:
    """An Actor's project with three items in its storage."""
    (root / ".actor").mkdir(parents=True)
    for name, content in files.items():
        (root / ".actor" / f"{name}.json").write_text(json.dumps(content))
    if storages is not None:
        (root / ".actor" / "actor.json").write_text(
            json.dumps({"actorSpecification": 1, "storages": storages})
        )
    place = root / "storage" / "datasets" / "default"
    place.mkdir(parents=True)
    for number in range(1, 4):
        (place / f"{number:09}.json").write_text(json.dumps({"name": f"n{number}", "price": number, "x": 0}))
    return root


@pytest.mark.parametrize("opened", ["", "storage"])
@pytest.mark.parametrize(
    "storages",
    [
        None,
        {},
        {"dataset": "./dataset_schema.json"},
        {"dataset": "dataset_schema.json"},
        {"dataset": SCHEMA},
        {"datasets": {"default": "./dataset_schema.json"}},
        {"dataset": 3},
    ],
)
def test_a_view_that_the_project_declares_shapes_the_items_of_its_storage(
    platform: LocalPlatform, tmp_path: Path, storages: dict[str, Any] | None, opened: str
) -> None:
    root = project(tmp_path / "shop", storages, dataset_schema=SCHEMA)

    dataset = client(platform, platform.open(root / opened))

    assert dataset.list_items(view="overview").items == [{"name": "n1"}, {"name": "n2"}]
    with pytest.raises(ApifyApiError, match="view does not exist"):
        dataset.list_items(view="other")


def test_a_run_that_is_started_in_a_project_has_its_views(
    platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path / "shop", None, dataset_schema=SCHEMA))
    dataset = client(platform, platform.create(tmp_path / "elsewhere" / "run"))
    dataset.push_items([{"name": "a", "price": 1}])

    assert dataset.list_items(view="overview").items == [{"name": "a"}]


def test_a_folder_that_is_opened_has_nothing_of_the_working_directory(
    platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path / "shop", None, dataset_schema=SCHEMA))
    other = project(tmp_path / "other", None)

    with pytest.raises(ApifyApiError, match="view does not exist"):
        client(platform, platform.open(other)).list_items(view="overview")


@pytest.mark.parametrize("named", ["../../secret.json", "{root}/secret.json", "link.json", "../storage\0x"])
def test_no_schema_is_read_from_outside_the_project(
    platform: LocalPlatform, tmp_path: Path, named: str
) -> None:
    (tmp_path / "secret.json").write_text(json.dumps(SCHEMA))
    root = project(tmp_path / "shop", {"dataset": named.format(root=tmp_path)})
    (root / ".actor" / "link.json").symlink_to(tmp_path / "secret.json")

    with pytest.raises(ApifyApiError, match="view does not exist"):
        client(platform, platform.open(root)).list_items(view="overview")
