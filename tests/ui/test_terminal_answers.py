"""A terminal is asked once, for a bounded time, and gives back all that a person typed."""

from __future__ import annotations

import os
import termios
import time

import pytest

from runmon.ui.terminal_answers import DEADLINE_S, QUESTIONS, EarlyKeys, answers_in, asking, read_answers
from tests.picturing import KITTY, NAME

ALL = b"".join(KITTY.values())


def test_a_silent_terminal_is_awaited_no_longer_than_the_deadline_and_has_its_modes_back() -> None:
    person, terminal = os.openpty()
    before = termios.tcgetattr(terminal)
    began = time.monotonic()
    with asking(terminal, terminal) as until:
        os.write(person, b"4j")
        assert read_answers(terminal, until) == b"4j"
    took = time.monotonic() - began

    assert DEADLINE_S <= took < DEADLINE_S + 0.2
    assert os.read(person, 4096) == QUESTIONS and termios.tcgetattr(terminal) == before


def test_with_the_last_answer_there_is_no_more_waiting() -> None:
    person, terminal = os.openpty()
    with asking(terminal, terminal, 3600) as until:
        os.write(person, b"4" + ALL + b"j")
        read = read_answers(terminal, until)
    told = answers_in(read)

    assert (told.name, told.kitty, told.sixel, told.cell) == ("kitty(0.36.4)", True, False, (10, 20))
    assert EarlyKeys(read).keys(b"") == b"4j"


@pytest.mark.parametrize(
    ("name", "shows"),
    [
        (b"kitty(0.28.0)", True),
        (b"kitty(0.27.9)", False),
        (b"kitty(1.2.3)", True),
        (b"ghostty 1.2.0-dev", True),
        (b"Ghostty 1.1.3", True),
        (b"WezTerm 20240203-110809-5046fc22", False),
        (b"Konsole 24.12", False),
        (b"tmux 3.5a", False),
        (b"kitty", False),
        (b"", False),
    ],
)
def test_stand_ins_are_for_terminals_that_know_them(name: bytes, shows: bool) -> None:
    answers = {**KITTY, NAME: b"\x1bP>|" + name + b"\x1b\\"}
    assert answers_in(b"".join(answers.values())).placeholders is shows


CUTS = [at for at in range(1, len(ALL)) if not any(ALL[at - 1 :].startswith(one) for one in KITTY.values())]
"""Everywhere but behind the Escape with which an answer begins, which might be a key."""


@pytest.mark.parametrize("at", CUTS)
def test_answers_cut_in_two_are_no_keys(at: int) -> None:
    heard = EarlyKeys(b"")
    assert heard.keys(b"a" + ALL[:at]) + heard.keys(ALL[at:] + b"b") == b"ab"


def test_after_the_last_answer_every_byte_is_a_key() -> None:
    heard = EarlyKeys(ALL)
    assert heard.keys(b"") == b"" and heard.keys(b"\x1b[?62c\x1b_Gx") == b"\x1b[?62c\x1b_Gx"
