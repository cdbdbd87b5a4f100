"""A run that is deleted while it is watched: what was known stays on the screen, under words that say so."""

from __future__ import annotations

from tests.loopback import Seen, data, fault
from tests.ui.screens import run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"


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
