"""A terminal that draws images as Kitty does, as far as the programs under test can tell."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from pyte.graphics import FG_BG_256

from runmon.render.kitty import MARKS, PLACEHOLDER
from tests.terminal import Terminal

NAME, IMAGE, CELL, LAST = b"\x1b[>q", b"\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", b"\x1b[16t", b"\x1b[c"
KITTY = {
    NAME: b"\x1bP>|kitty(0.36.4)\x1b\\",
    IMAGE: b"\x1b_Gi=1;OK\x1b\\",
    CELL: b"\x1b[6;20;10t",
    LAST: b"\x1b[?62;22c",
}
"""What Kitty answers to the questions it is asked."""
WEZTERM = {**KITTY, NAME: b"\x1bP>|WezTerm 20240203\x1b\\", LAST: b"\x1b[?65;4;6;18;22c"}
SECOND_SCREEN, FIRST_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
_KNOWN = re.compile(
    rb"\x1b_G[^\x1b]*\x1b\\|"
    + b"|".join(re.escape(each) for each in (NAME, CELL, LAST, SECOND_SCREEN, FIRST_SCREEN))
)
_BEGUN = re.compile(rb"\x1b(?:_(?:G[^\x1b]*\x1b?)?|P[^\x1b]*(?:\x1b\x1b[^\x1b]*)*\x1b?|\[[>?\d]*)?\Z")
_THROUGH_TMUX = re.compile(rb"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")


@dataclass(frozen=True)
class Held:
    """An image that the terminal was given."""

    columns: int
    rows: int
    png: bytes

    @property
    def picture(self) -> Image.Image:
        return Image.open(io.BytesIO(self.png), formats=("PNG",))


@dataclass(frozen=True)
class Cell:
    """A cell that stands for a part of an image, as the terminal reads it."""

    number: int
    row: int
    column: int


class PictureTerminal(Terminal):
    """Answers the questions that it knows, holds images, and tells which of their cells show."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        answers: Mapping[bytes, bytes] = KITTY,
        env: Mapping[str, str] | None = None,
        **size: Any,
    ) -> None:
        self.answers = answers
        self.held: dict[int, Held] = {}
        self.given: list[int] = []
        """Numbers of all images in the order in which they came."""
        self.questions: list[bytes] = []
        self._second_screen = False
        self._before = b""
        self._open: tuple[dict[str, str], str] | None = None
        outside = {"KITTY_WINDOW_ID": "1", "TERM": "xterm-kitty", "TMUX": "", "STY": ""}
        super().__init__(command, **size, env={**outside, **(env or {})})

    def obeyed(self, data: bytes) -> bytes:
        """Answer questions and take images, also those that a tmux would let pass."""
        whole = _THROUGH_TMUX.sub(lambda m: m[1].replace(b"\x1b\x1b", b"\x1b"), self._before + data)
        begun = _BEGUN.search(whole)
        end = begun.start() if begun else len(whole)
        self._before = whole[end:]
        for found in _KNOWN.findall(whole[:end]):
            self._obey(found)
        return re.sub(rb"\x1b_G[^\x1b]*\x1b\\|\x1b\[>q|\x1b\[16t|\x1b\[c", b"", whole[:end])

    def _obey(self, sequence: bytes) -> None:
        if sequence in (SECOND_SCREEN, FIRST_SCREEN):
            self._second_screen = sequence == SECOND_SCREEN
            if self._second_screen:
                self.held.clear()
        elif sequence in (NAME, IMAGE, CELL, LAST):
            self.questions.append(sequence)
            self.say(self.answers.get(sequence, b""))
        else:
            self._command(sequence[3:-2].decode())

    def say(self, answer: bytes) -> None:
        """Answer."""
        os.write(self._master, answer)

    def _command(self, told: str) -> None:
        control, _, data = told.partition(";")
        keys = dict(part.split("=", 1) for part in control.split(",") if part)
        if keys.get("a") == "d":
            assert keys["d"] == "I" and keys["q"] == "2"
            if self._second_screen:
                self.held.pop(int(keys["i"]), None)
            return
        assert len(data) <= 4096
        first, before = self._open or (keys, "")
        self._open = (first, before + data) if keys["m"] == "1" else None
        if self._open is None:
            assert (first["a"], first["U"], first["q"], first["f"], first["t"]) == ("T", "1", "2", "100", "d")
            number = int(first["i"])
            self.given.append(number)
            png = base64.b64decode(before + data, validate=True)
            self.held[number] = Held(int(first["c"]), int(first["r"]), png)

    @property
    def cells(self) -> dict[tuple[int, int], Cell]:
        """By row and column of the screen: cells that stand for parts of images."""
        found = {}
        for y in range(self._screen.lines):
            for x in range(self._screen.columns):
                shown = self._screen.buffer[y][x]
                if shown.data.startswith(PLACEHOLDER) and len(shown.data) == 4:
                    row, column, top = map(MARKS.index, shown.data[1:])
                    low = FG_BG_256.index(shown.fg, 16)
                    found[y, x] = Cell(top << 24 | low, row, column)
        return found

    def whole(self, number: int) -> bool:
        """Whether all cells of an image show, each once, in their order, and no other image's."""
        if number not in self.held or not (cells := self.cells):
            return False
        top, left = min(cells)
        return cells == {
            (top + row, left + column): Cell(number, row, column)
            for row in range(self.held[number].rows)
            for column in range(self.held[number].columns)
        }
