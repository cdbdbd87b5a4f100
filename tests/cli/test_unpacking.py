"""A bundle on its way to the screen: a person sees how far it is, and a signal leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import zipfile
from pathlib import Path

import pexpect
import pytest

LONG_S = 60
FILES = 20_000


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that takes seconds to unpack."""
    path = tmp_path_factory.mktemp("bundles") / "night.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1, FILES + 1):
            archive.writestr(f"datasets/default/{number:09}.json", b"{}")
    return path


def opening(bundle: Path, place: Path, *command: str) -> pexpect.spawn[bytes]:
    return pexpect.spawn(
        sys.executable,
        ["-m", "runmon", *command, str(bundle)],
        cwd=str(place),
        env=os.environ | {"TERM": "xterm-256color", "TMPDIR": str(place)},
        timeout=LONG_S,
    )


@pytest.mark.parametrize("command", [("open",), ("serve", "--port", "0")])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_while_a_bundle_is_unpacked_leaves_nothing_behind(
    bundle: Path, tmp_path: Path, command: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    child = opening(bundle, tmp_path, *command)
    child.expect(rb"Unpacking night.zip \xe2\x80\xa6 +\d+ %")

    child.kill(number)
    told = child.read()
    child.wait()

    assert child.exitstatus == code
    assert b"The platform answers" not in told
    assert list(tmp_path.glob("runmon-bundle-*")) == []
