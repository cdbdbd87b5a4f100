"""The whole run object is a key away, unknown fields included, and its input has a pane."""

from __future__ import annotations

import json

from tests.loopback import data
from tests.ui.screens import run_shown, serving

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
