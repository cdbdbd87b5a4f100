"""What a follower without a screen says of trouble reads as sentences."""

from __future__ import annotations

import pytest

from runmon.cli.standstill import Standstill
from runmon.watch.board import Board
from runmon.watch.clock import Clock
from runmon.watch.events import Condition, Pane, PaneState

WELL = frozenset({Condition.LIVE})


def test_an_answer_that_stays_away_is_told_in_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    board, standstill = Board(Clock()), Standstill("The run", well=WELL)
    board.put(Pane.RUN, Condition.LIVE)
    board.right(Pane.RUN, for_s=-1)
    board.look_for_stale()

    standstill.tell(board.states[Pane.RUN])
    standstill.tell(PaneState(Condition.LIVE))

    assert capsys.readouterr().err == (
        "There was no answer for longer than usual. Trying again until it goes on.\nThe run goes on.\n"
    )


def test_words_of_a_server_end_before_ours_begin(capsys: pytest.CaptureFixture[str]) -> None:
    Standstill("The log", well=WELL).tell(PaneState(Condition.TROUBLE, detail="Bad gateway"))

    assert capsys.readouterr().err == "Bad gateway. Trying again until it goes on.\n"
