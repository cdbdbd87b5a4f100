"""What a terminal says of the images that it can draw, asked before the screen takes it, within a deadline.

Nothing that is typed meanwhile is lost, and an answer that comes too late is taken for no key.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import msgspec

from runmon.render.signals import through_tmux
from runmon.ui.terminal_hints import multiplexed

DEADLINE_S = 0.3
PATIENCE_S = 1.0
"""Where no screen follows, which would know an answer that comes late."""
QUESTIONS = b"\x1b[>q\x1b_Gi=1,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
"""Its name, an image of one pixel, a cell's size, and last what every terminal answers."""
ANSWER = re.compile(
    rb"\x1bP>\|(?P<name>[^\x1b]*)\x1b\\"
    rb"|\x1b_G(?P<image>[^\x1b]*)\x1b\\"
    rb"|\x1b\[6;(?P<high>\d+);(?P<wide>\d+)t"
    rb"|\x1b\[\?(?P<last>[\d;]*)c"
)
_BEGUN = re.compile(
    rb"\x1b(?:P(?:>(?:\|[^\x1b]*\x1b?)?)?|_(?:G[^\x1b]*\x1b?)?|\[(?:\?[\d;]*|6(?:;[\d;]*)?)?)\Z"
)
"""Escape alone is none: it is a key."""
_NAME = re.compile(r"(kitty|ghostty)\D{0,8}(\d+)\.(\d+)", re.ASCII)
SINCE = {"kitty": (0, 28), "ghostty": (1, 0)}
"""Versions since which terminals show images where placeholders stand. Others answer the question too, and
would show odd letters."""
_CELL = (10, 20)
"""Where a terminal does not tell: most cells are about so wide and high."""


class Answers(msgspec.Struct, frozen=True):
    """What a terminal said of itself."""

    name: str = ""
    """What it calls itself, such as `kitty(0.36.4)`; not cleaned."""
    kitty: bool = False
    """Whether it knows Kitty's graphics protocol."""
    sixel: bool = False
    cell: tuple[int, int] = (0, 0)
    """Pixels across and down a cell; zeros where it did not tell."""
    inside_tmux: bool = False
    """Whether it is the terminal around tmux."""

    @property
    def placeholders(self) -> bool:
        """Whether it shows images where cells of text stand for them."""
        named = _NAME.match(self.name.lower())
        return self.kitty and named is not None and (int(named[2]), int(named[3])) >= SINCE[named[1]]

    def cell_now(self) -> tuple[int, int]:
        """Pixels across and down a cell, as the terminal's font is now."""
        return _cell_of(0) or (self.cell if all(self.cell) else _CELL)

    def wrapped(self, sequence: str) -> str:
        """A sequence as it gets to the terminal."""
        return through_tmux(sequence) if self.inside_tmux else sequence


def answers_in(read: bytes) -> Answers:
    """What it means that a terminal answered."""
    said: dict[str, str] = {}
    for answer in ANSWER.finditer(read):
        said |= {name: text.decode("ascii", "replace") for name, text in answer.groupdict().items() if text}
    return Answers(
        name=said.get("name", ""),
        kitty=said.get("image", "").endswith(";OK"),
        sixel="4" in said.get("last", "").split(";"),
        cell=(int(said.get("wide", 0)), int(said.get("high", 0))),
    )


def is_over(read: bytes) -> bool:
    """Whether a terminal has answered all that it will."""
    return any(answer["last"] is not None for answer in ANSWER.finditer(read))


class EarlyKeys:
    """What is typed around the start, without the terminal's answers."""

    def __init__(self, read: bytes) -> None:
        self._held = read
        self._over = False

    def keys(self, read: bytes) -> bytes:
        """Of what was read, the keys; the beginning of an answer is held back until its end comes."""
        if self._over:
            return read
        whole = self._held + read
        self._over, keys = is_over(whole), ANSWER.sub(b"", whole)
        begun = None if self._over else _BEGUN.search(keys)
        end = begun.start() if begun else len(keys)
        self._held = keys[end:]
        return keys[:end]


@contextmanager
def asking(reads: int, writes: int, patience_s: float = DEADLINE_S) -> Iterator[float]:
    """Ask the terminal of two descriptors, which inside neither echoes nor waits for the end of a line.

    Gives the time until which an answer is awaited.
    """
    before, modes = termios.tcgetattr(reads), termios.tcgetattr(reads)
    modes[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(reads, termios.TCSANOW, modes)
    try:
        os.write(writes, QUESTIONS)
        yield time.monotonic() + patience_s
    finally:
        termios.tcsetattr(reads, termios.TCSANOW, before)


def read_answers(reads: int, until: float) -> bytes:
    """All that came until the last answer or the time was there, keys among it."""
    read = b""
    while not is_over(read):
        left = until - time.monotonic()
        if left <= 0 or not select.select([reads], [], [], left)[0]:
            break
        if not (more := os.read(reads, 4096)):
            break
        read += more
    return read


def ask_now(reads: int, writes: int, environment: Mapping[str, str]) -> Answers:
    """What a terminal answers to a program that shows no screen; what is typed meanwhile is lost."""
    if multiplexed(environment):
        return tmux_told() if environment.get("TMUX") else Answers()
    with asking(reads, writes, PATIENCE_S) as until:
        return answers_in(read_answers(reads, until))


def tmux_told() -> Answers:
    """What tmux knows of the terminal around it, where it lets sequences pass to that."""
    told = ""
    with suppress(OSError, subprocess.SubprocessError):
        pane = ["-t", os.environ["TMUX_PANE"]] if "TMUX_PANE" in os.environ else []
        asked = ["tmux", "display-message", "-p", *pane, "#{allow-passthrough} #{client_termtype}"]
        told = subprocess.run(asked, capture_output=True, text=True, timeout=1).stdout
    passes, _, name = told.strip().partition(" ")
    return Answers(name=name, kitty=passes in {"on", "all", "1"}, inside_tmux=True)


def _cell_of(descriptor: int) -> tuple[int, int] | None:
    try:
        size = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, across, down = struct.unpack("HHHH", size)
    return (
        (across // columns, down // rows) if rows and columns and across >= columns and down >= rows else None
    )
