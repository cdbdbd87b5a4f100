"""The whole run object is a key away, unknown fields included, and its input has a pane."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runmon.ui.widgets.input_pane import InputPane
from tests.loopback import Seen, data, fault
from tests.ui.screens import folder_shown, run_folder, run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"
RUN = {
    "id": RUN_ID,
    "status": "RUNNING",
    "startedAt": "2026-11-24T10:00:00.000Z",
    "quantumFlux": [1.50, {"[/x]": "\u001b[2J"}],
}


async def test_the_run_object_is_shown_as_it_was_sent_is_renewed_and_copied_whole() -> None:
    answer = dict(RUN)
    async with (
        serving(lambda seen: data(answer) if seen.path.endswith(RUN_ID) else None) as server,
        run_shown(server.url, RUN_ID, size=(100, 30)) as shown,
    ):
        await shown.until_text("RUNNING")
        await shown.press("J")
        await shown.until_text("Run object", '"quantumFlux": [', "1.5", "[/x]")
        answer["status"] = "ABORTING"
        await shown.until_text('"status": "ABORTING"')
        await shown.press("Y")
        await shown.until_text("Copied the run object")
        assert json.loads(shown.app.clipboard) == answer
        await shown.press("escape")
        await shown.until_text("Status")


@pytest.mark.parametrize("size", [(200, 55), (120, 40), (80, 24)])
async def test_the_input_is_a_key_away_at_every_size_and_can_be_read_down(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    records = run_folder(tmp_path) / "key_value_stores" / "default"
    (records / "INPUT.json").write_text('{"startUrls": [{"url": "https://shop.example/"}], "depth": 3}')
    async with folder_shown(tmp_path, size=size) as shown:
        await shown.until_text("page 59 read")
        await shown.press("6")
        await shown.until_text("6 Input", '"url": "https://shop.example/"', '"depth": 3')
        await shown.until(lambda: shown.app.screen.query_one(InputPane).has_focus_within)
        await shown.press("3")
        await shown.until_text("Kettle 1")


async def test_after_a_metamorph_the_input_is_the_one_that_took_its_place() -> None:
    keys: list[str] = []

    def answer(seen: Seen) -> bytes | None:
        if seen.path.endswith(RUN_ID):
            return data({**RUN, "metamorphs": [{"inputKey": "INPUT-METAMORPH-1"}]})
        if "/records/" in seen.path:
            keys.append(seen.path.rpartition("/")[2])
            return fault(404, "record-not-found", "Nothing here")
        return None

    async with serving(answer) as server, run_shown(server.url, RUN_ID, size=(100, 30)) as shown:
        await shown.until_text("RUNNING")
        await shown.press("6")
        await shown.until_text("started without an input")
        assert keys[-1] == "INPUT-METAMORPH-1"
