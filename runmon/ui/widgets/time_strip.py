"""The strip above the log: its volume along time, with errors and warnings; a click goes there."""

from __future__ import annotations

from functools import partial

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widget import Widget
from textual.worker import get_current_worker

from runmon.insight.timeline import Timeline, Volume, moment
from runmon.render.volume import volume_text
from runmon.ui.widgets.log_view import LogView

AT_ONCE = 2000
"""Lines that are taken without a thread."""
AT_ONCE_BYTES = 512 * 1024
SLICE = 8 << 20
SIDES = 1
"""Blank cells at both ends."""


class TimeStrip(Widget):
    """Shows where a log view stands in its log. Tell it `look` when the view moved or its log has grown."""

    DEFAULT_CSS = f"TimeStrip {{ height: 3; padding: 0 {SIDES}; display: none; }}"

    class Picked(Message):
        """A person wants to see the lines from this one on."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

        def can_replace(self, message: Message) -> bool:
            """Only the last place counts."""
            return isinstance(message, TimeStrip.Picked)

    def __init__(self, view: LogView) -> None:
        super().__init__()
        self._view = view
        self._buffer = view.lines.buffer
        self._timeline = Timeline()
        self._generation = self._buffer.generation
        self._taking = False
        self._hover: int | None = None
        self._painted: object = None

    def look(self) -> None:
        """Take the lines that came, and paint where anything changed."""
        if not self.display:
            return
        if self._generation != self._buffer.generation:
            self._generation, self._timeline = self._buffer.generation, Timeline()
        missing = self._buffer.whole_lines - self._timeline.scanned
        if missing > 0 and not self._taking:
            self._take(self._timeline, missing)
        self._paint()

    def _take(self, timeline: Timeline, missing: int) -> None:
        buffer = self._buffer
        begins, ends = (buffer.line_start(line) for line in (timeline.scanned, buffer.whole_lines))
        if missing > AT_ONCE or ends - begins > AT_ONCE_BYTES:
            self._taking = True
            self.run_worker(partial(self._take_all, timeline), thread=True, group="timeline")
            return
        for first, block in buffer.blocks(timeline.scanned, open_line=0):
            timeline.take(first, block)

    def _take_all(self, timeline: Timeline) -> None:
        """In a thread: take what there is, slice by slice."""
        worker, size = get_current_worker(), 0
        until = moment(self._buffer.line(self._buffer.whole_lines - 1))
        for first, block in self._buffer.blocks(timeline.scanned, open_line=0):
            if worker.is_cancelled or timeline is not self._timeline:
                break
            timeline.take(first, block, until=until)
            size += len(block)
            if size >= SLICE:
                size = 0
                self.app.call_from_thread(self._paint)
        self.app.call_from_thread(self._rest)

    def _rest(self) -> None:
        self._taking = False
        self.look()

    def _paint(self) -> None:
        """Paint again, but for the sake of nothing new."""
        view = self._view
        state = (
            self._timeline.scanned,
            len(view.errors),
            len(view.warnings),
            self._view.in_view(),
            self._hover,
        )
        if state != self._painted:
            self._painted = state
            self.refresh()

    @property
    def volume(self) -> Volume:
        """The log in as many spans as there are columns."""
        return self._timeline.volume(max(self.size.width, 1))

    def render(self) -> Text:
        """Volume, errors and warnings, times; the columns that the view shows stand on another ground."""
        volume, view = self.volume, self._view
        errors, warnings = volume.among(view.errors.lines), volume.among(view.warnings.lines)
        zone = view.lines.clock.shown_zone
        text = volume_text(volume, errors, warnings, told=self._hover, zone=zone)
        first, last = (volume.span_of(line) for line in self._view.in_view())
        for row, style in enumerate(("cursor", "cursor", "underline")):
            begins = row * (volume.spans + 1)
            text.stylize(style, begins + first, begins + last + 1)
        return text

    def action_step(self, spans: int) -> None:
        """Go on or back by so many columns that have lines."""
        volume = self.volume
        edges, way = volume.edges, 1 if spans > 0 else -1
        span = volume.span_of(self._stands()) + spans
        while 0 < span < volume.spans - 1 and edges[span] == edges[span + 1]:
            span += way
        self._pick(span)

    def _stands(self) -> int:
        """From where one goes on: the current line if it shows, else the first; following, the last."""
        view = self._view
        first, last = view.in_view()
        number = view.number(view.cursor) if view.cursor >= 0 else -1
        return number if first <= number <= last else last if view.following else first

    def _pick(self, span: int) -> None:
        volume = self.volume
        self.post_message(self.Picked(volume.edges[min(max(span, 0), volume.spans - 1)]))

    def on_resize(self) -> None:
        self._painted = None
        self._paint()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()
        self._pick(event.x - SIDES)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self.release_mouse()
        if not self.region.contains(*event.screen_offset):
            self.on_leave()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Name the column under the pointer; drag the view along where the button is down."""
        self._hover = min(max(event.x - SIDES, 0), self.size.width - 1)
        if event.button:
            self._pick(self._hover)
        self._paint()

    def on_leave(self) -> None:
        self._hover = None
        self._paint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_step(-1)
