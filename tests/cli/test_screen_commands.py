"""The commands that open the screen, on a real pseudo-terminal: what ends before it, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from runmon.local.app import LocalPlatform

ALTERNATE_SCREEN_LEFT = b"\x1b[?1049l"
CANARY = "apify_api_CaNaRy0123456789"


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with LocalPlatform() as running:
        yield running


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    items = tmp_path / "shop" / "datasets" / "default"
    items.mkdir(parents=True)
    (items / "000000001.json").write_text('{"title": "Blue kettle"}')
    return tmp_path / "shop"


def runmon(*arguments: str, **environment: str) -> pexpect.spawn[bytes]:
    """A runmon on a terminal of its own."""
    return pexpect.spawn(
        sys.executable,
        ["-m", "runmon", *arguments],
        env=os.environ | {"TERM": "xterm-256color", "HOME": "/nonexistent"} | environment,
        dimensions=(30, 120),
        timeout=60,
    )


def ended(child: pexpect.spawn[bytes]) -> tuple[int | None, bytes]:
    told = child.read()
    child.wait()
    return child.exitstatus, told


def test_a_folder_opens_and_q_leaves(storage: Path) -> None:
    child = runmon("open", str(storage))
    child.expect(b"Blue kettle")
    child.send(b"q")

    code, rest = ended(child)

    assert code == 0 and ALTERNATE_SCREEN_LEFT in rest


@pytest.mark.parametrize("form", ["{id}", "{url}/v2/actor-runs/{id}/log?token=x"])
def test_a_run_opens_by_id_or_url_without_naming_a_command(
    platform: LocalPlatform, storage: Path, form: str
) -> None:
    run_id = platform.open(storage)
    target = form.format(id=run_id, url=platform.url)

    child = runmon(target, "--api-url", platform.url, APIFY_TOKEN=platform.token)
    child.expect(b"Blue kettle")
    child.send(b"q")

    code, rest = ended(child)
    assert code == 0 and platform.token.encode() not in rest


@pytest.mark.parametrize(
    ("run_id", "token", "code", "sentence"),
    [
        ("HG7ML7M8z78YcAPEB", None, 250, b"There is no run HG7ML7M8z78YcAPEB"),
        ("HG7ML7M8z78YcAPEB", CANARY, 4, b"does not accept the token"),
    ],
)
def test_what_cannot_be_watched_never_touches_the_screen(
    platform: LocalPlatform, run_id: str, token: str | None, code: int, sentence: bytes
) -> None:
    child = runmon(run_id, "--api-url", platform.url, APIFY_TOKEN=token or platform.token)

    ending, told = ended(child)

    assert ending == code and sentence in told
    assert b"\x1b" not in told and CANARY.encode() not in told


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_a_path_without_a_run_never_touches_the_screen(tmp_path: Path, path: str) -> None:
    code, told = ended(runmon("open", str(tmp_path / path)))

    assert code == 5 and b"folder" in told and b"\x1b" not in told and b"Traceback" not in told
