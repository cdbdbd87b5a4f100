"""What a screen with every pane on show costs the server, counted there (SAFETY.md §3)."""

from __future__ import annotations

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.ui.app import RunmonApp
from runmon.ui.screens.run import RunScreen
from runmon.watch.events import Condition, Pane
from runmon.watch.pace import FAR
from runmon.watch.watch import Watch
from tests.origin import RUN_ID, HeldClock, Origin

RUN = f"actor-runs/{RUN_ID}"
EMPTY = {"items": [], "limit": 100, "count": 0, "isTruncated": False, "nextExclusiveStartKey": None}


async def seen_in(seconds: float, clock: HeldClock, origin: Origin) -> int:
    """Requests that arrive while so much time passes."""
    before = len(origin.asked)
    await clock.advance(seconds)
    return len(origin.asked) - before


async def test_a_screen_with_every_pane_asks_every_two_seconds_and_in_an_outage_every_five() -> None:
    """B10: at most, 100 s of rest and a minute of outage in which a person goes on asking."""
    origin = Origin(log=b"2026-11-24T10:00:00.000Z a line\n")
    origin.answers = {
        f"{RUN}/dataset/items": (200, b"[]"),
        f"{RUN}/key-value-store/keys": (200, EMPTY),
        f"{RUN}/request-queue/head": (200, EMPTY),
        f"{RUN}/request-queue/requests": (200, EMPTY),
    }
    await origin.start()
    clock, made = origin.clock, list[Watch]()

    def open_screen() -> RunScreen:
        api = Api(address(origin.url), Token("test-token"))
        made.append(Watch(api, RUN_ID, clock=clock, pace=FAR))
        return RunScreen(made[0], api)

    app = RunmonApp(open_screen, clock=clock)
    async with app.run_test(size=(160, 45)) as pilot:
        await pilot.pause()
        watch = made[0]
        await clock.until(lambda: {watch.states[pane].condition for pane in Pane} == {Condition.LIVE})
        await clock.advance(120)
        assert await seen_in(100, clock, origin) <= 50
        assert {one.path for one in origin.asked} >= {RUN, f"{RUN}/dataset", f"{RUN}/request-queue"}
        await origin.stop()
        before = watch._api.meter.total
        await pilot.press("5", *"vvvvvv")
        await clock.advance(60)
        assert watch._api.meter.total - before <= 12
