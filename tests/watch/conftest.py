"""A watch over a scriptable origin, on a clock that only the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.watch.events import Pane
from runmon.watch.pace import Pace
from runmon.watch.watch import Watch
from tests.origin import RUN_ID, Begin, Ear, HeldClock, Origin, Watched


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    made = Origin()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def clock(origin: Origin) -> HeldClock:
    return origin.clock


@pytest.fixture
async def start(origin: Origin, clock: HeldClock) -> AsyncIterator[Begin]:
    """Call it to begin a watch over the origin; it ends with the test."""
    begun: list[tuple[Watched, Api]] = []

    async def begin(*, panes: tuple[Pane, ...] = (), token: bool = True, **options: Any) -> Watched:
        api = Api(address(origin.url), Token("test-token") if token else None)
        watch = Watch(api, RUN_ID, clock=clock, pace=options.pop("pace", Pace()), **options)
        await watch.__aenter__()
        watch.show(panes)
        watched = Watched(origin, clock, watch, Ear(watch))
        begun.append((watched, api))
        return watched

    yield begin
    for watched, api in begun:
        await watched.watch.__aexit__(None, None, None)
        await watched.ear.stop()
        await api.aclose()
        assert watched.watch.faults == () or watched.breaks
