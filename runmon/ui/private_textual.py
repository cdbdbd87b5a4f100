"""Everything the fast line view needs of Textual that Textual does not promise, in one place, with one test.

An appended line must not lay the screen out again, and a frame must not pass the general road of borders and
padding: that costs more than half of it (measured with Textual 8.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from rich.text import Text
from textual import events
from textual._compositor import ChopsUpdate, Compositor
from textual.app import App
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

Bar = TypeVar("Bar", bound=ScrollBar)


class SparingCompositor(Compositor):
    """Asks widgets only for lines that show in a place to be painted, and cuts none that is whole.

    Textual asks every widget that overlaps a frame around all such places for all its lines, those behind
    others as well; and a strip that it cuts nowhere keeps itself alive, until a collection of garbage holds
    up a frame.
    """

    _places: frozenset[Region] = frozenset()

    def render_partial_update(self) -> ChopsUpdate | None:
        """What must be written to the terminal."""
        assert self.cuts is not None, "known before widgets are left out"
        self._places = frozenset(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._places = frozenset()

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """The strips of each line by the column where they begin; None where nothing is painted."""
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(cuts[:-1]) for cuts in self.cuts]
        for widget, (region, clip) in self.visible_widgets.items():
            shows = region.intersection(clip)
            rows = [y for y in shows.line_range if is_rendered_line(y) and _is_open(chops[y], shows)]
            if rows:
                needed = Region(shows.x, rows[0], shows.width, rows[-1] + 1 - rows[0])
                strips = widget.render_lines(needed.translate(-region.offset))
                for y, strip in zip(needed.line_range, strips, strict=False):
                    _lay(strip, shows.column_span, self.cuts[y], chops[y])
        return cast("Sequence[Mapping[int, Strip]]", chops)

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        """Widgets with region and clip, those in front first; while painting, those that are needed."""
        every = super().visible_widgets
        return in_sight(every, self._places) if self._places else every


def _is_open(line: Mapping[int, Strip | None], shows: Region) -> bool:
    """Whether nothing in front has taken all of a line that a widget shows on."""
    first, last = shows.column_span
    return any(strip is None and first <= cut < last for cut, strip in line.items())


def _lay(strip: Strip, span: tuple[int, int], cuts: Sequence[int], line: dict[int, Strip | None]) -> None:
    """Put a strip onto the columns of a line that nothing in front of it has taken."""
    first, last = span
    begins = [cut for cut in cuts if first <= cut < last]
    ends = [cut - first for cut in (*begins[1:], last) if cut - first <= strip.cell_length]
    pieces = [strip] if ends == [strip.cell_length] else strip.divide(ends)
    for begin, piece in zip(begins, pieces, strict=False):
        if line[begin] is None:
            line[begin] = piece


def in_sight(
    widgets: Mapping[Widget, tuple[Region, Region]], places: Iterable[Region]
) -> dict[Widget, tuple[Region, Region]]:
    """Of widgets, those in front first, the ones that show in some places."""
    found, open_places = {}, list(places)
    for widget, (region, clip) in widgets.items():
        shows = region.intersection(clip)
        if any(shows.overlaps(place) for place in open_places):
            found[widget] = (region, clip)
            open_places = [place for place in open_places if not shows.contains_region(place)]
    return found


class HeldScreen(Screen[Any]):
    """A screen that is laid out but not painted while `held`, so that what comes at once is painted once."""

    held = False
    _came_before = False

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SparingCompositor()

    @property
    def closing(self) -> bool:
        """Whether it is being closed: its widgets go one by one, while messages still come."""
        return self._pruning or self._closing or not self.is_attached

    def take_breakpoints(self, size: Size) -> None:
        """Have the classes of this size before anything is mounted, or all of it is styled twice."""
        across = self._get_breakpoint_classes(size.width, self.HORIZONTAL_BREAKPOINTS or [])
        down = self._get_breakpoint_classes(size.height, self.VERTICAL_BREAKPOINTS or [])
        self.update_classes(dict.fromkeys(across | down, True), update=False)

    def let_go(self) -> None:
        """Paint from here on, and all of it now."""
        if self.held:
            self.held = False
            self.refresh()

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        """The first time, every widget was styled when it was mounted, just before."""
        event.refresh_styles = event.refresh_styles and self._came_before
        self._came_before = True

    def _compositor_refresh(self) -> None:
        if not self.held:
            super()._compositor_refresh()


def paint_now(view: Widget) -> None:
    """Paint what a view has asked to be painted, without the messages and the timer that lead there.

    Left to them where more than that is due.
    """
    if not view.is_attached:
        return
    screen = view.screen
    more = screen._layout_required or screen._scroll_required or view._layout_required
    if more or not screen.is_current or screen.app._batch_count:
        return
    if view._repaint_required and view in screen._compositor.visible_widgets:
        view._repaint_required = False
        screen._compositor.update_widgets({view})
        screen._compositor_refresh()


def use_bars(view: ScrollView, kind: type[Bar]) -> tuple[Bar, Bar]:
    """Let a view that is being mounted scroll by bars of this kind: the vertical one, the horizontal one."""
    down = kind(vertical=True, name="vertical", thickness=view.scrollbar_size_vertical)
    across = kind(vertical=False, name="horizontal", thickness=view.scrollbar_size_horizontal)
    view._vertical_scrollbar, view._horizontal_scrollbar = down, across
    for bar in (down, across):
        bar.display = False
        view.app._start_widget(view, bar)
    return down, across


def grow_quietly(view: ScrollView, size: Size) -> None:
    """Give the view a new virtual size, and its scroll bars, without a layout; bars are not painted."""
    view.set_reactive(Widget.virtual_size, size)
    if view.show_vertical_scrollbar:
        view.vertical_scrollbar.set_reactive(ScrollBar.window_virtual_size, size.height)
    if view.show_horizontal_scrollbar:
        view.horizontal_scrollbar.set_reactive(ScrollBar.window_virtual_size, size.width)


def finished(view: Widget, strips: Sequence[Strip], crop: Region) -> list[Strip]:
    """Strips as `render_lines` must return them: filtered, and cropped where the crop is partial."""
    ground = view.background_colors[1]
    done = list(strips)
    for line_filter in view.get_line_filters():
        done = [strip.apply_filter(line_filter, ground) for strip in done]
    return cropped(view, done, crop)


def cropped(view: Widget, strips: Sequence[Strip], crop: Region) -> list[Strip]:
    """The part of filtered strips that `render_lines` must return."""
    done = strips[crop.y : crop.bottom]
    if crop.column_span == (0, view.size.width):
        return list(done)
    return [strip.crop(*crop.column_span) for strip in done]


def painters(screens: Iterable[Screen[Any]]) -> list[Widget]:
    """All widgets of some screens, for `forget_paint` once they are closed."""
    found = (node for screen in screens for node in screen.walk_children(with_self=True))
    return [node for node in found if isinstance(node, Widget)]


def forget_paint(widgets: Iterable[Widget]) -> None:
    """Let go of the lines painted for closed widgets: a cache of Textual's keeps their holders alive."""
    for widget in widgets:
        widget._styles_cache.clear()


async def switch(app: App[Any], screen: Screen[Any]) -> None:
    """Show another screen in the place of the one that shows, also of the first, which awaits no result."""
    before = app.screen
    if not before._result_callbacks:
        before._push_result_callback(before, None)
    widgets = painters((before,))
    await app.switch_screen(screen)
    forget_paint(widgets)


def retitle(widget: Widget, title: Text | None) -> None:
    """Set a border title and paint its row alone: a title that counts must not cost a pane each time."""
    content = None if title is None else Content.from_rich_text(title)
    shown = widget._border_title
    if content is None or shown is None or not content.is_same(shown):
        widget._border_title = content
        left, top = widget.content_offset
        widget.refresh(Region(-left, -top, widget.outer_size.width, 1))


def screen_lines(app: App[Any]) -> list[str]:
    """What the application's screen shows, row by row, without colours."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]
