"""The line of open runs above a run that was opened from the list: where one is, and where one can go."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from runmon.render.facts import Sign, shortened
from runmon.ui.open_runs import OpensRuns
from runmon.ui.theme import Palette, palette

LEAST, MOST = 8, 24
"""Cells of a name."""


class RunTabs(Widget):
    """`≡ Runs  ● shop  ✖ crawler`: a click goes there."""

    DEFAULT_CSS = "RunTabs { height: 1; background: $ground; }"

    def render(self) -> Text:
        """As many whole tabs as fit, the shown one among them."""
        app = self.app
        if not isinstance(app, OpensRuns):
            return Text()
        colours, shown = palette(app), app.run_shown
        count = max(len(app.open_runs), 1)
        room = max(LEAST, min(MOST, (self.size.width - 10) // count - 5))
        line = self._tab(colours, "≡", "quiet", "Runs", None, shown)
        tabs = [(one, self._run_tab(colours, one, room, shown)) for one in app.open_runs]
        while tabs and line.cell_len + sum(tab.cell_len for _one, tab in tabs) > self.size.width:
            tabs.pop(0 if tabs[0][0] != shown else -1)
        return Text.assemble(line, *(tab for _one, tab in tabs))

    def on_click(self, event: events.Click) -> None:
        """Go to the run that was clicked, or to the list."""
        if isinstance(self.app, OpensRuns) and "run" in event.style.meta:
            self.app.go_to_run(event.style.meta["run"])

    def _run_tab(self, colours: Palette, run_id: str, room: int, shown: str | None) -> Text:
        base = self.app.base_of(run_id) if isinstance(self.app, OpensRuns) else None
        name, state = getattr(base, "tab", (run_id, Sign("◌", "", "quiet")))
        return self._tab(colours, state.sign, state.tone, shortened(name, room), run_id, shown)

    def _tab(
        self, colours: Palette, sign: str, tone: str, name: str, run_id: str | None, shown: str | None
    ) -> Text:
        here, click = run_id == shown, {"run": run_id}
        word = Style(color=colours.accent if here else colours.quiet, bold=here, underline=here, meta=click)
        mark = Style(color=getattr(colours, tone), meta=click)
        return Text.assemble((f" {sign} ", mark), (name, word), ("  ", Style(meta=click)))
