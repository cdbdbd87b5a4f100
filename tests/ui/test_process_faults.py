"""What a shell, a window and another program may do to the screen (SAFETY.md §2 F), on real terminals."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.terminal import RUNMON, Terminal
from tests.ui.screens import run_folder

LEFT = b"\x1b[?1049l"
ENTERED = b"\x1b[?1049h"
COLOURS = re.compile(rb"[34]8;2;(\d+);(\d+);(\d+)")


@pytest.fixture
def command(tmp_path: Path) -> tuple[str | Path, ...]:
    return (*RUNMON, "open", run_folder(tmp_path / "shop"))


def test_a_suspended_screen_gives_the_terminal_back_and_returns(command: tuple[str, ...]) -> None:
    """F1: SIGTSTP leaves a terminal that a shell can use; SIGCONT brings the whole screen back."""
    with Terminal(command) as terminal:
        terminal.sees("Kettle 12")
        terminal.kill(signal.SIGTSTP)
        terminal.stops()
        assert not terminal.raw()
        assert terminal.output.rfind(LEFT) > terminal.output.rfind(ENTERED)
        assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l")
        terminal.kill(signal.SIGCONT)
        terminal.until(lambda: terminal.output.count(ENTERED) == 2)
        terminal.until(terminal.raw)
        terminal.sees("Kettle 12")
        terminal.send("q")
        assert terminal.ends() == 0


def test_a_screen_stopped_by_force_takes_the_terminal_again(command: tuple[str, ...]) -> None:
    """F1: after SIGSTOP, which nobody can catch, the shell has set its own modes."""
    with Terminal(command) as terminal:
        terminal.sees("Kettle 12")
        terminal.kill(signal.SIGSTOP)
        terminal.stops()
        terminal.cook()
        terminal.kill(signal.SIGCONT)
        terminal.until(terminal.raw)
        terminal.sees("Kettle 12")
        terminal.send("q")
        assert terminal.ends() == 0


def asked_stopped(terminal: Terminal) -> bool:
    """Whether the shell has told that the job stopped; it tells at the next prompt, so ask for one."""
    if b"Stopped" not in terminal.output:
        terminal.send("\n")
    return b"Stopped" in terminal.output


def test_a_screen_begun_in_the_background_shows_once_it_is_fetched(command: tuple[str, ...]) -> None:
    """F1: a shell's `runmon … &`, then `fg`."""
    with Terminal(("bash", "--norc", "-i"), env={"PS1": "ready> ", "HOME": str(command[-1])}) as terminal:
        terminal.sees("ready>")
        terminal.send(shlex.join(map(str, command)) + " &\n")
        terminal.until(partial(asked_stopped, terminal))
        terminal.send("fg\n")
        terminal.sees("Kettle 12")
        terminal.send("q")
        terminal.until(lambda: terminal.output.rfind(b"ready>") > terminal.output.rfind(LEFT) > 0)
        terminal.send("echo code $?\n")
        terminal.sees("code 0")


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_screen_back(
    command: tuple[str, ...],
) -> None:
    with Terminal(("bash", "--norc", "-i"), env={"PS1": "ready> ", "HOME": str(command[-1])}) as terminal:
        terminal.sees("ready>")
        terminal.send(shlex.join(map(str, command)) + "\n")
        terminal.sees("Kettle 12")
        terminal.send("\x1a")
        terminal.until(lambda: terminal.output.rfind(b"ready>") > terminal.output.rfind(LEFT) > 0)
        terminal.send("fg\n")
        terminal.until(lambda: terminal.output.count(ENTERED) == 2)
        terminal.sees("Kettle 12")


@pytest.mark.parametrize("moment", ["Kettle 12", "Status"])
def test_a_closed_window_ends_the_program(command: tuple[str, ...], moment: str) -> None:
    """F1: with the terminal gone there is nothing to restore, and nothing to wait for."""
    with Terminal(command) as terminal:
        terminal.sees(moment)
        assert terminal.hang_up() == 129


def test_a_window_that_closes_unheard_is_noticed(command: tuple[str, ...]) -> None:
    """F1: nobody sends SIGHUP to a program that leads no session."""
    leader = (sys.executable, "-c", "import subprocess, sys, signal; signal.signal(1, signal.SIG_IGN); "
              "sys.exit(subprocess.run(sys.argv[1:]).returncode)")  # fmt: skip
    with Terminal((*leader, *command)) as terminal:
        terminal.sees("Kettle 12")
        assert terminal.hang_up() == 129


