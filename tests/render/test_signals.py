"""Whatever a run is called, a terminal gets exactly one sequence, of ours."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.render.signals import notification, title

KITTY = {"TERM": "xterm-kitty"}
TEXTS = st.one_of(st.text(), st.sampled_from(["\x1b]52;c;x\a", "a;b", "\x9c", "a\nb", "\x1b\\"]))


@given(TEXTS)
def test_a_title_is_one_sequence_without_control_characters_inside(text: str) -> None:
    assert re.fullmatch(r"\x1b\]0;[^\x00-\x1f\x7f-\x9f]*\x07", title(text))


@given(TEXTS, TEXTS)
def test_a_notification_has_two_parts_and_no_more(head: str, body: str) -> None:
    told = notification(head, body, {"TERM": "foot"})
    assert re.fullmatch(r"\x1b\]777;notify;[^\x00-\x1f\x7f-\x9f;]*;[^\x00-\x1f\x7f-\x9f;]*\x07", told)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (KITTY, "\x1b]9;kettles: ended\a"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7200"}, "\x1b]777;notify;kettles;ended\a"),
        (KITTY | {"TMUX": "x"}, "\x1bPtmux;\x1b\x1b]9;kettles: ended\a\x1b\\"),
    ],
)
def test_a_terminal_is_told_in_its_own_way(environment: dict[str, str], told: str) -> None:
    assert notification("kettles", "ended", environment) == told
