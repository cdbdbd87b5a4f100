"""The log pane: the run's log as it arrives, with what a person wants to know of it in the frame."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer

from runmon.insight.sieve import Sieve
from runmon.model.log import LogBuffer
from runmon.model.search import Hits
from runmon.model.units import grouped
from runmon.render.log_lines import LogLines
from runmon.ui.commands import bindings
from runmon.ui.widgets.line_canvas import LineCanvas
from runmon.ui.widgets.line_search import LineSearch
from runmon.ui.widgets.lines import LineView
from runmon.ui.widgets.log_filters import LogFilters
from runmon.ui.widgets.log_saving import LogSaving
from runmon.ui.widgets.log_view import LogView
from runmon.ui.widgets.pane import barred, reason
from runmon.ui.widgets.time_strip import TimeStrip
from runmon.ui.widgets.visiting import visit_link
from runmon.ui.widgets.words import Words
from runmon.watch.events import Condition, LogGrew, PaneState
from runmon.watch.events import Pane as Watched

if TYPE_CHECKING:
    from runmon.insight.groups import Group, Groups

COUNT_S = 0.2
"""Between two writings of the counts."""
LAST_S = 0.1
"""How much later they are written where nothing else changes any more."""


class LogPane(LogFilters, LogSaving):
    """Shows a buffer; tell it `log_grew` when there is more."""

    pane: ClassVar[Watched | None] = Watched.LOG
    SCOPE: ClassVar[str] = "log"
    NUMBER: ClassVar[str] = "2"
    NAME: ClassVar[str] = "Log"
    BINDINGS = bindings("log")

    def __init__(self, buffer: LogBuffer, *, run_id: str = "", id: str | None = "log") -> None:
        super().__init__(id=id)
        self.run_id = run_id
        self.view = LogView(LogLines(buffer))
        self._counted_at = 0.0
        self._later: Timer | None = None
        self._groups: Groups | None = None
        self.strip = TimeStrip(self.view)
        self._note_line = Words(id="log-note")

    def compose(self) -> ComposeResult:
        yield self.strip
        yield self.view
        yield self._note_line

    def on_mount(self) -> None:
        lines = self.view.lines
        lines.clock = replace(lines.clock, zone=self._clock().zone)
        self._say_empty()
        self._count()

    def log_grew(self, event: LogGrew) -> None:
        """The watch told that the buffer changed."""
        del event
        self.view.more()

    def errors_so_far(self) -> int | None:
        """How many errors there are; None while lines are awaited that were written before."""
        errors = self.view.errors
        live = self.state.condition is Condition.LIVE
        return len(errors.lines) if live and errors.scanned >= self.view.all_lines() else None

    def watch_state(self) -> None:
        """Say why there is nothing where there is nothing."""
        super().watch_state()
        self._say_empty()
        if self.is_mounted:
            self._counted()

    def _say_empty(self) -> None:
        said = _emptiness(self.state)
        if self.view.all_lines():
            said = _SIFTING if self.view.sifting else _NOTHING_PASSES
        self.view.empty = Text(said, style="quiet")
        if not self.view.source.line_count():
            self.view.refresh()

    def tell(self, *, at_once: bool = True) -> None:
        """Write the frame anew, and what is said where nothing passes."""
        self._say_empty()
        if at_once:
            self._count()
        else:
            self._counted()

    @on(LineCanvas.Scrolled)
    @on(LineSearch.Found)
    @on(LogView.Counted)
    def _view_changed(self, event: Message) -> None:
        event.stop()
        self._counted()

    def _counted(self) -> None:
        """Write the counts: at once after a pause, else with a later change, or after the last one.

        What changed is about to be painted, and a title in the same frame costs little.
        """
        wait = COUNT_S - (time.monotonic() - self._counted_at)
        if wait <= 0:
            self._count()
        elif self._later is None:
            self._later = self.set_timer(wait + LAST_S, self._count)

    def _count(self) -> None:
        if self._later is not None:
            self._later.stop()
        self._later, self._counted_at = None, time.monotonic()
        self.strip.look()
        view = self.view
        count = view.all_lines()
        parts: list[Text] = [Text.assemble((f"{grouped(count)} lines" if count != 1 else "1 line", "quiet"))]
        parts += _loud(view)
        if not view.following and count and self.state.condition is not Condition.COMPLETE:
            below = view.lines_below
            parts.append(Text.assemble((f"paused  +{grouped(below)} lines" if below else "paused", "accent")))
        notes = self.filter_labels()
        if found := view.found_text().plain:
            notes.insert(0, Text.assemble(("≡ " if view.walked else "/", "faint"), (found, "accent")))
        counts = Text("  ").join([*parts, *notes])
        if counts != self.counts:
            self.counts = counts
        self._say_below(notes)

    def _say_below(self, notes: list[Text]) -> None:
        """Without a frame, say below the log what hides a part of it and what is looked for."""
        framed = self.styles.border_top[0] not in ("", "none")
        self._note_line.display = bool(notes) and not framed
        if self._note_line.display:
            self._note_line.say(Text.assemble(" ", Text("   ").join(notes), ("   esc ends it", "faint")))

    def short_count(self) -> Text:
        """For the tab bar: how many are below where one stopped, else errors and warnings, else lines."""
        paused = not self.view.following and self.state.condition is not Condition.COMPLETE
        below = self.view.lines_below if paused else 0
        if below:
            return Text(f"paused +{grouped(below)}", "quiet")
        return Text(" ").join(_loud(self.view)) if len(self.view.errors) else super().short_count()

    def on_resize(self) -> None:
        """A frame may have come or gone."""
        super().on_resize()
        self.call_after_refresh(self._count)

    def action_follow(self) -> None:
        """Follow the end of the log, or stop where it is."""
        self.view.following = not self.view.following
        if self.view.following:
            self.view.back_from_aside()

    def action_next_error(self, step: int) -> None:
        """Go to the next error, or the one before."""
        self._go(self.view.errors, step, "error")

    def action_next_warning(self, step: int) -> None:
        """Go to the next warning, or the one before."""
        self._go(self.view.warnings, step, "warning")

    def action_silence(self, step: int) -> None:
        """Go to where the next silence ended, or the one before."""
        self.view.seek_silence(step)

    def _go(self, hits: Hits, step: int, name: str) -> None:
        if not self.view.go_to_next(hits, step):
            where = "below" if step > 0 else "above"
            self.notify(f"No {name} {where}." if len(hits) else f"No {name}s.", timeout=2, markup=False)

    @on(LineView.Chosen)
    def _chosen(self, event: LineView.Chosen) -> None:
        """Leave the filter and stay on the line; without one, show the entry of the line in full."""
        event.stop()
        if not self.leave_filter(event.line):
            self._open(event.line)

    def action_open(self) -> None:
        """Show the entry of the current line in full."""
        if (line := self.view.current()) >= 0:
            self._open(line)

    def action_open_url(self) -> None:
        """Open the address on the current line, or the first of its entry, in a browser."""
        if (line := self.view.current()) >= 0:
            entry = self.view.lines.entry(self.view.number(line))
            texts = self.view.text_of(line).plain, f"{entry.message} {entry.payload}"
            self.run_worker(visit_link(self, *texts), group="browser")

    def _open(self, line: int) -> None:
        """Show the entry of a line in full, and come back to where its reader ended."""
        from runmon.ui.screens.entry import EntryScreen

        def ended(number: int | None) -> None:
            if number is not None and number < self.view.all_lines():
                self.view.go_to_number(number)

        self.app.push_screen(EntryScreen(self.view.lines, self.view.number(line)), ended)

    def action_volume(self) -> None:
        """Show or hide how many lines came when, and where among them the errors."""
        self.strip.display = not self.strip.display
        self.strip.look()

    @on(TimeStrip.Picked)
    def _show_from(self, event: TimeStrip.Picked) -> None:
        """Go where the strip was clicked."""
        event.stop()
        self.view.show_from(event.line)

    def action_groups(self) -> None:
        """Show the messages, the same ones as one; walk through those of the kind that is chosen."""
        from runmon.insight.groups import Groups
        from runmon.ui.screens.groups import GroupsScreen

        screen = GroupsScreen(self.view.lines, self._groups or Groups())

        def ended(group: Group | None) -> None:
            self._groups = screen.groups
            if group is not None:
                self.sift(Sieve())
                self.view.walk(Hits(group.lines), group.words)

        self.app.push_screen(screen, ended)

    def action_jump(self, where: str) -> None:
        """Go to the request, snapshot or items that the current entry is about."""
        from runmon.insight.failures import Subject
        from runmon.ui.jumps import jump

        if (line := self.view.current()) >= 0:
            entry = self.view.lines.entry(self.view.number(line))
            jump(self.app, where, Subject.of_entry(entry))

    def action_stamps(self) -> None:
        """Write stamps the next way."""
        mode = self.view.lines.next_stamps()
        self.view.forget_paint(texts=True)
        self.notify(f"Stamps: {mode.value}.", timeout=2, markup=False)


_NONE_YET = "No log yet. The first line will appear here as soon as the Actor writes it."
_SIFTING = "Looking for entries that pass the filter…"
_NOTHING_PASSES = "No entry passes the filter. & changes it, esc shows everything."


def _loud(view: LogView) -> list[Text]:
    """How many errors and warnings; `…` where lines are still being looked at."""
    counts = (("E", len(view.errors), "bad"), ("W", len(view.warnings), "warn"))
    more = "…" if view.counting else ""
    told = [Text.assemble((f"{sign} {grouped(count)}{more}", tone)) for sign, count, tone in counts if count]
    return told or ([Text.assemble(("counting…", "quiet"))] if more else [])


def _emptiness(state: PaneState) -> str:
    match state.condition:
        case Condition.COMPLETE:
            return "The run wrote no log."
        case Condition.CONNECTING:
            return "Asking for the log…"
        case Condition.ABSENT:
            return reason(state)
    return barred(state, "The log") or _NONE_YET
