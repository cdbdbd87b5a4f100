"""One Actor process behind its keeper: its output as it comes, its signals, its end."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runmon.errors import LocalFault

T = TypeVar("T")

KEEPER = Path(__file__).with_name("keeper.py")
READ_SIZE = 1024 * 1024
PIPE_SIZE = 1024 * 1024
LINGER_S = 2.0
"""How long output may go on after the end, where something that escaped the tree holds the pipe."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    code: int | None
    """128+n for death by signal n; 127 or 126 when it could not be started; None when nobody saw it."""
    cpu_secs: float = 0.0
    failure: str = ""
    """Why it could not be started, in the system's words."""


class KeptProcess:
    """Starts a command and tells what it writes, from a thread of its own, in the order of arrival."""

    def __init__(
        self, command: Sequence[str], *, env: Mapping[str, str], on_output: Callable[[bytes], None]
    ) -> None:
        self.command = tuple(command)
        self.env = dict(env)
        self.on_output = on_output
        self.keeper: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None
        """The Actor's first process and its group; None before the start and when it could not be started."""
        self.keeper_pid = 0
        self.orders = -1
        self.output = -1
        self.status = -1
        self.linger_end, self.linger_start = -1, -1

    async def start(self) -> None:
        """Launch the keeper and the command; returns once the command runs or has failed to.

        Raises LocalFault when not even the keeper can be started.
        """
        self.loop = asyncio.get_running_loop()
        self.running: asyncio.Future[None] = self.loop.create_future()
        self.ended: asyncio.Future[Ended] = self.loop.create_future()
        self.drained: asyncio.Future[None] = self.loop.create_future()
        try:
            await asyncio.to_thread(self.spawn)
        except OSError as error:
            raise LocalFault(f"No process could be started: {error.strerror or error}.") from error
        threading.Thread(target=self.pump, name="actor output", daemon=True).start()
        threading.Thread(target=self.listen, name="actor status", daemon=True).start()
        await self.running

    def spawn(self) -> None:
        """Pipes and the keeper process; the far ends are closed here, so that an end is seen."""
        order_read, self.orders = os.pipe()
        self.output, output_write = os.pipe()
        self.status, status_write = os.pipe()
        self.linger_end, self.linger_start = os.pipe()
        widen(self.output)
        try:
            self.keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", str(KEEPER), str(status_write), *self.command],
                stdin=order_read,
                stdout=output_write,
                stderr=output_write,
                pass_fds=(status_write,),
                start_new_session=True,
                env=self.env,
            )
        except BaseException:
            close(self.orders, self.output, self.status, self.linger_end, self.linger_start)
            raise
        finally:
            close(order_read, output_write, status_write)
        self.keeper_pid = self.keeper.pid

    def pump(self) -> None:
        """Thread: every byte of the pipe to `on_output`, until its end or the end of the linger time."""
        poll = select.poll()
        for end in (self.output, self.linger_end):
            poll.register(end, select.POLLIN)
        while any(end == self.output for end, _ in poll.poll()):
            chunk = os.read(self.output, READ_SIZE)
            if not chunk:
                break
            self.on_output(chunk)
        close(self.output, self.linger_end)
        self.tell(self.drained, None)

    def listen(self) -> None:
        """Thread: what the keeper says, line by line; ends with the keeper."""
        ended = Ended(code=None)
        with os.fdopen(self.status, "rb") as lines:
            for line in lines:
                fact = json.loads(line)
                if "pid" in fact:
                    self.pid = fact["pid"]
                    self.tell(self.running, None)
                else:
                    ended = as_ended(fact)
        assert self.keeper is not None
        self.keeper.wait()
        self.tell(self.running, None)
        self.tell(self.ended, ended)

    def tell(self, future: asyncio.Future[T], value: T) -> None:
        """Settle a future from a thread; a loop that is gone no longer wants it."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(settle, future, value)

    def terminate(self) -> None:
        """SIGTERM to the whole tree."""
        self.order(b"T")

    def kill(self) -> None:
        """SIGKILL to the whole tree."""
        self.order(b"K")

    def order(self, letter: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(self.orders, letter)

    async def wait(self) -> Ended:
        """The end: the tree is gone, and all that it wrote has been handed on."""
        ended = await asyncio.shield(self.ended)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.drained), LINGER_S)
        with contextlib.suppress(OSError):
            os.write(self.linger_start, b".")
        await asyncio.shield(self.drained)
        close(self.orders, self.linger_start)
        self.orders = self.linger_start = -1
        return ended


def settle(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def as_ended(fact: dict[str, object]) -> Ended:
    """The keeper's last word."""
    if "errno" in fact:
        return Ended(code=127 if fact["errno"] == 2 else 126, failure=str(fact["error"]))
    code, cpu = fact["code"], fact["cpuSecs"]
    return Ended(code=int(str(code)), cpu_secs=float(str(cpu)))


def widen(pipe: int) -> None:
    """A large pipe buffer, where the system has one, so that a burst does not stop the writer."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def close(*ends: int) -> None:
    for end in ends:
        os.close(end)
