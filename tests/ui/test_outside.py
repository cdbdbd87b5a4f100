"""Pager, editor and browser get what is shown, and the terminal comes back whole."""

from __future__ import annotations

import shlex
import signal
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.errors import LocalFault
from runmon.ui import outside
from runmon.ui.outside import Copies, harmless
from tests.terminal import Terminal

APP = """
import asyncio
from textual.screen import Screen
from textual.widgets import Static
from rich.text import Text
from runmon.errors import LocalFault
from runmon.ui import outside
from runmon.ui.app import RunmonApp

class Ready(Screen):
    BINDINGS = [("p", "page", "page"), ("e", "edit", "edit"), ("b", "browse", "browse")]
    ticks = 0
    def compose(self):
        yield Static(Text("ready"))
    def on_mount(self):
        self.set_interval(0.02, self.tick)
    def tick(self):
        self.ticks += 1
        self.query_one(Static).update(Text("ready " * 3 + str(self.ticks)))
    def action_page(self):
        self.run_worker(self.hand(outside.page(self.app, "page.txt", b"words\\x1b]0;owned\\x07 more")))
    def action_edit(self):
        self.run_worker(self.hand(outside.edit(self.app, "../x.json", b"{}")))
    async def hand(self, coming):
        before = self.ticks
        try:
            await coming
        except LocalFault as error:
            self.notify(str(error), markup=False)
        else:
            self.notify(f"back, {self.ticks > before}", markup=False)

app = RunmonApp(Ready)
app.run()
raise SystemExit(app.return_code)
"""
READER = """
import os, stat, sys
path = sys.argv[-1]
held = open(path, "rb").read()
private, name = stat.S_IMODE(os.stat(path).st_mode) == 0o600, os.path.basename(path)
try:
    print("READER", private, ascii(held.decode()), name, flush=True)
    while sys.stdin.readline().strip() != "q":
        print("READING", flush=True)
except KeyboardInterrupt:
    print("INTERRUPTED", flush=True)
    sys.stdin.readline()
"""


def app_with(**programs: str) -> Terminal:
    return Terminal([sys.executable, "-c", APP], env={"VISUAL": "", **programs})


def test_a_pager_has_the_terminal_until_it_ends_and_the_run_goes_on_meanwhile(tmp_path: Path) -> None:
    reader = shlex.join([sys.executable, "-c", READER])
    with app_with(PAGER=reader, EDITOR=reader, TMPDIR=str(tmp_path)) as terminal:
        terminal.sees("ready")
        terminal.send("p")
        terminal.sees("READER True", "words\\u241b]0;owned\\u2407 more", "page.txt")
        assert not terminal.raw()
        before = len(terminal.output)
        terminal.kill(signal.SIGCONT)
        terminal.send("x\n")
        terminal.sees("READING")
        assert b"ready" not in terminal.output[before:]
        terminal.send("q\n")
        terminal.sees("ready", "back, True")
        assert terminal.raw() and "READER" not in terminal.text
        terminal.send("e")
        terminal.sees("READER True '{}' _..%2Fx.json")
        terminal.send("q\n")
        terminal.sees("ready")
        assert len(list(tmp_path.rglob("*.*"))) >= 2
        terminal.send("q")
        assert terminal.ends() == 0
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_pager_is_the_pagers(tmp_path: Path) -> None:
    with app_with(PAGER=shlex.join([sys.executable, "-c", READER]), TMPDIR=str(tmp_path)) as terminal:
        terminal.sees("ready")
        terminal.send("p")
        terminal.sees("READER")
        terminal.send("\x03")
        terminal.sees("INTERRUPTED")
        terminal.send("q\n")
        terminal.sees("ready", "back")
        terminal.send("\x03")
        assert terminal.ends() == 130


def test_a_program_that_is_not_there_is_named_and_the_screen_stays(tmp_path: Path) -> None:
    with app_with(PAGER="no-such-pager", EDITOR="'half", TMPDIR=str(tmp_path)) as terminal:
        terminal.sees("ready")
        terminal.send("p")
        terminal.sees("no-such-pager could not be started", "ready")
        terminal.send("e")
        terminal.sees("$EDITOR cannot be read as a command")
        assert terminal.raw()


async def test_a_page_opens_in_a_browser_as_a_copy_whose_scripts_are_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(sys.argv[1])\n")
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    from runmon.ui.app import RunmonApp

    app = RunmonApp(lambda: pytest.fail("never shown"))
    path = await outside.browse(app, "page.html", b"<!DOCTYPE html><p>seen</p><script>x()</script>")
    assert seen.read_text() == path.as_uri()
    assert path.read_bytes().startswith(b'<!DOCTYPE html><meta http-equiv="Content-Security-Policy"')
    assert path.read_bytes().endswith(b"<p>seen</p><script>x()</script>")
    app.copies.close()
    assert not path.exists()


async def test_without_a_browser_the_address_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(LocalFault, match=r"No browser .* https://shop\.example/1$"):
        await outside.visit("https://shop.example/1")


def test_what_is_copied_is_bounded_and_said() -> None:
    said: list[str] = []

    class App:
        def copy_to_clipboard(self, text: str) -> None:
            said.append(text)

        def notify(self, message: str, **_: Any) -> None:
            said.append(message)

    outside.copy(App(), "x" * 70_000, "the value")  # type: ignore[arg-type]
    assert len(said[0]) == 65_536 and said[1] == "Copied the value, its first 65536 characters."


@given(st.text() | st.text("a\x1b\x07\x9b\x00\r\n\t\u202e\u200b\u2028é"))
def test_no_control_character_reaches_a_pager(text: str) -> None:
    shown = harmless(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    assert not [char for char in shown if unicodedata.category(char) == "Cc" and char not in "\t\n"]
    assert not set("\u202e\u200b\u2028") & set(shown)


@given(st.text("abc äß€\t\n"))
def test_a_harmless_text_reaches_a_pager_as_it_is(text: str) -> None:
    assert harmless(text.encode()) == text.encode()


def test_copies_are_private_and_go_with_us() -> None:
    copies = Copies()
    path = copies.write("a/b", b"secret")
    assert path.read_bytes() == b"secret" and path.parent.parent.stat().st_mode & 0o077 == 0
    copies.close()
    assert not path.parent.exists()
