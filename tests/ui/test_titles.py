"""A pane's title: its name is whole whatever its state has to say."""

from __future__ import annotations

import pytest

from runmon.model.state import Condition, PaneState
from runmon.ui.widgets.pane import Pane
from tests.loopback import data
from tests.ui.screens import run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"


@pytest.mark.parametrize(
    ("pane", "size", "name", "state"),
    [
        ("status", (120, 40), "─ 1 Status ─", "─ ↻ 2"),
        ("queue", (160, 45), "5 Queue  0 ─ 6 Input ─", "─ ↻ 2"),
        ("log", (120, 40), "─ 2 Log  1 line ─", "─ ↻ reconnecting in 2"),
    ],
)
async def test_a_name_stays_whole_while_a_pane_is_reconnecting(
    pane: str, size: tuple[int, int], name: str, state: str
) -> None:
    async with (
        serving(lambda seen: data({"id": RUN_ID, "status": "RUNNING"})) as server,
        run_shown(server.url, RUN_ID, size=size) as shown,
    ):
        await shown.until_text("● RUNNING")
        shown.app.screen.query_one(f"#{pane}", Pane).state = PaneState(
            Condition.RECONNECTING, retry_at=shown.app.clock.monotonic() + 299
        )
        await shown.until_text(name, state)
