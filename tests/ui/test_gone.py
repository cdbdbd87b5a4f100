"""A run that is deleted while it is watched: what was known stays on the screen, under words that say so."""

from __future__ import annotations

import shutil
from pathlib import Path

from runmon.local.app import LocalPlatform
from tests.loopback import Seen, data, fault
from tests.ui.screens import Shown, folder_shown, run_folder, run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"
SIDE = 46
"""Cells of the column of status and usage at 160 columns."""


def side(shown: Shown) -> str:
    """The words of that column, however they were folded."""
    return " ".join(" ".join(line[:SIDE].strip(" │╭╮") for line in shown.lines).split())


async def test_a_deleted_run_keeps_what_was_known_under_gone_since() -> None:
    """B7: the status message and the run's pane, on the screen."""
    here = [True]
    run = {
        "id": RUN_ID,
        "status": "RUNNING",
        "statusMessage": "Crawled 7 pages",
        "startedAt": "2026-11-24T10:00:00Z",
    }

    def handler(seen: Seen) -> bytes:
        return (
            data(run)
            if here and seen.path.endswith(RUN_ID)
            else fault(404, "record-not-found", "Nothing here")
        )

    async with serving(handler) as server, run_shown(server.url, RUN_ID, size=(160, 45)) as shown:
        await shown.until_text("Crawled 7 pages", "live")
        here.clear()
        await shown.until_text("gone since")
        assert "Crawled 7 pages" in shown.text


async def test_a_deleted_folder_keeps_what_was_known_in_every_pane(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    async with folder_shown(folder, size=(160, 45)) as shown:
        await shown.until(lambda: shown.text.count("complete") >= 4)
        before = "started 2026-11-23 18:16:00"
        assert before in side(shown)

        shutil.rmtree(folder)
        await shown.press("ctrl+r")
        await shown.until(lambda: shown.text.count("✖ gone") >= 6)

        assert "The folder of this run is gone" in side(shown)
        assert before in side(shown) and "Kettle 12" in shown.text and "page 59 read" in shown.text


async def test_a_run_whose_folder_another_run_took_says_so_and_shows_nothing_of_that(tmp_path: Path) -> None:
    with LocalPlatform() as other:
        other.registry.run(other.create(tmp_path / "run")).log.append(b"of the first run\n")
    async with folder_shown(tmp_path / "run", size=(160, 45)) as shown:
        await shown.until_text("of the first run")

        with LocalPlatform() as other:
            other.registry.run(other.create(tmp_path / "run")).log.append(b"of the second run\n")
            await shown.press("ctrl+r")
            await shown.until(lambda: shown.text.count("✖ gone") >= 6)

        assert "Another run has taken this folder's place; leave and open it again to see it." in side(shown)
        assert "of the first run" in shown.text and "of the second run" not in shown.text


async def test_a_folder_without_a_log_says_that_it_keeps_none(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "shop")
    (folder / "log.txt").unlink()
    async with folder_shown(folder, size=(160, 45)) as shown:
        await shown.until_text("not kept", "This folder keeps no log.")
        assert "gone since" not in shown.text
