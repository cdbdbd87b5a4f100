"""Who may ask, and when: one caller in an outage, everybody in turn after it, never more than promised."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.errors import CutShort, RateLimited, Unreachable
from runmon.watch.pace import Backoff, Budget, Link
from tests.origin import HeldClock


class Caller:
    """Somebody who asks through a link, and is answered when the test says how."""

    def __init__(self, link: Link, order: int) -> None:
        self.inside = False
        self.waits_until: float | None = None
        self.answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(self._ask(link, order))

    async def _ask(self, link: Link, order: int) -> None:
        async with link.turn(order, self._waiting):
            self.inside = True
            await self.answer

    def _waiting(self, retry_at: float) -> None:
        self.waits_until = retry_at

    async def fail(self) -> None:
        self.answer.set_exception(Unreachable("No connection."))
        with pytest.raises(Unreachable):
            await self.task

    async def succeed(self) -> None:
        self.answer.set_result(None)
        await self.task


async def outage(clock: HeldClock) -> Link:
    link = Link(clock, chance=lambda: 1.0)
    await Caller(link, 0).fail()
    return link


async def test_in_an_outage_one_caller_tries_while_the_others_wait() -> None:
    clock = HeldClock()
    link = await outage(clock)
    callers = [Caller(link, order) for order in range(3)]
    await clock.advance(10)
    assert [one.inside for one in callers] == [True, False, False]
    assert all(one.waits_until is not None for one in callers)
    await callers[0].fail()
    await clock.advance(10)
    assert [one.inside for one in callers] == [True, True, False]
    for one in callers:
        one.task.cancel()


async def test_when_the_server_is_back_the_others_follow_in_turn() -> None:
    clock = HeldClock()
    link = await outage(clock)
    callers = [Caller(link, order) for order in range(3)]
    await clock.advance(5)
    await callers[0].succeed()
    await clock.advance(0.21)
    assert [one.inside for one in callers] == [True, True, False]
    await clock.advance(0.2)
    assert callers[2].inside
    for one in callers[1:]:
        await one.succeed()


async def test_a_caller_that_is_cancelled_leaves_its_place_to_the_next() -> None:
    clock = HeldClock()
    link = await outage(clock)
    first, second = Caller(link, 0), Caller(link, 1)
    await clock.advance(0.1)
    first.task.cancel()
    await clock.advance(5)
    assert second.inside
    await second.succeed()


async def test_a_person_in_a_hurry_need_not_wait() -> None:
    clock = HeldClock()
    link = await outage(clock)
    caller = Caller(link, 0)
    await clock.advance(0.1)
    link.hurry()
    await clock.advance(0.01)
    assert caller.inside
    await caller.succeed()


async def test_a_server_that_answers_at_all_is_no_outage() -> None:
    link = Link(HeldClock())
    with pytest.raises(CutShort):
        async with link.turn(0, lambda at: None):
            raise CutShort("The answer broke off.")
    assert not link.down


@settings(deadline=None)
@given(seed=st.integers(0, 9999), gaps=st.lists(st.floats(0, 5), min_size=50, max_size=80))
def test_retries_of_all_panes_are_at_most_twelve_in_a_minute(seed: int, gaps: list[float]) -> None:
    clock = HeldClock()
    budget, began = Budget(clock), []
    for gap in gaps:
        clock.at += gap + budget.wait_s()
        began.append(clock.at)
    assert max(sum(at <= one < at + 60 for one in began) for at in began) <= 12


@settings(deadline=None)
@given(seed=st.integers(0, 9999))
def test_pauses_begin_short_and_never_pass_half_a_minute(seed: int) -> None:
    backoff = Backoff(random.Random(seed).random)
    pauses = [backoff.pause() for _ in range(40)]
    assert pauses[0] <= 0.5
    assert max(pauses[:8]) <= 2
    assert max(pauses) <= 30
    assert max(pauses) > 2
    backoff.reset()
    assert backoff.pause() <= 0.5


def test_what_the_server_asks_for_is_waited_at_least() -> None:
    assert Backoff(lambda: 0.0).pause(RateLimited("Slow down.", retry_after=42)) == 42
