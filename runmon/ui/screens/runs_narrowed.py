"""Which runs of the list are shown: by what is typed, and by keys that add to it."""

from __future__ import annotations

from rich.text import Text

from runmon.errors import BadInput
from runmon.model.run_filter import parse
from runmon.render.untrusted import clean
from runmon.ui.runs_asked import STATUSES, TIMES
from runmon.ui.screens.runs_followed import FollowedRuns
from runmon.ui.widgets.prompt import ask


class NarrowedRuns(FollowedRuns, inherit_bindings=False):
    """The list follows what is typed."""

    def action_filter(self) -> None:
        """Ask which runs to show; the list follows what is typed."""
        self._prompt = ask(
            self, "show", typed=self._filter_typed, done=self._filter_done, value=self.shown.typed,
            hint="words, status:failed, actor:shop, since:2h, !word",
        )  # fmt: skip

    def _filter_typed(self, text: str) -> None:
        try:
            parse(text)
        except BadInput as error:
            self._prompt.say(Text(clean(str(error), limit=120), "warn"))
            return
        self._prompt.say(Text())
        self._narrow(typed=text)

    def _filter_done(self, text: str | None) -> None:
        if text is None:
            self._narrow(typed="")
        else:
            self._filter_typed(text)
        self._table.focus()

    def _narrow(self, **changes: str) -> None:
        for name, value in changes.items():
            setattr(self.shown, name, value)
        try:
            self.shown.parsed = parse(self.shown.text())
        except BadInput:
            return
        for feed in self._feeds.values():
            feed.narrow(self.shown.parsed)
        self.show_rows()
        self.refresh_bindings()

    def action_next_statuses(self) -> None:
        """All, failed, active."""
        self._narrow(status=STATUSES[(STATUSES.index(self.shown.status) + 1) % len(STATUSES)])

    def action_next_time(self) -> None:
        """Any time, the last hour, day, week."""
        self._narrow(time=TIMES[(TIMES.index(self.shown.time) + 1) % len(TIMES)])

    def action_same_actor(self) -> None:
        """Runs of the Actor under the cursor, or all again."""
        under = self.under()
        self._narrow(actor="" if self.shown.actor or under is None else under.short.act_id or "")

    def action_back(self) -> None:
        """Show all again; then take the marks away."""
        if self.narrowed:
            self._narrow(typed="", status="", time="", actor="")
        else:
            self._table.action_unmark()
        self.refresh_bindings()
