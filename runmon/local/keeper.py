"""The small process between runmon and an Actor: when runmon dies, however it dies, the whole tree goes too.

Run by its path, `python -I -S keeper.py STATUS_FD COMMAND…`, with the standard library only. Standard
input is the line to runmon: `T` asks for SIGTERM to the tree, `K` for SIGKILL, its end means that runmon is
gone. What happened goes to STATUS_FD, one JSON object a line: `{"pid"}` or `{"errno", "error"}`, and at the
end `{"code", "cpuSecs"}`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import resource
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PYTHON_TOUCHED = (
    signal.SIGPIPE,
    signal.SIGXFSZ,
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGCHLD,
)
LINUX = sys.platform == "linux"
ORPHAN_GRACE_S = 2.0
"""How long the tree may clean up after SIGTERM once runmon is gone."""
KILL_LIMIT_S = 10.0
"""How long killing may take; a process in an uninterruptible sleep outlives every signal."""


def prctl(option: int, value: int) -> None:
    """The Linux call; elsewhere nothing, and the process group alone holds the tree together."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def parents() -> dict[int, int]:
    """Process id to parent id for every process that can be read."""
    found = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with (
                contextlib.suppress(OSError, ValueError, IndexError),
                open(f"{entry.path}/stat", "rb") as stat,
            ):
                found[int(entry.name)] = int(stat.read().rpartition(b")")[2].split()[1])
    return found


def descendants(root: int) -> list[int]:
    """All processes below `root`, parents before children (Linux only)."""
    children: dict[int, list[int]] = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    below = list(children.get(root, ()))
    for pid in below:
        below.extend(children.get(pid, ()))
    return below


class Keeper:
    """One Actor process and everything it started."""

    def __init__(self, status_fd: int, command: list[str]) -> None:
        self.status_fd = status_fd
        self.command = command
        self.pid = 0
        self.wait_status: int | None = None

    def tell(self, **facts: object) -> None:
        """One fact to runmon; lost without harm when runmon is gone."""
        with contextlib.suppress(OSError):
            os.write(self.status_fd, json.dumps(facts).encode() + b"\n")

    def launch(self) -> bool:
        """Fork and exec; False when the command could not be executed (the reason has been told)."""
        failure_read, failure_write = os.pipe()
        keeper = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            self.become_actor(keeper, failure_write)
        os.close(failure_write)
        failure = os.read(failure_read, 32)
        os.close(failure_read)
        if failure:
            os.waitpid(self.pid, 0)
            self.tell(errno=int(failure), error=os.strerror(int(failure)))
            return False
        self.tell(pid=self.pid)
        return True

    def become_actor(self, keeper: int, failure_write: int) -> None:
        """The child: a group of its own, default signals, no standard input, then the command."""
        try:
            os.setsid()
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != keeper:
                os._exit(1)
            for number in PYTHON_TOUCHED:
                signal.signal(number, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.execvp(self.command[0], self.command)
        except OSError as error:
            os.write(failure_write, str(error.errno or errno.EIO).encode())
        except ValueError:
            os.write(failure_write, str(errno.EINVAL).encode())
        finally:
            os._exit(127)

    def signal_tree(self, number: int) -> None:
        """Send a signal to every living process of the tree, also to those that left the group."""
        if LINUX:
            for pid in descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    os.kill(pid, number)
        else:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, number)

    def reap(self) -> bool:
        """Collect the dead, ours and those handed down to us; True while any child lives."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.pid:
                self.wait_status = status

    def kill_rest(self) -> None:
        """SIGKILL until nothing is left; a process that forks while it dies is met in the next round."""
        deadline = time.monotonic() + KILL_LIMIT_S
        while self.reap() and time.monotonic() < deadline:
            self.signal_tree(signal.SIGKILL)
            time.sleep(0.002)
        if not LINUX:
            self.signal_tree(signal.SIGKILL)

    def watch(self, wake: int) -> None:
        """Until the Actor's first process ends: pass signals on, and notice the end of runmon."""
        sources = [0, wake]
        deadline: float | None = None
        while self.reap() and self.wait_status is None:
            patience = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = select.select(sources, [], [], patience)[0]
            ended = wake in ready and self.told_to_end(os.read(wake, 64))
            if 0 in ready:
                asked = os.read(0, 64)
                ended = ended or not asked
                self.obey(asked)
            if ended and deadline is None:
                deadline = self.orphaned(sources)
            if deadline is not None and time.monotonic() >= deadline:
                return

    def told_to_end(self, numbers: bytes) -> bool:
        """Whether a signal other than a child's death came in."""
        return any(number != signal.SIGCHLD for number in numbers)

    def orphaned(self, sources: list[int]) -> float:
        """Runmon is gone: ask the tree to end, and give the moment at which it will be killed."""
        if 0 in sources:
            sources.remove(0)
        self.signal_tree(signal.SIGTERM)
        return time.monotonic() + ORPHAN_GRACE_S

    def obey(self, asked: bytes) -> None:
        if b"K" in asked:
            self.signal_tree(signal.SIGKILL)
        elif b"T" in asked:
            self.signal_tree(signal.SIGTERM)

    def report(self) -> None:
        """The exit code as a shell gives it (128+n for a signal) and the CPU seconds of the whole tree."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = (
            os.waitstatus_to_exitcode(self.wait_status) if self.wait_status is not None else -signal.SIGKILL
        )
        self.tell(code=code if code >= 0 else 128 - code, cpuSecs=used.ru_utime + used.ru_stime)


def listen_for_signals() -> int:
    """The read end of a pipe on which every signal number arrives."""
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return wake_read


def main(arguments: list[str]) -> None:
    """Keep one command until its tree is gone."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    os.set_inheritable(status_fd := int(arguments[0]), False)
    wake = listen_for_signals()
    keeper = Keeper(status_fd, arguments[1:])
    if not keeper.launch():
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for end in (1, 2):
        os.dup2(nowhere, end)
    keeper.watch(wake)
    keeper.kill_rest()
    keeper.report()


if __name__ == "__main__":
    main(sys.argv[1:])
