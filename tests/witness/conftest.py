"""A platform whose every answer is heard and held against Apify's OpenAPI file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from runmon.local import app
from runmon.local.app import LocalPlatform
from runmon.local.registry import Registry
from tests.witness.contract import violations
from tests.witness.installed import install_node_packages, install_previous_client, once
from tests.witness.tap import Tap

collect_ignore = [] if shutil.which("node") and shutil.which("npm") else ["test_javascript.py"]


@pytest.fixture(scope="session")
def previous_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the previous major version of Apify's client and what it needs."""
    return once(tmp_path_factory, "apify-client-2", install_previous_client)


@pytest.fixture(scope="session")
def node_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which an Actor in JavaScript finds the Apify SDK and Crawlee."""
    return once(tmp_path_factory, "node-packages", install_node_packages)


@pytest.fixture
def tap(monkeypatch: pytest.MonkeyPatch) -> Tap:
    """Hears the platforms of this test."""
    found, whole = Tap(), app.guarded

    def tapped(registry: Registry, **options: Any) -> ASGIApp:
        return found.on(whole(registry, **options))

    monkeypatch.setattr(app, "guarded", tapped)
    return found


@pytest.fixture
def platform(tap: Tap, tmp_path: Path) -> Iterator[LocalPlatform]:
    """A platform that must crash nowhere and tell nothing that Apify's own would not."""
    with LocalPlatform(home=tmp_path / "home") as running:
        yield running
    assert list(running.registry.crashes) == []
    assert violations(tap.heard) == []
