"""Hiding parts of the log: the keys and the prompt for levels, patterns and the lines around them."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.actions import SkipAction

from runmon.errors import BadInput
from runmon.insight.entries import Level
from runmon.insight.sieve import Sieve
from runmon.model.units import grouped
from runmon.render.untrusted import clean
from runmon.ui.widgets.log_view import LogView
from runmon.ui.widgets.pane import Pane
from runmon.ui.widgets.sifted_view import SiftedView

AROUND = (0, 1, 2, 3, 5, 10, 20, 50)
"""Lines shown around what passes, one step after the other."""
LEVELS = {"error": Level.ERROR, "warn": Level.WARN, "info": Level.INFO, "debug": Level.DEBUG}
SAID = {
    Level.NONE: "every level", Level.DEBUG: "debug and above", Level.INFO: "info and above",
    Level.WARN: "warnings and errors", Level.ERROR: "errors",
}  # fmt: skip
HINT = "text   !text hides   /expression/   one & another"


class LogFilters(Pane):
    """The filters of a pane around a log view."""

    view: LogView
    _typed = ""
    """The patterns last typed, to be offered again."""
    _unreadable = ""
    """Why what is typed is no filter."""

    def action_hide(self) -> None:
        """Ask what entries must hold, and show only those while it is typed."""
        view, before = self.view, self.view.sieve
        line, following = view.current(), view.following
        number = view.number(line) if line >= 0 else -1

        def done(text: str | None) -> None:
            view.focus(scroll_visible=False)
            if text is None:
                self.sift(before)
                view.following = following
                if number >= 0 and not following:
                    view.go_to_number(number)
            elif self._unreadable:
                self.notify(self._unreadable, severity="warning", timeout=6, markup=False)
            elif view.sieve.terms:
                self._typed = view.sieve.as_typed

        value, self._unreadable = before.as_typed or self._typed, ""
        view.ask("&", typed=self._hide_by, done=done, value=value, hint=HINT)
        if value:
            self._hide_by(value)

    def _hide_by(self, text: str) -> None:
        try:
            sieve, self._unreadable = Sieve.typed(text, self.view.sieve.level), ""
        except BadInput as error:
            sieve, self._unreadable = Sieve(self.view.sieve.level), clean(error.sentence, limit=80)
            self._note(Text(self._unreadable, style="warn"))
        self.sift(sieve)

    def action_level(self, name: str) -> None:
        """Show only entries of a level and above; of all, where that is so already."""
        level = LEVELS[name]
        self._level(Level.NONE if self.view.sieve.level is level else level)

    def action_next_level(self) -> None:
        """Show only errors, then warnings too, then more, then everything."""
        order = [Level.NONE, *LEVELS.values()]
        self._level(order[(order.index(self.view.sieve.level) + 1) % len(order)])

    def _level(self, level: Level) -> None:
        self.sift(Sieve(level, self.view.sieve.terms))

    def action_around(self, step: int) -> None:
        """Show more, or fewer, lines around what passes."""
        view = self.view
        if not view.sieve:
            self.notify("Nothing is hidden.", timeout=2, markup=False)
            return
        at = AROUND.index(view.context) + step
        view.surround(AROUND[min(max(at, 0), len(AROUND) - 1)])
        self.tell()

    def action_end_filter(self) -> None:
        """Show everything again; without a filter, the key is somebody else's."""
        if not self.view.sieve:
            raise SkipAction
        self.sift(Sieve())

    def sift(self, sieve: Sieve) -> None:
        """Show what passes a sieve."""
        self.view.sift(sieve)
        self.refresh_bindings()
        self.tell()

    def leave_filter(self, line: int) -> bool:
        """Show everything, and stay on the line at a place; whether anything was hidden."""
        view = self.view
        if not view.sieve:
            return False
        view.following = False
        view.cursor = line
        self.sift(Sieve())
        return True

    @on(SiftedView.Sieved)
    def _sieved(self, event: SiftedView.Sieved) -> None:
        event.stop()
        self.tell(at_once=False)
        self._note(Text(self._unreadable, style="warn") if self._unreadable else self.hidden())

    def _note(self, text: Text) -> None:
        prompt = self.view.prompt
        if prompt is not None and prompt.is_attached:
            prompt.say(text)

    def hidden(self) -> Text:
        """How much is hidden, and that there may be more."""
        view = self.view
        more = "+" if view.sifting else ""
        return Text.assemble(("hidden ", "quiet"), (f"{grouped(view.hidden)}{more}", "accent"))

    def filter_labels(self) -> list[Text]:
        """How much is hidden and by what; what was typed comes last, for it may be long."""
        view = self.view
        if not view.sieve:
            return []
        labels = []
        if view.sieve.level is not Level.NONE:
            labels.append(Text.assemble((SAID[view.sieve.level], "accent")))
        if view.context:
            labels.append(Text.assemble((f"±{view.context}", "quiet")))
        if view.sieve.terms:
            terms = clean(view.sieve.as_typed, limit=40)
            labels.append(Text.assemble(("& ", "faint"), (terms, "accent")))
        return [self.hidden(), *labels]

    def tell(self, *, at_once: bool = True) -> None:
        """Write what is in force into the frame, and say so where nothing passes."""
        raise NotImplementedError
