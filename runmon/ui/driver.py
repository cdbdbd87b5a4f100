"""A terminal may be taken away, or lent to a shell for a while; neither may hang or break the program.

Textual's driver for POSIX terminals loses its writing thread with the terminal and then waits for it for
ever; it starts itself a second time on the SIGCONT that comes with every hang-up; it handles signals
between any two instructions, its own locks held; and it wakes ten times a second to see whether to end.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import signal
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

if TYPE_CHECKING:
    from runmon.ui.pixels import Pixels
    from runmon.ui.terminal_answers import EarlyKeys

READ_BYTES = 4096
TICK_S = 0.1
UNSURE_S = 2.0
"""For so long after an input the parser is told that time passes: an Escape alone may be a key."""


class LastingDriver(LinuxDriver):
    """Outlives its terminal. The application must leave on SIGHUP."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        terminal: Any = self._file
        self._file = cast(Any, Outlet(terminal))
        self._bell, self._ring = os.pipe()
        self._fetched = False

    def start_application_mode(self) -> None:
        """Take the terminal; from now on the loop hears of being suspended and continued.

        Who starts in the background is stopped while it reaches for the terminal, and reaches again once a
        shell has fetched it.
        """
        self._fetched = True
        while self._fetched:
            self._fetched = False
            super().start_application_mode()  # type: ignore[no-untyped-call]
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._sigtstp_application)
        loop.add_signal_handler(signal.SIGCONT, self._sigcont_application)
        if self._pixels is not None:
            self._pixels.come_back()

    def stop_application_mode(self) -> None:
        """Give the terminal back, and no image of ours with it."""
        if self._pixels is not None:
            self._pixels.leave()
        super().stop_application_mode()

    @property
    def _pixels(self) -> Pixels | None:
        return getattr(self._app, "pixels", None)

    def _sigcont_application(self, *_: object) -> None:
        """Continued: after a suspension, or after SIGSTOP, whose shell may have changed the terminal.

        While another program has the terminal (`no_automatic_restart`), it is not ours to restore.
        """
        if self._writer_thread is None:
            self._fetched = True
            return
        if not os.isatty(self.fileno) or not self._auto_restart:
            return
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

    def _get_terminal_size(self) -> tuple[int, int]:
        """The window as it is; COLUMNS and LINES, which a shell may export, tell how it once was."""
        try:
            return os.get_terminal_size(self.fileno)
        except OSError:
            return 80, 25

    def look_at_window(self) -> None:
        """Tell the application of a size that it has not heard of, or that an older one overtook on its way.

        A terminal that promises to tell its size itself (mode 2048) is believed too much: not all keep to it.
        """
        size, app = Size(*self._get_terminal_size()), self._app
        if size and {size} != {app.size, app.screen.size}:
            app.post_message(Resize(size, size))

    def disable_input(self) -> None:
        """Read no keys from here on."""
        os.write(self._ring, b"!")
        super().disable_input()
        os.read(self._bell, READ_BYTES)

    def run_input_thread(self) -> None:
        """Read keys until told to end, asleep while there are none."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")().decode
        early: EarlyKeys | None = getattr(self._app, "early_keys", None)

        def hear(typed: bytes) -> None:
            if text := decode(early.keys(typed) if early else typed):  # an empty one would end the parser
                for event in parser.feed(text):
                    self.process_message(event)

        hear(b"")
        read_at = time.monotonic()
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                unsure = time.monotonic() - read_at < UNSURE_S
                ready = selector.select(TICK_S if unsure else None)
                if any(key.fd == self.fileno for key, _ in ready):
                    read_at, typed = time.monotonic(), os.read(self.fileno, READ_BYTES)
                    if not typed:
                        return
                    hear(typed)
                for event in parser.tick():
                    self.process_message(event)

    def _run_input_thread(self) -> None:
        """Read keys; a terminal that is gone counts as hung up."""
        try:
            self.run_input_thread()
        except OSError:
            hang_up()
        except BaseException as error:
            self._app.call_later(_raise, error)


class Outlet:
    """The terminal as a file that takes everything, also when nobody is there any more."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def write(self, text: str) -> None:
        """Show text."""
        with lasting(self.fileno()):
            self._terminal.write(text)

    def flush(self) -> None:
        """Show it now."""
        with lasting(self.fileno()):
            self._terminal.flush()

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._terminal.fileno()


@contextmanager
def lasting(descriptor: int) -> Iterator[None]:
    """What cannot be written because the terminal is gone is dropped; other errors are raised."""
    try:
        yield
    except OSError:
        if os.isatty(descriptor):
            raise
        hang_up()


def hang_up() -> None:
    """Let the application hear that its terminal is gone, as the kernel does for a session's leader."""
    os.kill(os.getpid(), signal.SIGHUP)


def _raise(error: BaseException) -> None:
    raise error