def test_a_program_that_cannot_be_loaded_says_so_in_one_line(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    """F1: an import error touches no terminal mode and prints no trace."""
    broken = tmp_path / "broken" / "textual"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("secret = 'hunter2hunter2'\nraise ImportError('no such library')\n")
    with Terminal(command, env={"PYTHONPATH": str(broken.parent)}) as terminal:
        assert terminal.ends() == 1
        said = terminal.output.decode()
        assert "a defect in this program: ImportError" in said
        assert "\x1b" not in said and "Traceback" not in said and "hunter2" not in said


@pytest.mark.parametrize("stream", [0, 1, 2])
def test_the_screen_wants_all_three_streams_on_a_terminal(command: tuple[str, ...], stream: int) -> None:
    """F3: with one stream redirected nothing is drawn anywhere, and the headless commands are named."""
    master, slave = pty.openpty()
    streams = [slave, slave, slave]
    reading, writing = os.pipe()
    streams[stream] = reading if stream == 0 else writing
    code = subprocess.run(
        command, stdin=streams[0], stdout=streams[1], stderr=streams[2], timeout=60,
        env={**os.environ, "TERM": "xterm-256color"},
    ).returncode  # fmt: skip
    for descriptor in (writing, slave):
        os.close(descriptor)
    said = _all(master) + _all(reading)
    assert code == 5
    assert b"runmon log" in said and b"\x1b" not in said


def _all(descriptor: int) -> bytes:
    found = b""
    try:
        while data := os.read(descriptor, 65_536):
            found += data
    except OSError:
        pass
    os.close(descriptor)
    return found


def test_a_terminal_that_cannot_place_a_cursor_is_refused(command: tuple[str, ...]) -> None:
    """F3, F4: TERM=dumb."""
    with Terminal(command, env={"TERM": "dumb"}) as terminal:
        assert terminal.ends() == 5
        assert b"TERM=dumb" in terminal.output and b"\x1b" not in terminal.output


def test_without_colours_every_state_is_still_said(command: tuple[str, ...]) -> None:
    """F4: NO_COLOR leaves shades of grey, and states are words and signs."""
    with Terminal(command, env={"NO_COLOR": "1"}) as terminal:
        terminal.sees("Kettle 12", "✔ complete")
        terminal.send("q")
        assert terminal.ends() == 0
        assert {len(set(colour)) for colour in COLOURS.findall(terminal.output)} == {1}


@pytest.mark.parametrize("term", ["xterm", "screen", "linux", "vt100"])
def test_poor_terminals_show_the_same_words(command: tuple[str, ...], term: str) -> None:
    """F4: sixteen colours, tmux and screen, a console."""
    with Terminal(command, env={"TERM": term, "COLORTERM": ""}) as terminal:
        terminal.sees("Kettle 12", "complete")
        terminal.send("q")
        assert terminal.ends() == 0


def test_a_window_of_one_cell_and_back_breaks_nothing(command: tuple[str, ...]) -> None:
    """F4: any size, in any order."""
    with Terminal(command) as terminal:
        terminal.sees("Kettle 12")
        for columns, rows in ((1, 1), (2, 1), (1, 50), (300, 2), (1, 1), (120, 40)):
            terminal.resize(columns, rows)
            terminal.settle()
        terminal.sees("Kettle 12", "complete")
        terminal.send("q")
        assert terminal.ends() == 0


def test_a_terminal_that_promises_to_tell_its_size_and_does_not_is_looked_at(
    command: tuple[str, ...],
) -> None:
    """F4: resized in the first moments, before anything is painted, and once more later."""
    with Terminal(command) as terminal:
        terminal.until(lambda: b"\x1b[?2048$p" in terminal.output)
        terminal.send("\x1b[?2048;2$y")
        terminal.until(lambda: b"\x1b[?2048h" in terminal.output)
        for columns, rows in ((80, 24), (100, 30)):
            terminal.resize(columns, rows)
            terminal.until(partial(fills, terminal, columns, rows))
        terminal.send("q")
        assert terminal.ends() == 0


def fills(terminal: Terminal, columns: int, rows: int) -> bool:
    """Whether the bottom line is where and as long as it should be."""
    lines = terminal.text.split("\n")
    return (
        len(lines) == rows and len(lines[-1].rstrip()) == columns - 1 and lines[-1].rstrip().endswith("req/s")
    )


def test_the_window_counts_and_not_what_a_shell_exported_of_it(command: tuple[str, ...]) -> None:
    """F4: COLUMNS and LINES of a shell stay as they were when the window is resized."""
    with Terminal(command, env={"COLUMNS": "80", "LINES": "24"}) as terminal:
        terminal.sees("Kettle 12", "complete")
        terminal.send("q")
        assert terminal.ends() == 0


def test_two_screens_over_one_folder_do_not_disturb_each_other(command: tuple[str, ...]) -> None:
    """F5: nothing is shared that two could write at once."""
    with ExitStack() as stack:
        both = [stack.enter_context(Terminal(command)) for _ in range(2)]
        for terminal in both:
            terminal.sees("Kettle 12", "complete")
        for terminal in both:
            terminal.send("q")
            assert terminal.ends() == 0
