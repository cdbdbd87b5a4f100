"""A program on a pseudo-terminal, as a person meets it: keys go in, bytes come out, a screen shows."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

DEADLINE_S = 60.0
SECOND_SCREEN = b"\x1b[?1049h"
"""Terminals show it empty; pyte knows only one."""
RUNMON = (sys.executable, "-m", "runmon")


class Terminal:
    """A context manager: inside it the program runs; leaving it kills what is left."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 120,
        rows: int = 40,
        cell: tuple[int, int] = (0, 0),
        env: dict[str, str] | None = None,
    ) -> None:
        self.output = b""
        """Everything the program wrote, byte by byte."""
        self.exit_code: int | None = None
        """Once ended: its exit code, negative after a signal."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "NO_COLOR"}}
        environment = {**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            across, down = columns * cell[0], rows * cell[1]
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, across, down))
            os.execvpe(str(command[0]), [str(part) for part in command], environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self._master >= 0:
            os.close(self._master)

    @property
    def text(self) -> str:
        """The screen, row by row."""
        return "\n".join(self._screen.display)

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the window."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def raw(self) -> bool:
        """Whether keys go to the program one by one, unseen by the terminal itself."""
        flags: int = termios.tcgetattr(self._master)[3]
        return not flags & termios.ICANON

    def cook(self) -> None:
        """Give the terminal line mode and echo, as a shell does for itself."""
        modes = termios.tcgetattr(self._master)
        modes[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(self._master, termios.TCSANOW, modes)

    def stops(self) -> None:
        """Read until the program is stopped."""
        self.until(lambda: os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)[0])
        self.settle()

    def hang_up(self) -> int:
        """Close the window; the program's exit code."""
        os.close(self._master)
        self._master = -1
        deadline = time.monotonic() + DEADLINE_S
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            assert time.monotonic() < deadline, "it outlived its terminal"
            select.select([], [], [], 0.05)
        self.exit_code = os.waitstatus_to_exitcode(ended[1])
        return self.exit_code

    def read(self, wait_s: float) -> bool:
        """Take in what the program wrote; False once it has closed the terminal."""
        if not select.select([self._master], [], [], wait_s)[0]:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.output += data
        before, *entered = self.obeyed(data).split(SECOND_SCREEN)
        self._stream.feed(before)
        for shown in entered:
            self._screen.reset()
            self._stream.feed(shown)
        return bool(data)

    def obeyed(self, data: bytes) -> bytes:
        """Do what bytes say beside writing to the screen; the rest of them."""
        return data

    def until(self, seen: Callable[[], object]) -> None:
        """Read until something is so."""
        deadline = time.monotonic() + DEADLINE_S
        while not seen():
            assert self.read(0.2) and time.monotonic() < deadline, (
                f"never came to be; the screen:\n{self.text}"
            )

    def sees(self, *words: str) -> None:
        """Read until all the words stand on the screen."""
        self.until(lambda: all(word in self.text for word in words))

    def settle(self, quiet_s: float = 0.4) -> None:
        """Read until nothing more has come for a while."""
        before = -1
        while before != len(self.output):
            before = len(self.output)
            if not self.read(quiet_s):
                return

    def ends(self) -> int:
        """Read until the program has ended; its exit code."""
        deadline = time.monotonic() + DEADLINE_S
        while self.read(0.2):
            assert time.monotonic() < deadline, f"it did not end; the screen:\n{self.text}"
        _, status = os.waitpid(self.pid, 0)
        self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code
