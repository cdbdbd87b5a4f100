"""However the program ends, the terminal is whole, the exit code is right and nothing secret is said."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from textual.screen import Screen

from runmon.ui.app import RunmonApp
from runmon.ui.crash import crash_text
from runmon.ui.leaving import Tie
from tests.loopback import Seen, data, fault
from tests.ui.screens import left, run_shown, serving
from tests.ui.test_log_pane import JS, log

DEADLINE_S = 60.0
SECRET = "apify_api_SECRETSECRETSECRET"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
APP = f"""
from textual.screen import Screen
from textual.widgets import Static
from rich.text import Text
from runmon.api.credentials import redacted
from runmon.ui.app import RunmonApp

class Ready(Screen):
    BINDINGS = [("x", "break", "break")]
    def compose(self):
        yield Static(Text("ready to leave"))
    def action_break(self):
        token, password = "{SECRET}", "hunter2hunter2"
        raise ValueError("Bearer " + token + chr(27) + "]0;title" + chr(7))

app = RunmonApp(Ready, redact=redacted)
app.run()
raise SystemExit(app.return_code)
"""


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, code: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self.program = subprocess.Popen(
            [sys.executable, "-c", code], stdin=slave, stdout=slave, stderr=slave, env=environment
        )
        os.close(slave)
        self.output = b""

    def read_until(self, text: bytes | None) -> bytes:
        """Everything written, until `text` shows or, for None, the program has ended."""
        deadline = time.monotonic() + DEADLINE_S
        while text is None or text not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.output += os.read(self.master, 65_536)
                except OSError:
                    return self.output
            elif self.program.poll() is not None:
                return self.output
        return self.output

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        os.close(self.master)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 130)],
)
def test_a_signal_gives_the_terminal_back_and_its_exit_code(number: signal.Signals, code: int) -> None:
    """F1: TERM, HUP, QUIT, INT."""
    terminal = Terminal(APP)
    try:
        terminal.read_until(b"ready to leave")
        terminal.program.send_signal(number)
        said = terminal.read_until(None)
        assert terminal.program.wait(DEADLINE_S) == code
        assert [mode for mode in RESTORED if mode not in said] == []
    finally:
        terminal.close()


def test_a_crash_is_told_without_secrets_locals_or_control_characters() -> None:
    """E3, F1: a crash of the screen."""
    terminal = Terminal(APP)
    try:
        terminal.read_until(b"ready to leave")
        os.write(terminal.master, b"x")
        said = terminal.read_until(None)
        after = said.partition(RESTORED[0])[2]
        assert terminal.program.wait(DEADLINE_S) == 1
        assert b"stopped on an error of its own: ValueError" in after
        assert SECRET.encode() not in said and b"hunter2" not in said and b"\x1b]0;" not in said
    finally:
        terminal.close()


def test_a_crash_names_where_it_happened() -> None:
    try:
        raise ValueError("odd [/x] value")
    except ValueError as error:
        said = crash_text(error, str).plain
    assert "odd [/x] value" in said and "test_leaving.py" in said


async def test_closing_the_screen_ends_its_work_and_its_connections() -> None:
    run = {"id": "HG7ML7M8z78YcAPEB", "status": "RUNNING", "startedAt": "2026-11-24T10:00:00.000Z"}

    def handler(seen: Seen) -> bytes:
        return data(run) if seen.path.endswith(run["id"]) else fault(404)

    async with serving(handler) as server:
        before = asyncio.all_tasks()
        async with run_shown(server.url, run["id"]) as shown:
            await shown.until_text("● RUNNING")
            await left(shown.app, "q")
        await asyncio.wait_for(server.hung_up.wait(), DEADLINE_S)
        alive = {task for task in asyncio.all_tasks() - before if "Server.serve" not in repr(task.get_coro())}
        assert alive == set()


@pytest.mark.parametrize("opens", ["v", "question_mark"])
async def test_a_key_sent_right_behind_q_breaks_nothing(opens: str) -> None:
    async with log(JS) as shown:
        app = shown.screen.app
        assert isinstance(app, RunmonApp)
        await left(app, "q", opens)
        assert app._exception is None and app.return_code == 0


@pytest.mark.parametrize(
    ("tie", "told"),
    [
        (Tie.NONE, "Leave. The run goes on"),
        (Tie.NONE, "fg comes back. The run goes on."),
        (Tie.ASKS, "fg comes back. The Actor goes on, but waits for its API."),
        (Tie.ENDS, "Leave. The run ends with runmon."),
        (Tie.ASKS, "Leave. The run ends with runmon; while it runs, you are asked."),
    ],
)
async def test_the_help_tells_what_leaving_and_the_shell_do_to_the_run(tie: Tie, told: str) -> None:
    app = RunmonApp(Screen, tie=tie)
    async with app.run_test(size=(120, 50)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = " ".join("".join(segment.text for segment in strip).strip(" │") for strip in strips)
        assert told in " ".join(shown.split())
