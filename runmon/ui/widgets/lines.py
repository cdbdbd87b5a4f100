"""The one view for lines of text: the log, JSON, source, hex. This file is what a person does with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.geometry import Offset
from textual.message import Message
from textual.scrollbar import ScrollDown, ScrollTo, ScrollUp
from textual.selection import Selection
from textual.widget import Widget

from runmon.errors import BadInput
from runmon.render.untrusted import clean
from runmon.ui.commands import bindings
from runmon.ui.private_textual import paint_now
from runmon.ui.widgets.clipboard import COPY_LIMIT, put_on_clipboard
from runmon.ui.widgets.line_marks import LineMarks
from runmon.ui.widgets.line_rows import STRIDE, LineSource
from runmon.ui.widgets.prompt import Prompt, ask

__all__ = ["LineSource", "LineView", "TextLines"]

SIDEWAYS = 8


class TextLines:
    """Lines that are all there."""

    def __init__(self, lines: Sequence[Text] = ()) -> None:
        self._lines = lines

    def line_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def text(self, n: int) -> Text:
        """Line `n`."""
        return self._lines[n]


class LineView(LineMarks):
    """Shows a source: scroll, current line, selection, search. Rows are bound in `ui.commands`."""

    SCOPE: ClassVar[str] = "lines"
    BINDINGS = bindings("lines")
    GO_TO: ClassVar[str] = "line   50%"
    """What can be gone to, as a hint."""
    prompt: Prompt | None = None
    _trouble = ""
    """What is wrong with the text that is typed to be looked for."""
    _began: tuple[tuple[int, int], int, bool] | None = None
    """The first row, the current line, and whether it followed, when the search began."""

    class Chosen(Message):
        """The current line was chosen, by Enter or a double click."""

        def __init__(self, view: LineView, line: int) -> None:
            super().__init__()
            self.view = view
            self.line = line

    # Selection

    def selection_updated(self, selection: Selection | None) -> None:
        """Paint the selection; lines that arrive do not push it away."""
        if selection is not None:
            self.following = False
        self.forget_paint()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text; of more than 64 KiB one character more than that."""
        start, end = selection.start or Offset(0, 0), selection.end
        last = self._count - 1 if end is None else min(end.y, self._count - 1)
        parts: list[str] = []
        size = 0
        for n in range(start.y, last + 1):
            first, stop = selection.get_span(n) or (0, -1)
            parts.append(self.plain_between(n, first, stop))
            size += len(parts[-1]) + 1
            if size > COPY_LIMIT:
                break
        return "\n".join(parts)[: COPY_LIMIT + 1], "\n"

    def plain_between(self, n: int, first: int, after: int) -> str:
        """What stands between two places of line `n`, cut somewhere past 64 KiB; -1: up to its end."""
        parts: list[str] = []
        for piece in range(first // STRIDE, self.pieces_of(n)):
            plain, begins = self.piece_of(n, piece).plain, piece * STRIDE
            parts.append(plain[max(first - begins, 0) : max(after - begins, 0) if after >= 0 else None])
            if sum(map(len, parts)) > COPY_LIMIT or 0 <= after <= begins + len(plain):
                break
        return "".join(parts)

    # Keys, wheel, clicks

    def move_cursor(self, line: int) -> None:
        """Make another line the current one and show it; the last one of a log resumes following."""
        line = min(max(line, 0), self._count - 1)
        if line < 0:
            return
        if self.FOLLOWS:
            self.following = line == self._count - 1 and self.cursor >= 0 and line >= self.cursor
        self.cursor = -1 if self.following else line
        self.reveal(line)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, way: int) -> None:
        event.prevent_default()
        event.stop()
        if event.shift or event.ctrl:
            self.action_sideways(way * SIDEWAYS)
        else:
            self.scroll_rows(way * 3)

    def on_scroll_to(self, event: ScrollTo) -> None:
        """The thumb of a bar was dragged."""
        event.prevent_default()
        event.stop()
        if event.y is not None:
            self._place(round(event.y))
            self._settle()
        if event.x is not None:
            self.scroll_to(event.x, animate=False)

    def on_scroll_up(self, event: ScrollUp) -> None:
        """A click above the thumb."""
        event.prevent_default()
        event.stop()
        self.action_page(-1)

    def on_scroll_down(self, event: ScrollDown) -> None:
        """A click below the thumb."""
        event.prevent_default()
        event.stop()
        self.action_page(1)

    def on_click(self, event: events.Click) -> None:
        rows = list(self._visible())
        if event.y >= len(rows) or self.text_selection is not None:
            return
        line = rows[event.y][0]
        self.following = False
        self.cursor = line
        if event.chain == 2:
            self.post_message(self.Chosen(self, line))

    def action_cursor(self, rows: int) -> None:
        """Move the current line down, or up where negative."""
        self.move_cursor(self.current() + rows)

    def action_page(self, share: float) -> None:
        """Scroll by a share of a page; the current line goes along."""
        rows = int(self.view_height * share) or (1 if share > 0 else -1)
        at_end = self._first() >= self._last_first() if share > 0 else self._first() == (0, 0)
        if at_end:
            self.move_cursor(self._count - 1 if share > 0 else 0)
            return
        before = self.current()
        self.scroll_rows(rows)
        if not self.following:
            self.cursor = min(max(before + rows, 0), self._count - 1) if self.cursor >= 0 else -1

    def action_top(self) -> None:
        """Go to the first line."""
        self.following = False
        self.cursor = 0 if self._count else -1
        self._place(0)
        self.back_from_aside()

    def action_bottom(self) -> None:
        """Go to the end, and follow it where lines arrive."""
        if self.FOLLOWS:
            self.following = True
        else:
            self.cursor = self._count - 1
        self._place(*self._last_first())
        self.back_from_aside()

    def action_sideways(self, cells: int) -> None:
        """Move sideways by cells; by half a page for ±1."""
        if self.wrap:
            return
        step = cells * self.text_width // 2 if abs(cells) == 1 else cells
        self.scroll_to(round(self.scroll_x) + step, animate=False)

    def action_line_start(self) -> None:
        """Go to the first column."""
        self.scroll_to(0, animate=False)

    def action_line_end(self) -> None:
        """Go to the end of the longest line that shows."""
        lines = list(dict.fromkeys(n for n, _ in self._visible()))

        def go() -> None:
            longest = max((self.width_of_line(n) for n in lines if n < self._count), default=0)
            self._widen(longest)
            self.scroll_to(max(longest - self.text_width, 0), animate=False, force=True)

        self.measured(lines, go)

    def action_wrap(self) -> None:
        """Fold long lines, or let them run on."""
        with self.holding():
            self.wrap = not self.wrap

    def action_numbers(self) -> None:
        """Show or hide line numbers."""
        self.numbers = not self.numbers

    def action_copy(self) -> None:
        """Copy the selection, or the current line."""
        text = self.screen.get_selected_text()
        if not text and (line := self.current()) >= 0:
            text = self.plain_between(line, 0, -1)
        if text:
            put_on_clipboard(self, text, "Copied.")

    def action_choose(self) -> None:
        """Choose the current line."""
        if (line := self.current()) >= 0:
            self.post_message(self.Chosen(self, line))

    # Prompts

    def action_search(self) -> None:
        """Ask what to look for, and look for it while it is typed."""
        value = self.query_text
        self._began = place = (self._first(), self.cursor, self.following)
        self._trouble = ""

        def done(text: str | None) -> None:
            self.focus(scroll_visible=False)
            trouble, self._trouble = self._trouble, ""
            if text is None:
                self.search("")
                self._return_to(*place)
            elif trouble:
                self.notify(trouble, severity="warning", markup=False)
            elif text and self.sought is not None and not self.searching and not self.hits_shown():
                self.notify(f"{clean(text, limit=60)} was not found.", timeout=3, markup=False)

        self.ask("/", typed=self._look_for, done=done, value=value, hint="text   /expression/")

    def return_from_search(self) -> None:
        """Nothing was found: go back to where the search began."""
        if self._began is not None:
            self._return_to(*self._began)

    def _look_for(self, text: str) -> None:
        self._trouble = ""
        try:
            self.search(text)
        except BadInput as error:
            self._trouble = clean(error.sentence, limit=80)
            if self.prompt is not None:
                self.prompt.say(Text(self._trouble, style="warn"))

    def _return_to(self, first: tuple[int, int], cursor: int, following: bool) -> None:
        self.cursor, self.following = cursor, following
        self.back_from_aside()
        if not following:
            self._place(*first)

    def action_end_search(self) -> None:
        """Forget what was looked for; without a search, the key is somebody else's."""
        if self.sought is None:
            raise SkipAction
        self.search("")

    def action_go_to(self) -> None:
        """Ask for a line number or a percentage, and go there."""

        def done(text: str | None) -> None:
            if text:
                self.go_to(text)
                paint_now(self)
            self.focus(scroll_visible=False)

        self.ask("go to", typed=lambda _: None, done=done, hint=self.GO_TO)

    def go_to(self, text: str) -> None:
        """Go to the line a person named."""
        line = self.line_named(text.strip())
        if line is None or not self._count:
            self.notify(f"{clean(text, limit=40)} is no line here.", markup=False, severity="warning")
            return
        self.go_to_number(max(line, 0))

    def go_to_number(self, number: int) -> None:
        """Make the line with a number the current one, or the next that is not hidden."""
        if self._count:
            self.following = False
            self.cursor = min(self.place(number), self._count - 1)
            self.reveal(self.cursor)
            self.back_from_aside()

    def line_named(self, text: str) -> int | None:
        """The number, from 0, of the line meant by `120` or `50%`; None where none is."""
        number = text.removesuffix("%")
        if not (number.isascii() and number.isdigit() and len(number) < 12):
            return None
        return self.all_lines() * min(int(number), 100) // 100 if text != number else int(number) - 1

    def ask(
        self,
        label: str,
        *,
        typed: Callable[[str], None],
        done: Callable[[str | None], None],
        value: str = "",
        hint: str = "",
    ) -> None:
        """Ask for one line below the view, see `Prompt`."""
        if isinstance(self.parent, Widget):
            self.prompt = ask(self.parent, label, typed=typed, done=done, value=value, hint=hint)

    def on_line_search_found(self) -> None:
        if self.prompt is not None and self.prompt.is_attached:
            self.prompt.say(Text(self._trouble, style="warn") if self._trouble else self.found_text())

    def found_text(self) -> Text:
        """How many lines match, and which of them is the current one."""
        if self.sought is None:
            return Text()
        count, more = self.hits_shown(), "+" if self.searching else ""
        number = self.number(self.cursor) if 0 <= self.cursor < self._count else -1
        if number in self.hits:
            unseen = "" if self.has_match(self.cursor) else ", not in what shows of the line"
            return Text(f"{self.hits_shown(before=number) + 1} of {count}{more}{unseen}")
        if not count and not more:
            return Text("not found")
        return Text(f"{count}{more} lines" if count != 1 else f"1{more} line")
