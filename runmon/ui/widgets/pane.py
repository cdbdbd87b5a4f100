"""The frame every pane stands in: number, title, counts at its left end, the data's state at its right."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive

from runmon.render.facts import Sign, state_forms, state_sign
from runmon.render.untrusted import clean
from runmon.ui.private_textual import retitle
from runmon.ui.theme import palette
from runmon.watch.clock import Clock
from runmon.watch.events import Condition, PaneState
from runmon.watch.events import Pane as Watched

CORNERS_AND_GAPS = 6
"""Cells of a top border that hold no label: two corners, two edges, two blanks."""


def reason(state: PaneState) -> str:
    """Why something is missing, clean: in the server's own words where it has any."""
    return clean(state.detail.partition(" It says: ")[2] or state.detail, limit=300)


def barred(state: PaneState, what: str) -> str:
    """Why `what` (`The log`) cannot be shown, where the server gives nothing away; else empty."""
    match state.condition:
        case Condition.NEEDS_TOKEN | Condition.FORBIDDEN:
            why = "cannot be read without a token that is allowed to."
            return f"{what} {why}\nSet APIFY_TOKEN and start again."
        case Condition.GONE:
            return f"{what} cannot be found any more."
    return ""


class Pane(Vertical):
    """A titled frame around one kind of data. Subclasses compose their widgets inside.

    All texts must already have passed `render.untrusted`; colour them by spans with style names of `ui.theme`
    (`Text.append("48 211", "quiet")`), not by `Text.style`.
    """

    pane: ClassVar[Watched | None] = None
    """Which part of a watch feeds this pane."""
    SCOPE: ClassVar[str] = ""
    """The commands of this pane, see `ui.commands`."""
    NUMBER: ClassVar[str] = ""
    """The key that focuses it."""
    NAME: ClassVar[str] = ""
    """Its name in one word: `Log`, `Dataset`."""

    title_text: reactive[Text] = reactive(Text, repaint=False)
    """The title; empty: the pane's name."""
    counts: reactive[Text] = reactive(Text, repaint=False)
    """Counts beside the title, such as `48 211 lines`, `E 3`."""
    state: reactive[PaneState] = reactive(PaneState, repaint=False)
    """What the watch says of this pane's data."""
    beside: reactive[tuple[Pane, ...]] = reactive(tuple, repaint=False)
    """Panes that share this place as tabs, this one included; empty: none do."""

    told = False
    """Whether `shown` was last called with True."""

    class TitleChanged(Message):
        """Title, counts or state of a pane changed (a tab bar wants to know)."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

        def can_replace(self, message: Message) -> bool:
            """Only the last of several changes to one pane counts."""
            return isinstance(message, Pane.TitleChanged) and message.pane is self.pane

    def focus_inner(self) -> None:
        """Focus what takes the keys inside; by default the first focusable descendant."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus(scroll_visible=False)
                return
        if self.can_focus:
            self.focus(scroll_visible=False)

    def shown(self, visible: bool) -> None:
        """Told when the pane comes onto the screen or leaves it."""

    def tick(self) -> None:
        """Told once a second: words that hold a time are written anew."""
        if self.state.retry_at is not None:
            self.refresh_title()

    def label(self) -> Text:
        """Number, title and counts, as the frame and the tab bar show them."""
        named = Text()
        if self.NUMBER:
            named.append(f"{self.NUMBER} ", "faint")
        style = "tab" if self.beside else "strong" if self.has_focus_within else "text"
        named.append_text(self.title_text if self.title_text.plain else Text.assemble((self.NAME, style)))
        if self.counts.plain:
            named.append("  ").append_text(self.counts)
        return named

    def short_count(self) -> Text:
        """The first count alone, for the tab bar."""
        return Text(self.counts.plain.split("  ")[0].rstrip(), "quiet")

    def moment(self) -> datetime:
        """Now, in the person's time zone, by the application's clock."""
        return self._clock().local(self._clock().wall())

    def state_sign(self) -> Sign:
        """The state in words, as of now."""
        return state_sign(self.state, self.moment(), self._clock().monotonic())

    def _clock(self) -> Clock:
        clock = getattr(self.app, "clock", None)
        return clock if isinstance(clock, Clock) else Clock()

    def watch_title_text(self) -> None:
        self.refresh_title()

    def watch_counts(self) -> None:
        self.refresh_title()

    def watch_state(self) -> None:
        self.refresh_title()

    def watch_beside(self) -> None:
        self.refresh_title()

    def on_mount(self) -> None:
        self.refresh_title()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self.refresh_title())

    def on_unmount(self) -> None:
        """The application outlives the pane, and would keep it for its subscription."""
        self.app.theme_changed_signal.unsubscribe(self)

    def on_resize(self) -> None:
        self.refresh_title()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.refresh_title()

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        self.refresh_title()

    def refresh_title(self) -> None:
        """Write the frame's labels anew."""
        if not self.is_mounted:
            return
        room = self.outer_size.width - CORNERS_AND_GAPS
        retitle(self, self._frame_label(room) if room > 0 else None)
        self.post_message(self.TitleChanged(self))

    def _frame_label(self, room: int) -> Text:
        """The top border's text, `room` cells wide: label, the border itself, state."""
        colours = palette(self.app)
        focused = self.has_focus_within
        right = self._state_beside_the_name(room)
        left = self._tabs(max(room - right.cell_len - 3, 4))
        if left.cell_len + right.cell_len + 3 > room:
            left.truncate(max(room - right.cell_len - 3, 4), overflow="ellipsis")
        border = colours.accent if focused else colours.line
        if not right:
            return left
        edge = "─" * max(room - left.cell_len - right.cell_len - 2, 0)
        return Text.assemble(left, " ", (edge, border), " ", right)

    def _state_beside_the_name(self, room: int) -> Text:
        """The state in as many words as leave the name whole, and those of the panes beside."""
        if self.pane is None:
            return Text()
        names = " ─ ".join(pane.told_in(2) for pane in self.beside or (self,))
        now, monotonic = self.moment(), self._clock().monotonic()
        forms = [sign_text(said) for said in state_forms(self.state, now, monotonic)]
        return next((form for form in forms if len(names) + form.cell_len + 3 <= room), forms[-1])

    def _tabs(self, room: int) -> Text:
        """This pane's label and those beside it, which give up their counts, then their names, for room."""
        if not self.beside:
            return self.label()
        joined = Text()
        for words in (None, 2, 1):
            joined = Text(" ─ ", "line").join(
                self.label() if pane is self else Text.assemble((pane.told_in(words), "quiet"))
                for pane in self.beside
            )
            if joined.cell_len <= room:
                break
        return joined

    def told_in(self, words: int | None) -> str:
        """The label in so many words: number, name; None: all of it."""
        return self.label().plain if words is None else " ".join(self.label().plain.split()[:words])

    def state_text(self) -> Text:
        """Sign and words of the state; empty for a pane that no watch feeds."""
        return Text() if self.pane is None else sign_text(self.state_sign())


def sign_text(said: Sign) -> Text:
    """A sign and its word, coloured; what is well is quiet."""
    word = f" {said.word}" if said.word else ""
    return Text.assemble((said.sign, said.tone), (word, "quiet" if said.tone == "ok" else said.tone))
