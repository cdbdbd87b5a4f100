"""Images that the terminal draws in pixels: it is asked whether it can, and holds those that show."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.app import App

from runmon.ui.terminal_hints import multiplexed, worth_asking

if TYPE_CHECKING:
    from runmon.render.raster import Detail
    from runmon.ui.terminal_answers import Answers, EarlyKeys


@contextmanager
def asked(images: str, environment: Mapping[str, str]) -> Iterator[Callable[[HasPixels], None]]:
    """Ask the terminal, and give what makes an application wait for the answers and draw accordingly."""
    reads, writes = sys.__stdin__, sys.__stderr__
    terminals = (
        reads and reads.isatty() and writes and writes.isatty() and "TEXTUAL_DRIVER" not in environment
    )
    if not terminals or not worth_asking(images, environment):
        yield lambda _app: None
        return
    from runmon.ui.terminal_answers import Answers, answers_in, asking, read_answers, tmux_told

    if multiplexed(environment):
        told = tmux_told() if environment.get("TMUX") else Answers()
        yield lambda app: app.take_answers(told, b"")
        return
    assert reads and writes
    with asking(reads.fileno(), writes.fileno()) as until:

        def wait(app: HasPixels) -> None:
            read = read_answers(reads.fileno(), until)
            app.take_answers(answers_in(read), read)

        yield wait


class HasPixels(App[int]):
    """For the application: what its terminal said before it started, and the images that it holds."""

    pixels: Pixels | None = None
    early_keys: EarlyKeys | None = None

    def take_answers(self, answers: Answers, read: bytes) -> None:
        """Draw as the terminal can; what is among the bytes `read` beside its answers are keys."""
        from runmon.ui.terminal_answers import EarlyKeys

        self.early_keys = EarlyKeys(read)
        if answers.placeholders:
            self.pixels = Pixels(self.tell_terminal, answers)

    def tell_terminal(self, sequence: str) -> None:
        """Write a sequence of `render.signals` to the terminal, beside the screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)


class Pixels:
    """The images that the terminal holds."""

    def __init__(self, tell: Callable[[str], None], answers: Answers) -> None:
        from runmon.render.kitty import numbers

        self._tell, self._answers = tell, answers
        self._numbers = numbers(os.getpid())
        self._held: dict[int, str] = {}
        self._away = False

    @property
    def cell(self) -> tuple[int, int]:
        """Pixels across and down a cell, as its font is now."""
        return self._answers.cell_now()

    def send(self, detail: Detail) -> int:
        """Have an image held; the number by which cells name it."""
        from runmon.render.kitty import sent

        number = next(self._numbers)
        sequences = sent(number, detail.png, detail.columns, detail.rows)
        self._held[number] = "".join(map(self._answers.wrapped, sequences))
        self._write(self._held[number])
        return number

    def drop(self, number: int) -> None:
        """Have an image forgotten."""
        if self._held.pop(number, None) is not None:
            self._write(self._forgotten(number))

    def leave(self) -> None:
        """Have all images forgotten while the terminal still shows the screen that they belong to."""
        self._write("".join(map(self._forgotten, self._held)))
        self._away = True

    def come_back(self) -> None:
        """Have all images held again by a terminal that shows its second screen anew, without them."""
        self._away = False
        self._write("".join(self._held.values()))

    def _write(self, sequences: str) -> None:
        if sequences and not self._away:
            self._tell(sequences)

    def _forgotten(self, number: int) -> str:
        from runmon.render.kitty import dropped

        return self._answers.wrapped(dropped(number))
