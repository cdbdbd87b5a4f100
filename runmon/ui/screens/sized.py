"""Panes that a person makes larger and smaller, by keys or by dragging the line between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from runmon.ui.remembered import Remembered

if TYPE_CHECKING:
    from runmon.ui.widgets.log_pane import LogPane

LEAST_SIDE, LEAST_MAIN = 26, 40
"""Cells that the column of status, and what stands beside it, keep."""
STEP, SHARE_STEP = 4, 0.1
LEAST_SHARE, MOST_SHARE = 0.15, 0.85


class SizedScreen(Screen[Any], inherit_bindings=False):
    """A screen with a column at the side, beside it the log above the storages."""

    _side: Vertical
    _log: LogPane
    _stores: Horizontal

    _dragged = ""

    def apply_sizes(self, *, single: bool) -> None:
        """Set the sizes that the person chose; in single mode a pane has everything."""
        chosen, side = remembered(self.app).screen, self._side
        if chosen.side is None or single:
            side.styles.clear_rule("width")
        else:
            side.styles.width = max(min(chosen.side, self.size.width - LEAST_MAIN), LEAST_SIDE)
        for place, share in ((self._log, chosen.log), (self._stores, 1 - (chosen.log or 0))):
            if chosen.log is None:
                place.styles.clear_rule("height")
            else:
                place.styles.height = f"{share:.3f}fr"

    def resize_pane(self, name: str, step: int) -> None:
        """Give the pane of this name more (1) or less (-1) room."""
        if name == "status":
            self._set_side(self._side.outer_size.width + step * STEP)
        else:
            grown = step * SHARE_STEP * (1 if name == "log" else -1)
            self._set_share(self._share() + grown)

    def action_usual_sizes(self) -> None:
        """Forget the sizes that the person chose."""
        remembered(self.app).keep(side=None, log=None)
        self.apply_sizes(single=self.has_class("-single"))
        for place in (self._side, self._log, self._stores):
            place.refresh(layout=True)

    def _share(self) -> float:
        log, stores = self._log.outer_size.height, self._stores.outer_size.height
        return log / (log + stores) if log + stores else 0.5

    def _set_side(self, cells: int) -> None:
        most = max(self.size.width - LEAST_MAIN, LEAST_SIDE)
        remembered(self.app).keep(side=max(min(cells, most), LEAST_SIDE))
        self.apply_sizes(single=self.has_class("-single"))

    def _set_share(self, share: float) -> None:
        remembered(self.app).keep(log=round(max(min(share, MOST_SHARE), LEAST_SHARE), 3))
        self.apply_sizes(single=self.has_class("-single"))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the line between two panes."""
        if self.has_class("-single"):
            return
        side, log, stores = (place.region for place in (self._side, self._log, self._stores))
        if event.screen_x in (side.right - 1, side.right) and side.y <= event.screen_y < side.bottom:
            self._dragged = "side"
        elif event.screen_y in (stores.y - 1, stores.y) and log.x < event.screen_x < log.right - 1:
            self._dragged = "log"
        if self._dragged:
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the line."""
        if self._dragged == "side":
            self._set_side(event.screen_x - self._side.region.x + 1)
        elif self._dragged == "log":
            log, stores = self._log.region, self._stores.region
            self._set_share((event.screen_y - log.y) / max(log.height + stores.height, 1))

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._dragged:
            self._dragged = ""
            self.release_mouse()


def remembered(app: App[Any]) -> Remembered:
    """What the application remembers."""
    found = getattr(app, "remembered", None)
    return found if isinstance(found, Remembered) else Remembered()
