"""Following the runs of a place: what is asked, how often, and what is not asked twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.model.run_filter import parse
from runmon.model.run_list import RunList
from runmon.model.state import Condition
from runmon.watch.runs import PAGE, RunsFeed, RunsPace
from tests.loopback import Seen, Server
from tests.ui.screens import serving

QUICK = RunsPace(list_s=0.02, row_s=0.05, rest_s=0.0, burst=500, per_second=500)
START = "2026-11-25T10:00:00.000Z"


def answer(data: Any, status: str = "200 OK") -> bytes:
    body = json.dumps(data).encode()
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status.encode(), len(body), body,
    )  # fmt: skip


class Account:
    """Some runs on a server."""

    def __init__(self, *statuses: str, total: int = 0) -> None:
        self.runs = {
            f"run{number}": {"id": f"run{number}", "status": status, "actId": "act", "startedAt": START,
                             "defaultDatasetId": f"data{number}", "usageTotalUsd": 0.1}
            for number, status in enumerate(statuses)
        }  # fmt: skip
        self.total = total or len(statuses)
        self.log = b"2026-11-25T10:00:00.000Z ERROR no price\n"

    def __call__(self, seen: Seen) -> bytes:
        *_, kind, last = ("", *seen.path.strip("/").split("/"))
        if last == "actor-runs":
            return answer({"data": {"items": list(self.runs.values()), "total": self.total}})
        if last == "log":
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.log), self.log)
        if kind == "datasets":
            return answer({"data": {"id": last, "itemCount": 7}})
        if kind == "actors":
            return answer({"data": {"id": last, "name": "shop"}})
        if last in self.runs:
            return answer({"data": {**self.runs[last], "statusMessage": "said", "exitCode": 1}})
        return answer({"error": {"type": "record-not-found", "message": "no"}}, "404 Not Found")


@asynccontextmanager
async def following(
    account: Callable[[Seen], bytes | None], pace: RunsPace = QUICK
) -> AsyncIterator[tuple[RunsFeed, Server]]:
    async with serving(account) as server:
        api = Api(address(server.url), Token("test-token-0123456789"))
        async with RunsFeed(api, RunList(), place="apify", told=lambda: None, pace=pace) as feed:
            yield feed, server


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def asked(server: Server) -> Counter[str]:
    return Counter(seen.path.removeprefix("/v2/") for seen in server.seen)


async def test_only_rows_on_screen_are_read_and_each_fact_once() -> None:
    async with following(Account("FAILED", "SUCCEEDED", "FAILED")) as (feed, server):
        await until(lambda: len(feed.runs) == 3)
        assert set(asked(server)) == {"actor-runs"}, "nothing is read of rows that nobody sees"

        feed.want(["run0", "run1"])
        await until(lambda: (run := feed.runs.get("run0")) and run.error == "no price")
        await until(lambda: (run := feed.runs.get("run1")) and run.run is not None and run.items == 7)
        lists = asked(server)["actor-runs"]
        await until(lambda: asked(server)["actor-runs"] > lists + 3)

        counted = asked(server)
        del counted["actor-runs"]
        assert counted == {
            "actor-runs/run0": 1, "actor-runs/run0/log": 1, "datasets/data0": 1, "actor-runs/run1": 1,
            "datasets/data1": 1, "actors/act": 1,
        }  # fmt: skip
        assert [run.name for run in feed.runs] == ["shop"] * 3
        order = [seen.path for seen in server.seen if not seen.path.endswith("actor-runs")]
        assert order[0].endswith("run0"), "why a run failed comes first"


async def test_a_status_that_changes_is_looked_into_again() -> None:
    account = Account("RUNNING")
    async with following(account) as (feed, _server):
        feed.want(["run0"])
        await until(lambda: (run := feed.runs.get("run0")) and run.run is not None)
        account.runs["run0"] = {**account.runs["run0"], "status": "FAILED"}

        await until(lambda: (run := feed.runs.get("run0")) and run.error == "no price" and run.failed)


async def test_a_long_log_that_the_server_gives_only_whole_is_left_alone() -> None:
    account = Account("FAILED")
    account.log = b"x" * 600_000
    async with following(account) as (feed, _server):
        feed.want(["run0"])
        await until(lambda: (run := feed.runs.get("run0")) and run.error == "")


async def test_questions_about_rows_keep_to_their_allowance() -> None:
    pace = RunsPace(list_s=60, row_s=60, rest_s=0.0, burst=5, per_second=0.001)
    async with following(Account(*["FAILED"] * 20), pace) as (feed, server):
        await until(lambda: len(feed.runs) == 20)
        feed.want([f"run{number}" for number in range(20)])
        await until(lambda: len(server.seen) >= 6)
        await asyncio.sleep(0.2)

        assert len(server.seen) == 6, "the list, and five questions"


async def test_nothing_is_asked_while_nobody_looks() -> None:
    async with following(Account("RUNNING")) as (feed, server):
        feed.want(["run0"])
        await until(lambda: (run := feed.runs.get("run0")) and run.run is not None)
        feed.rest(True)
        await asyncio.sleep(0.15)
        asked_before = len(server.seen)
        await asyncio.sleep(0.3)
        assert len(server.seen) <= asked_before + 1

        feed.rest(False)
        await until(lambda: len(server.seen) > asked_before + 2)


async def test_the_filter_and_further_pages_are_asked_of_the_server() -> None:
    async with following(Account("FAILED", total=3 * PAGE)) as (feed, server):
        await until(lambda: feed.total == 3 * PAGE)
        feed.more()
        await until(lambda: any(seen.query.get("offset") == [str(PAGE)] for seen in server.seen))
        feed.narrow(parse("bad since:2h"))
        await until(lambda: server.seen[-1].query.get("status") == ["ABORTED,FAILED,TIMED-OUT"])
        assert "startedAfter" in server.seen[-1].query


async def test_a_no_is_kept_until_somebody_asks_again() -> None:
    def refuse(seen: Seen) -> bytes:
        return answer({"error": {"type": "invalid-token", "message": "no"}}, "401 Unauthorized")

    async with following(refuse) as (feed, server):
        await until(lambda: feed.refused is not None)
        assert feed.state.condition is Condition.NEEDS_TOKEN
        await asyncio.sleep(0.1)
        assert len(server.seen) == 1

        feed.refresh()
        await until(lambda: len(server.seen) == 2)


async def test_an_outage_is_told_and_survived() -> None:
    account, down = Account("RUNNING"), [False]
    async with following(lambda seen: None if down[0] else account(seen)) as (feed, _server):
        await until(lambda: feed.state.condition is Condition.LIVE)
        down[0] = True
        await until(lambda: feed.state.condition is Condition.RECONNECTING)
        down[0] = False
        feed.refresh()
        await until(lambda: feed.state.condition is Condition.LIVE)
