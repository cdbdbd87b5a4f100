"""Aborting from the list: the marked runs, or the one under the cursor, asked about once."""

from __future__ import annotations

from collections.abc import Collection

from textual import events, work

from runmon.errors import RunmonError
from runmon.model.order import Deed
from runmon.model.run_list import ListedRun
from runmon.render.order_words import why_not
from runmon.render.untrusted import clean
from runmon.ui.commands import BY_ID
from runmon.ui.palette import keymap_of
from runmon.ui.screens.runs_followed import FollowedRuns
from runmon.ui.widgets.run_rows import actor_name


class AbortedRuns(FollowedRuns, inherit_bindings=False):
    """Runs can be ended."""

    def on_key(self, event: events.Key) -> None:
        """Say why the key of abort does nothing now."""
        if not self.abortable() and event.key in keymap_of(self).of(BY_ID["runs.abort"]).keys:
            self.notify(self._why_none(), severity="warning", markup=False)

    def _why_none(self) -> str:
        """Why none of the chosen runs can be aborted."""
        if len(self._table.marks):
            return "None of the marked runs can be aborted: they have ended, or are only read."
        if (under := self.under()) is None:
            return "There is no run to abort."
        return why_not(Deed.ABORT, under.short, read_only=self._read_only or under.read_only)

    def abortable(self) -> list[ListedRun]:
        """The marked runs, or the one under the cursor, as far as they live and may be changed."""
        marked = [run for run in self.runs if run.id in self._table.marks]
        under = self.under()
        chosen = marked or ([under] if under else [])
        if self._read_only:
            return []
        return [run for run in chosen if not run.phase.final and not run.read_only]

    @work(group="abort", exclusive=True)
    async def action_abort(self) -> None:
        """Ask, naming them; on yes abort each. What the servers answer is shown, nothing else."""
        from runmon.ui.screens.confirm import about_aborts

        runs = self.abortable()
        if not runs:
            return
        named = [(actor_name(run, 40), clean(run.id, limit=40)) for run in runs]
        answer = await self.app.push_screen_wait(about_aborts(named, api_url=self._asked_of(runs)))
        if answer != "no":
            await self._abort({run.id for run in runs}, gracefully=answer == "gracefully")

    def _asked_of(self, runs: Collection[ListedRun]) -> str:
        """The API that has all of these runs; empty where no single one has."""
        urls = {feed.api.lasting_url for run in runs if (feed := self._feeds.get(run.place)) is not None}
        return urls.pop() if len(urls) == 1 else ""

    async def _abort(self, run_ids: Collection[str], *, gracefully: bool) -> None:
        for run_id in run_ids:
            run = self.runs.get(run_id)
            feed = self._feeds.get(run.place) if run else None
            if feed is None:
                continue
            try:
                await feed.abort(run_id, gracefully=gracefully)
            except RunmonError as error:
                sentence = clean(f"The run {run_id} was not aborted. {error}", limit=400)
                self.notify(sentence, severity="error", markup=False)
