"""Images in pixels, on a terminal that draws them, byte by byte; no trace of them on one that does not."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.picturing import CELL, IMAGE, KITTY, LAST, NAME, WEZTERM, PictureTerminal
from tests.storages import age, storage
from tests.terminal import RUNMON, Terminal

CANARY = b"TheNetworkSaysThis" * 8
BLOCKS = "▀" * 20


def tagged(width: int, height: int) -> bytes:
    """A PNG with texts and a colour profile, and bytes behind its end."""
    facts = PngImagePlugin.PngInfo()
    facts.add_text("Comment", CANARY.decode())
    facts.add_itxt("Title", CANARY.decode(), zip=False)
    held = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(held, "PNG", pnginfo=facts, icc_profile=CANARY)
    return held.getvalue() + b"\x1b]0;" + CANARY + b"\x07\x1b_Ga=T;" + CANARY + b"\x1b\\"


def huge() -> bytes:
    """A small PNG of more pixels than are ever decoded."""
    held = io.BytesIO()
    Image.new("1", (5200, 5200)).save(held, "PNG")
    return held.getvalue()


def with_tmux(root: Path) -> str:
    """PATH with a tmux that tells of a Kitty around it, and lets pass what is meant for that."""
    tmux = root / "bin" / "tmux"
    tmux.parent.mkdir()
    tmux.write_text("#!/bin/sh\necho '1 kitty(0.36.4)'\n")
    tmux.chmod(0o755)
    return f"{tmux.parent}:/usr/bin:/bin"


def opened(
    tmp_path: Path, *more: str, shot: bytes = b"", program: Sequence[str] = RUNMON, **terminal: Any
) -> PictureTerminal:
    """A run whose store holds a text, an image and a text."""
    records = {"a.txt": b"the first", "shot.png": shot or tagged(400, 300), "z.txt": b"the last"}
    folder = age(storage(tmp_path / "s", records=records), 3600)
    return PictureTerminal([*program, "open", *more, folder], **terminal)


def at_shot(terminal: Terminal, *words: str) -> None:
    """Go to the image in the list of records."""
    terminal.sees("4 Records")
    terminal.send("4")
    terminal.sees("the first")
    terminal.send("j")
    terminal.sees("PNG image", *words)


def shown(terminal: PictureTerminal) -> int:
    """Wait for an image in pixels; its number."""
    terminal.until(lambda: terminal.given and terminal.whole(terminal.given[-1]))
    return terminal.given[-1]


def test_an_image_is_sent_once_shown_in_its_cells_and_gone_at_the_end(tmp_path: Path) -> None:
    with opened(tmp_path, cell=(10, 20)) as terminal:
        at_shot(terminal)
        number = shown(terminal)
        terminal.send("1")
        terminal.settle()

        assert terminal.given == [number] and terminal.whole(number)
        held = terminal.held[number]
        assert (held.columns, held.rows, held.picture.size) == (40, 15, (400, 300))
        terminal.send("q")
        assert (terminal.ends(), terminal.held) == (0, {})


def test_a_signal_that_ends_it_leaves_no_image(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        at_shot(terminal)
        assert shown(terminal)
        terminal.kill(signal.SIGTERM)
        assert (terminal.ends(), terminal.held) == (143, {})


def test_a_crash_leaves_no_image(tmp_path: Path) -> None:
    crash = "def fail(_): raise ValueError\nfrom runmon.ui.widgets.records_pane import RecordsPane as Pane\n"
    code = f"{crash}Pane.action_sort = fail\nfrom runmon.cli.main import run\nrun()"
    with opened(tmp_path, program=(sys.executable, "-c", code)) as terminal:
        at_shot(terminal)
        assert shown(terminal)
        terminal.send("s")
        assert (terminal.ends(), terminal.held) == (1, {})


def test_an_image_is_let_go_of_when_another_record_shows(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        at_shot(terminal)
        in_list = shown(terminal)
        terminal.send("\r")
        terminal.until(lambda: len(terminal.given) == 2 and shown(terminal))
        assert set(terminal.held) == set(terminal.given)
        terminal.send("]")
        terminal.sees("the last")
        terminal.until(lambda: set(terminal.held) == {in_list})
        terminal.send("q")
        terminal.sees("the last", "4 Records")
        terminal.until(lambda: not terminal.held)


def test_a_dialog_covers_an_image_that_stands_there_again_behind_it(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        at_shot(terminal)
        number = shown(terminal)
        terminal.send("?")
        terminal.sees("Keys")
        terminal.settle()
        assert not terminal.cells and "▀▀" in terminal.text
        terminal.send("\x1b")
        terminal.until(lambda: terminal.whole(number))
        assert terminal.given == [number]


def test_after_a_suspension_the_terminal_is_given_the_image_again(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        at_shot(terminal)
        number = shown(terminal)
        terminal.kill(signal.SIGTSTP)
        terminal.stops()
        terminal.kill(signal.SIGCONT)
        terminal.until(lambda: terminal.given == [number, number])
        terminal.until(lambda: terminal.whole(number))


def test_nothing_of_the_file_but_its_colours_reaches_the_terminal(tmp_path: Path) -> None:
    with opened(tmp_path) as terminal:
        at_shot(terminal)
        held = terminal.held[shown(terminal)]

        assert CANARY in tagged(400, 300) and CANARY[:18] not in held.png
        assert held.png.count(b"IDAT") == 1 and held.picture.info == {}
        assert CANARY[:18] not in terminal.output


@pytest.mark.parametrize("shot", [huge(), tagged(90, 90)[:90]], ids=["huge", "cut"])
def test_an_image_that_is_an_attack_or_broken_shows_as_its_bytes(tmp_path: Path, shot: bytes) -> None:
    with opened(tmp_path, shot=shot) as terminal:
        at_shot(terminal, "89 50 4e 47")
        terminal.settle()
        assert (terminal.given, terminal.cells) == ([], {})


@pytest.mark.parametrize(
    ("answers", "environment", "asked"),
    [
        (WEZTERM, {}, True),
        ({**KITTY, NAME: b"\x1bP>|kitty(0.26.5)\x1b\\"}, {}, True),
        ({**KITTY, IMAGE: b"\x1b_Gi=1;EINVAL:no\x1b\\"}, {}, True),
        (KITTY, {"TMUX": "/tmp/x,1,0"}, False),
        (KITTY, {"TERM": "screen-256color"}, False),
        (KITTY, {"NO_COLOR": "1"}, False),
        (KITTY, {"RUNMON_IMAGES": "halfblock"}, False),
        (KITTY, {"RUNMON_IMAGES": "blocks"}, False),
        (KITTY, {"KITTY_WINDOW_ID": "", "TERM": "xterm-256color"}, False),
    ],
)
def test_a_terminal_that_did_not_say_that_it_can_gets_half_blocks(
    tmp_path: Path, answers: Mapping[bytes, bytes], environment: dict[str, str], asked: bool
) -> None:
    with opened(tmp_path, answers=answers, env={"PATH": with_tmux(tmp_path), **environment}) as terminal:
        at_shot(terminal, BLOCKS)
        terminal.settle()
        assert terminal.questions == ([NAME, IMAGE, CELL, LAST] if asked else [])
        assert (terminal.given, terminal.cells) == ([], {})


def test_what_is_typed_while_a_silent_terminal_is_asked_are_keys(tmp_path: Path) -> None:
    with opened(tmp_path, answers={}) as terminal:
        terminal.until(lambda: terminal.questions)
        terminal.send("4")
        terminal.sees("the first")
        terminal.send("j")
        terminal.sees("PNG image", BLOCKS)


def test_an_answer_that_comes_too_late_is_no_key(tmp_path: Path) -> None:
    with opened(tmp_path, answers={}) as terminal:
        at_shot(terminal, BLOCKS)
        late = b"".join(KITTY[question] for question in terminal.questions)
        terminal.say(late[:25])
        terminal.settle()
        terminal.say(late[25:] + b"k")
        terminal.sees("the first", "v view as")


def test_told_to_it_asks_any_terminal(tmp_path: Path) -> None:
    unknown = {"KITTY_WINDOW_ID": "", "TERM": "xterm-256color"}
    with opened(tmp_path, "--set", "images=pixels", env=unknown) as terminal:
        at_shot(terminal)
        assert shown(terminal)


def test_told_to_it_draws_through_a_tmux_that_lets_it(tmp_path: Path) -> None:
    inside = {"TMUX": "/tmp/x,1,0", "TERM": "tmux-256color", "PATH": with_tmux(tmp_path)}
    with opened(tmp_path, "--set", "images=pixels", env=inside) as terminal:
        at_shot(terminal)
        number = shown(terminal)
        assert terminal.questions == [] and b"\x1bPtmux;\x1b\x1b_Ga=T" in terminal.output
        terminal.send("q")
        assert (terminal.ends(), terminal.held, number in terminal.given) == (0, {}, True)


def test_with_images_off_a_record_shows_its_bytes(tmp_path: Path) -> None:
    with opened(tmp_path, "--set", "images=off") as terminal:
        at_shot(terminal, "images are", "89 50 4e 47")
        assert terminal.questions == []
