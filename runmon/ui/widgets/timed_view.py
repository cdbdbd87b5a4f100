"""A log view that goes to a time, and to where the log was silent."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.worker import get_current_worker

from runmon.insight.moments import Silence, line_at, silence_before, silences, span_s
from runmon.model.units import span
from runmon.render.untrusted import clean
from runmon.ui.widgets.sifted_view import SiftedView

SILENT_S = 10.0
"""A silence worth going to, until a person names another."""


class TimedView(SiftedView):
    """Lines have stamps; a person may name a time for a line."""

    GO_TO: ClassVar[str] = "line   50%   12:31   -5m from the end   +5m   >30s of silence"
    silent_s = SILENT_S
    """How long a silence must be to be gone to."""
    _seeks = 0

    def line_named(self, text: str) -> int | None:
        """The line meant by a number, a share, or a time."""
        number = super().line_named(text)
        line = self.current()
        if number is not None or line < 0:
            return number
        times = self.lines.times(self.number(line))
        moment = times.named(text) if times else None
        return line_at(moment, self.all_lines(), self.lines.stamp) if moment else None

    def go_to(self, text: str) -> None:
        """Go to what a person named; `>30s` is the next silence of so long."""
        if not text.strip().startswith(">"):
            super().go_to(text)
            return
        seconds = span_s(text.strip()[1:])
        if seconds is None or seconds < 1:
            said = clean(text, limit=40)
            self.notify(f"{said} is no silence: write >30s or >5m.", markup=False, severity="warning")
            return
        self.silent_s = seconds
        self.seek_silence(1)

    def seek_silence(self, step: int) -> None:
        """Go to the line that ended the next silence, or the one before."""
        self._seeks += 1
        work = partial(self._seek, self._seeks, self._from(step), step, self.silent_s)
        self.run_worker(work, thread=True, group="silence")

    def _seek(self, seek: int, number: int, step: int, seconds: float) -> None:
        log, worker = self.lines.buffer, get_current_worker()
        looked = (
            silences(log.blocks(max(number, 0)), number + 1, self.all_lines(), seconds)
            if step > 0
            else silence_before(log, number, seconds)
        )
        for found in looked:
            if worker.is_cancelled or seek != self._seeks:
                return
            if found is not None:
                self.app.call_from_thread(self._silent, seek, found)
                return
        self.app.call_from_thread(self._silent, seek, None)

    def _silent(self, seek: int, found: Silence | None) -> None:
        if seek != self._seeks:
            return
        if found is None:
            said = f"No silence of {span(self.silent_s)} or more that way; ^g >5s looks for another."
        else:
            self.go_to_number(found.line)
            said = f"Silent for {span(found.seconds)} before line {found.line + 1}."
        self.notify(said, timeout=4, markup=False)
