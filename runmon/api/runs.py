"""Runs: the object, the list, and what can be done to one (API.md §1, §3, §4)."""

from __future__ import annotations

from typing import Any

import msgspec

from runmon.api import wire
from runmon.api.calls import SMALL_SECONDS, Answer, Call, Calls
from runmon.model.document import Document
from runmon.model.run import Run, RunShort, RunsPage

LONGEST_WAIT_S = 60
"""The server waits no longer for a run to finish (API.md §4)."""


class RunCalls(Calls):
    """`/v2/actor-runs`, `/v2/actors/{id}/runs/last` and `/v2/users/me`."""

    async def run(self, run_id: str, *, wait_s: int = 0) -> Document[Run]:
        """The run object; with `wait_s` (0…60 seconds) the answer comes at the end of the run or after it.

        Servers exist that ignore the wait and answer at once: keep your own pace.
        """
        wait = max(0, min(wait_s, LONGEST_WAIT_S))
        call = Call(
            ("actor-runs", run_id),
            f"run {run_id}",
            query={"waitForFinish": wait or None},
            seconds=SMALL_SECONDS + wait,
        )
        return await self._ask(call, lambda answer: wire.document(answer.body, Run, call.what))

    async def last_run(self, actor: str, *, status: str | None = None) -> Document[Run]:
        """The last run of an Actor (`user/actor`, `user~actor` or its id), of that status where given."""
        what = f"run of Actor {actor}" + (f" with status {status}" if status else "")
        path = ("actors", actor.replace("/", "~"), "runs", "last")
        call = Call(path, what, query={"status": status})
        return await self._ask(call, lambda answer: wire.document(answer.body, Run, what))

    async def runs(
        self, *, limit: int = 100, offset: int = 0, desc: bool = True, status: str | None = None
    ) -> RunsPage:
        """One page of the account's runs, by start; `status` may be a comma list. Needs a token."""
        query = {"limit": limit, "offset": offset, "desc": desc, "status": status}
        call = Call(("actor-runs",), "the list of runs", query=query)
        return await self._ask(call, lambda answer: wire.page(answer.body, RunsPage, RunShort, call.what))

    async def abort(self, run_id: str, *, gracefully: bool = False) -> Document[Run]:
        """Ask a run to end: at once, or `gracefully` within 30 s. A no-op on a finished run."""
        path, query = ("actor-runs", run_id, "abort"), {"gracefully": gracefully or None}
        call = Call(path, f"run {run_id}", query=query, method="POST")
        return await self._ask(call, lambda answer: wire.document(answer.body, Run, call.what))

    async def me(self) -> dict[str, Any]:
        """The account that the token belongs to."""
        call = Call(("users", "me"), "the account")
        return await self._ask(call, _object)


def _object(answer: Answer) -> dict[str, Any]:
    decoded = msgspec.json.decode(wire.unwrapped(answer.body, "the account"))
    if not isinstance(decoded, dict):
        raise wire.not_apify("the account")
    return decoded
