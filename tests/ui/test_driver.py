"""Keys are awaited asleep: nothing wakes the program but a key, and the word to end."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import pytest
from textual.app import App
from textual.message import Message

from runmon.ui import driver
from runmon.ui.driver import LastingDriver

PATIENCE_S = 30.0


class Heard(LastingDriver):
    """Keeps what was typed."""

    typed: queue.Queue[str]

    def process_message(self, message: Message) -> None:
        self.typed.put(str(getattr(message, "key", message)))

    def write(self, data: str) -> None:
        """Nobody looks."""


@pytest.fixture
def kept_signals() -> Iterator[None]:
    """The signals that a driver takes, given back."""
    numbers = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Heard, IO[bytes]]]:
    """A driver that awaits keys on a terminal, and where they are typed."""
    person, terminal = os.openpty()
    tty.setraw(terminal)
    with open(terminal, "w") as screen, open(person, "wb", buffering=0) as keys:
        monkeypatch.setattr(sys, "__stdin__", screen)
        app: App[Any] = App()
        heard = Heard(app)
        heard.typed = queue.Queue()
        heard._key_thread = threading.Thread(target=heard._run_input_thread, daemon=True)
        heard._key_thread.start()
        try:
            yield heard, keys
        finally:
            heard.disable_input()
        assert not heard._key_thread.is_alive()


@pytest.mark.usefixtures("kept_signals")
@pytest.mark.parametrize("unsure_s", [0.0, PATIENCE_S])
async def test_keys_are_heard_after_any_silence_and_nobody_listens_when_told_to_end(
    monkeypatch: pytest.MonkeyPatch, unsure_s: float
) -> None:
    monkeypatch.setattr(driver, "UNSURE_S", unsure_s)
    with listening(monkeypatch) as (heard, keys):
        keys.write(b"x\x1b[A")
        assert [heard.typed.get(timeout=PATIENCE_S) for _ in range(2)] == ["x", "up"]


@pytest.mark.usefixtures("kept_signals")
async def test_an_escape_that_nothing_follows_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "UNSURE_S", PATIENCE_S)
    with listening(monkeypatch) as (heard, keys):
        keys.write(b"\x1b")
        assert heard.typed.get(timeout=PATIENCE_S) == "escape"
