"""What the first screen does not show is not loaded for it; its cost is paid where it is first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCREEN = "import runmon.ui.app, runmon.ui.screens.run, runmon.api.client, runmon.watch.watch"
PLATFORM = "import runmon.local.app"
FOLDER = f"{SCREEN}, runmon.cli.open, runmon.local.app"


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter holds after a statement."""
    told = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    "heavy",
    [
        "PIL",
        "httpcore",
        "pygments",
        "re2",
        "truststore",
        "runmon.export.records",
        "runmon.insight.crawlee",
        "runmon.insight.failures",
        "runmon.insight.groups",
        "runmon.render.kitty",
        "runmon.ui.jumps",
        "runmon.ui.screens.save_records",
        "runmon.ui.screens.confirm",
        "runmon.ui.screens.item",
        "runmon.ui.screens.record",
        "runmon.ui.terminal_answers",
        "runmon.ui.widgets.record_view",
    ],
)
def test_the_run_screen_does_not_load_what_only_a_person_asks_for(heavy: str) -> None:
    assert heavy not in loaded_by(SCREEN)


@pytest.mark.parametrize("heavy", ["httpx", "http.cookiejar", "runmon.api.network"])
def test_a_folder_is_opened_without_what_asks_over_the_network(heavy: str) -> None:
    assert heavy not in loaded_by(FOLDER)


@pytest.mark.parametrize(
    "heavy", ["psutil", "uvicorn", "xlsxwriter", "runmon.local.runner", "runmon.local.formats", "websockets"]
)
def test_a_platform_that_only_serves_does_not_load_what_starts_actors(heavy: str) -> None:
    assert heavy not in loaded_by(PLATFORM)
