"""A real platform on loopback, a client that holds its token, and what real crawlers left on disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from runmon.local.app import LocalPlatform
from tests.storages import age

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    """A platform that must end the test without a crashed route."""
    with LocalPlatform() as running:
        yield running
    assert list(running.registry.crashes) == []


@pytest.fixture
def http(platform: LocalPlatform) -> Iterator[httpx.Client]:
    """A client with the platform's address and token."""
    headers = {"authorization": f"Bearer {platform.token}"}
    with httpx.Client(base_url=platform.url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str], Path]:
    """`sample("crawlee-js")`: a copy of what a real crawler left, written an hour ago."""

    def copy(name: str) -> Path:
        place = tmp_path / name
        shutil.copytree(SAMPLES / name, place)
        age(place, 3600)
        return place

    return copy
