"""Where there is room for one pane only: all panes as tabs, and the shown one's state."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual import events
from textual.widget import Widget

from runmon.ui.theme import palette
from runmon.ui.widgets.pane import Pane
from runmon.watch.events import Condition
from runmon.watch.events import Pane as Watched


class TabBar(Widget):
    """`1 Run  2 Log 48 211  3 Dataset 1 204 …  ● live`; counts give way first, then names."""

    DEFAULT_CSS = "TabBar { height: 1; display: none; }"

    def __init__(self, panes: Sequence[Pane]) -> None:
        super().__init__()
        self._panes = tuple(panes)
        self.current: Pane | None = None
        self.renewed: frozenset[Watched] = frozenset()
        """What is counted now; what is not has no count here while the run is live."""

    def show(self, current: Pane) -> None:
        """Mark this pane as the one that is shown."""
        self.current = current
        self.refresh()

    def render(self) -> Text:
        """The fullest form that fits."""
        width = self.size.width
        forms = [
            self._tabs(counts=True),
            self._tabs(counts=False, current=True),
            self._tabs(counts=False),
            self._tabs(counts=False, current=True, names=False),
        ]
        state = self.current.state_text() if self.current else Text()
        for tabs in forms:
            if tabs.cell_len + state.cell_len + 2 <= width:
                return Text.assemble(tabs, " " * (width - tabs.cell_len - state.cell_len - 1), state)
        tabs = self._tabs(counts=False, names=False)
        return Text.assemble(tabs, " " * max(width - tabs.cell_len - state.cell_len - 1, 0), state)

    def on_click(self, event: events.Click) -> None:
        """A click on a tab goes there."""
        if key := event.style.meta.get("key"):
            self.app.simulate_key(key)

    def _old(self, pane: Pane) -> bool:
        """Whether the pane's count may have been passed by while nobody counts."""
        kept = pane.pane is None or pane.pane in {Watched.LOG, *self.renewed}
        return not kept and pane.state.condition is not Condition.COMPLETE

    def _tabs(self, *, counts: bool, current: bool = False, names: bool = True) -> Text:
        shown = [(pane, pane is self.current) for pane in self._panes]
        tabs = [self._tab(pane, counts or (current and here), names or here) for pane, here in shown]
        return Text(" ").append_text(Text("  ").join(tabs))

    def _tab(self, pane: Pane, counts: bool, named: bool) -> Text:
        colours = palette(self.app)
        here = pane is self.current
        click = {"key": pane.NUMBER}
        name = Style(color=colours.accent if here else colours.quiet, bold=here, underline=here, meta=click)
        tab = Text.assemble((f"{pane.NUMBER} ", Style(color=colours.faint, meta=click)))
        tab.append(pane.NAME if named else "", name)
        if counts and pane.counts.plain and not self._old(pane):
            tab.append(" ").append_text(pane.short_count())
            tab.stylize(Style(meta=click))
        return tab
