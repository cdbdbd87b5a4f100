"""Runs: the object, the list, and what can be done to one (API.md §1, §3, §4).

A method that takes a `run` takes its id, or `LastRun(actor)`: the platform then means whichever is the last
when it is asked, so bind an id before you change anything.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from runmon.api import wire
from runmon.api.calls import JSON_TYPE, SMALL_SECONDS, Call, Calls, json_of
from runmon.api.paging import by_offset
from runmon.api.paths import Spot, of_run
from runmon.model.document import Document
from runmon.model.run import LastRun, Run, RunRef, RunShort, RunsPage

LONGEST_WAIT_S = 60
"""The server waits no longer for a run to finish (API.md §4)."""


class RunCalls(Calls):
    """`/v2/actor-runs`, `/v2/actors/{id}/runs/last` and `/v2/users/me`."""

    async def run(self, run: RunRef, *, wait_s: int = 0) -> Document[Run]:
        """The run object; with `wait_s` (0…60 seconds) the answer comes at the end of the run or after it.

        Servers exist that ignore the wait and answer at once: keep your own pace. Right after the end, stats
        and cost are preliminary for about ten seconds. Without a token, cost is hidden.
        """
        wait = max(0, min(wait_s, LONGEST_WAIT_S))
        call = Call(of_run(run), query={"waitForFinish": wait or None}, seconds=SMALL_SECONDS + wait)
        return await self._run_of(call)

    async def last_run(self, actor: str, *, status: str | None = None) -> Document[Run]:
        """The last run of an Actor (`user/actor`, `user~actor` or its id), of that status where given."""
        return await self.run(LastRun(actor, status))

    async def runs(
        self,
        *,
        limit: int = 100,
        offset: int = 0,
        desc: bool = True,
        status: str | None = None,
        started_after: datetime | None = None,
        started_before: datetime | None = None,
    ) -> RunsPage:
        """One page of the account's runs, by start; `status` may be a comma list, times are inclusive.

        NeedsToken without a token.
        """
        query = {
            "limit": limit,
            "offset": offset,
            "desc": desc,
            "status": status,
            "startedAfter": _iso(started_after),
            "startedBefore": _iso(started_before),
        }
        call = Call(Spot(("actor-runs",), {}, "list of runs"), query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, RunsPage, RunShort, call.what))

    async def every_run(
        self, *, desc: bool = True, status: str | None = None, page: int = 1000
    ) -> AsyncIterator[RunShort]:
        """All runs of the account, page by page, until a page is empty."""

        async def at(offset: int) -> tuple[list[RunShort], int]:
            found = await self.runs(limit=page, offset=offset, desc=desc, status=status)
            return found.items, len(found.items)

        async for run in by_offset(at):
            yield run

    async def update_run(
        self,
        run: RunRef,
        *,
        status_message: str | None = None,
        is_terminal: bool | None = None,
        general_access: str | None = None,
    ) -> Document[Run]:
        """Set the status message, whether it is the last, or who may read the run; None leaves as it is."""
        content = {
            "statusMessage": status_message,
            "isStatusMessageTerminal": is_terminal,
            "generalAccess": general_access,
        }
        return await self._run_of(Call(of_run(run), method="PUT", content=json_of(content)))

    async def delete_run(self, run: RunRef) -> None:
        """Delete a finished run for good; Refused while it runs."""
        await self._do(Call(of_run(run), method="DELETE", repeatable=False))

    async def abort(self, run: RunRef, *, gracefully: bool = False) -> Document[Run]:
        """Ask a run to end: at once, or `gracefully` within 30 s. A no-op on a finished run."""
        return await self._act(run, "abort", {"gracefully": gracefully or None}, repeatable=True)

    async def reboot(self, run: RunRef) -> Document[Run]:
        """Restart the container of a running run; Forbidden (`job-finished`) on a finished one."""
        return await self._act(run, "reboot", {})

    async def resurrect(
        self,
        run: RunRef,
        *,
        build: str | None = None,
        timeout_s: int | None = None,
        memory_mb: int | None = None,
        max_items: int | None = None,
        max_total_charge_usd: float | None = None,
        restart_on_error: bool | None = None,
    ) -> Document[Run]:
        """Start a finished run again on its storages. Never sent twice: on a LinkError, ask for the run."""
        query = {
            "build": build,
            "timeout": timeout_s,
            "memory": memory_mb,
            "maxItems": max_items,
            "maxTotalChargeUsd": max_total_charge_usd,
            "restartOnError": restart_on_error,
        }
        return await self._act(run, "resurrect", query)

    async def metamorph(
        self,
        run: RunRef,
        *,
        actor: str,
        build: str | None = None,
        content: bytes | None = None,
        content_type: str = JSON_TYPE,
    ) -> Document[Run]:
        """Turn a running run into one of another Actor, with `content` as its input."""
        spot, query = of_run(run).below("metamorph"), {"targetActorId": actor, "build": build}
        call = Call(
            spot, query=query, method="POST", content=content, content_type=content_type, repeatable=False
        )
        return await self._run_of(call)

    async def charge(
        self, run: RunRef, *, event: str, count: int = 1, idempotency_key: str | None = None
    ) -> None:
        """Charge `count` events; the same key is charged once, so that it is safe to send again."""
        key = idempotency_key or f"{event}-{os.urandom(12).hex()}"
        content = json_of({"eventName": event, "count": count})
        spot = of_run(run).below("charge")
        await self._do(Call(spot, method="POST", headers={"idempotency-key": key}, content=content))

    async def me(self) -> dict[str, Any]:
        """The account that the token belongs to; NeedsToken without one."""
        call = Call(Spot(("users", "me"), {}, "account"))
        return await self._ask(call, lambda answer: wire.mapping(answer.body, call.what))

    async def _act(
        self, run: RunRef, action: str, query: Mapping[str, Any], *, repeatable: bool = False
    ) -> Document[Run]:
        spot = of_run(run).below(action)
        return await self._run_of(Call(spot, query=query, method="POST", repeatable=repeatable))

    async def _run_of(self, call: Call) -> Document[Run]:
        return await self._ask(call, lambda answer: wire.document(answer.body, Run, call.what))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
