"""Whatever a server does to its log and its run, in whatever order: the follower ends up with what it has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.watch import reading, tail
from runmon.watch.events import Condition, Pane
from runmon.watch.pace import Pace
from runmon.watch.reading import Part
from runmon.watch.watch import Watch
from tests.origin import RUN_ID, Ear, Fault, Origin, Watched

RUN = f"actor-runs/{RUN_ID}"
PARTS = (f"{RUN}/log", f"{RUN}/dataset")
TEXT = st.sampled_from(
    [b"one\n", b"half a line", b"\r\n\n", b"\xff\xfe\n", b"2026-11-24T10:00:00.000Z x\n" * 900]
)
FAULTS = st.sampled_from(["fin", "reset", "end", "hole", "corrupt", "status", "refuse"])


class Follower(RuleBasedStateMachine):
    """One watch over one origin."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.origin = Origin()
        self.patch = pytest.MonkeyPatch()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(work, 60))

    @initialize(ranges=st.booleans(), waits=st.booleans(), text=TEXT, small=st.booleans())
    def begin(self, ranges: bool, waits: bool, text: bytes, small: bool) -> None:
        """`small`: a log of some lines is one that is begun at its end."""
        if small:
            self.patch.setattr(tail, "LAST", Part(last_bytes=8))
            self.patch.setattr(reading, "OVERLAP", 4)
        self.origin.ranges, self.origin.waits, self.origin.log = ranges, waits, text
        self.do(self._begin())

    async def _begin(self) -> None:
        await self.origin.start()
        self.api = Api(address(self.origin.url), Token("t"))
        watch = Watch(self.api, RUN_ID, clock=self.origin.clock, pace=Pace(silence_s=(10.0,)))
        await watch.__aenter__()
        watch.show(tuple(Pane))
        self.watched = Watched(self.origin, self.origin.clock, watch, Ear(watch))

    @rule(text=TEXT)
    def append(self, text: bytes) -> None:
        self.origin.write(text)

    @rule(seconds=st.sampled_from([0.3, 2.0, 12.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.do(self.watched.clock.advance(seconds))

    @rule(kind=FAULTS, after=st.sampled_from([0, 1, 10, 5000, 70_000]))
    def break_the_next_connection(self, kind: str, after: int) -> None:
        self.origin.faults.append(Fault(kind, after))

    @rule()
    def cut(self) -> None:
        self.origin.cut_all()

    @precondition(lambda self: self.origin.log)
    @rule(part=st.floats(0, 1))
    def truncate(self, part: float) -> None:
        self.origin.log = self.origin.log[: int(len(self.origin.log) * part)]
        self.origin.cut_all()

    @precondition(lambda self: self.origin.log)
    @rule(part=st.floats(0, 0.99))
    def rewrite(self, part: float) -> None:
        at = int(len(self.origin.log) * part)
        self.origin.log = self.origin.log[:at] + b"!" + self.origin.log[at + 1 :]
        self.origin.cut_all()

    @rule(status=st.sampled_from(["SUCCEEDED", "FAILED"]))
    def finish(self, status: str) -> None:
        self.origin.finish(status)

    @rule()
    def resurrect(self) -> None:
        self.origin.resurrect()

    @rule(
        path=st.sampled_from([RUN, *PARTS]),
        status=st.sampled_from([401, 403, 404, 429, 500]),
    )
    def refuse(self, path: str, status: int) -> None:
        self.origin.answers[path] = (status, {"type": "as-told", "message": "no"})

    @rule()
    def allow(self) -> None:
        self.origin.answers.clear()
        self.watched.watch.refresh()

    def teardown(self) -> None:
        try:
            if hasattr(self, "watched"):
                self.do(self._end())
        finally:
            self.patch.undo()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    async def _end(self) -> None:
        """All is well again and the run is over: nothing may be missing, and every pane says so."""
        origin, watched = self.origin, self.watched
        origin.answers.clear()
        origin.faults.clear()
        origin.finish()
        watched.watch.refresh()
        try:
            await watched.until(lambda: watched.ear.complete and watched.log() == origin.log)
            for pane in Pane:
                await watched.until_state(pane, Condition.COMPLETE)
            assert watched.watch.faults == ()
        finally:
            await watched.watch.__aexit__(None, None, None)
            await watched.ear.stop()
            await self.api.aclose()
            await origin.stop()


Follower.TestCase.settings = settings(
    deadline=None, max_examples=20, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)
TestFollower = Follower.TestCase
