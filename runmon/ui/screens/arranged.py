"""Which panes of a run show, by the room there is: all, one storage beside the log, one alone, one zoomed."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.containers import Vertical
from textual.geometry import Size

from runmon.settings import Settings
from runmon.ui import layout
from runmon.ui.private_textual import HeldScreen
from runmon.ui.screens.sized import SizedScreen
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.status_pane import StatusPane
from runmon.ui.widgets.tab_bar import TabBar


class ArrangedScreen(HeldScreen, SizedScreen, inherit_bindings=False):
    """Panes by name in places that the size of the terminal decides."""

    _panes: Mapping[str, Pane]
    _status: StatusPane
    _tabs: TabBar
    _main: Vertical
    _showing: frozenset[str] = frozenset()
    _current, _store, _zoomed = "log", "items", False

    def _count(self) -> None:
        """Told when other panes show."""

    def on_resize(self, event: events.Resize) -> None:
        self._arrange(event.size.width, event.size.height)

    def on_descendant_focus(self) -> None:
        """Go to the pane that has the focus by now; the event may tell of one that had it before."""
        focused = self.focused.ancestors_with_self if self.focused is not None else []
        pane = next((node for node in focused if isinstance(node, Pane)), None)
        if pane is not None and pane.id in layout.ORDER and pane.id != self._current:
            self._go(pane.id)

    def on_pane_title_changed(self, message: Pane.TitleChanged) -> None:
        self._tabs.refresh()
        if message.pane.beside and message.pane is not self._panes[self._store]:
            self._panes[self._store].refresh_title()

    def _go(self, name: str) -> None:
        self._current = name
        self._store = name if name in layout.STORES else self._store
        self._arrange(self.size.width, self.size.height)

    def _wanted(self) -> frozenset[str]:
        """The panes that the person wants to see."""
        settings = getattr(self.app, "settings", None)
        return frozenset(settings.panes) if isinstance(settings, Settings) else layout.EVERY

    def _expect(self, size: Size) -> None:
        """Arrange for a size before anything is mounted."""
        self.take_breakpoints(size)
        place = layout.room(*size)
        self.update_classes(_room_classes(place, single=place is layout.Room.ONE), update=False)
        wanted = self._wanted()
        if self._current not in wanted:
            self._current = next((name for name in layout.ORDER if name in wanted), self._current)
        showing = layout.visible(place, self._current, self._store, zoomed=False, wanted=wanted)
        for name, pane in self._panes.items():
            pane.display = name in showing

    def _arrange(self, width: int, height: int) -> None:
        """Show what fits, tell panes that come or go, and let the watch count only what shows."""
        if self.closing:
            return
        place = layout.room(width, height)
        wanted = self._wanted()
        showing = layout.visible(place, self._current, self._store, zoomed=self._zoomed, wanted=wanted)
        single = self._zoomed or place is layout.Room.ONE
        self.update_classes({**_room_classes(place, single=single), "-zoomed": self._zoomed}, animate=False)
        self._status.enlarge(self._zoomed and "status" in showing)
        self._share_frame(place)
        self._side.display = bool(showing & {"status", "usage"})
        self._stores.display = bool(showing & set(layout.STORES))
        self._main.display = bool(showing - {"status", "usage"})
        for name, pane in self._panes.items():
            self._show_pane(pane, name in showing)
        self.apply_sizes(single=single)
        self._tabs.show(self._panes[self._current])
        self._showing = showing
        self._count()

    def _show_pane(self, pane: Pane, visible: bool) -> None:
        if pane.display != visible or not pane.told:
            pane.display = pane.told = visible
            pane.shown(visible)

    def _share_frame(self, place: layout.Room) -> None:
        """Make tabs of the storages that share a place."""
        sharing = {layout.Room.SOME: layout.STORES, layout.Room.ALL: layout.SHARED}.get(place, ())
        wanted = self._wanted() | {self._current}
        tabs = tuple(self._panes[name] for name in sharing if name in wanted and not self._zoomed)
        for name in layout.STORES:
            self._panes[name].beside = tabs if name in sharing and len(tabs) > 1 else ()

    def action_pane(self, name: str) -> None:
        """Go to a pane by its name."""
        self._go(name)
        self._focus_current()
        self.call_after_refresh(self._focus_current)

    def _focus_current(self) -> None:
        """Focus the pane that is gone to by now: keys may have come since this was asked."""
        if not (self.closing or self._panes[self._current].has_focus_within):
            self._panes[self._current].focus_inner()

    def action_next_pane(self) -> None:
        """Go to the next pane in order."""
        self.action_pane(layout.neighbour(self._current, 1, self._wanted()))

    def action_previous_pane(self) -> None:
        """Go to the previous pane in order."""
        self.action_pane(layout.neighbour(self._current, -1, self._wanted()))

    def action_resize(self, step: int) -> None:
        """Give the focused pane more or less room."""
        self.resize_pane(self._current, step)

    def action_zoom(self) -> None:
        """Give the focused pane everything between header and footer, or give it back."""
        self._zoomed = not self._zoomed
        self._go(self._current)
        self.refresh_bindings()

    def action_back(self) -> None:
        """Leave the zoom."""
        if self._zoomed:
            self.action_zoom()


def _room_classes(place: layout.Room, *, single: bool) -> dict[str, bool]:
    return {
        "-all": place is layout.Room.ALL,
        "-some": place is layout.Room.SOME,
        "-one": place is layout.Room.ONE,
        "-single": single,
    }
