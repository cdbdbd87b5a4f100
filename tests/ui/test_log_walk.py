"""Every key of the log, of an entry and of the messages does on real logs what was written down of it."""

from __future__ import annotations

import pytest

from runmon.ui.commands import COMMANDS
from tests.ui.log_walk import FORMS, KEPT, WALK, walked

SCOPES = {"lines", "log", "entry", "groups"}


@pytest.mark.parametrize("form", FORMS)
async def test_every_key_shows_what_was_written_down(form: str) -> None:
    shown, kept = (await walked(form)).splitlines(), (KEPT / f"{form}.txt").read_text().splitlines()
    assert shown == kept, "if this is meant to be so: python -m tests.ui.log_walk"


def test_every_key_of_the_table_is_pressed_for_its_command() -> None:
    pressed = {(name, key) for name, keys in WALK for key in keys}
    table = {(each.id, key) for each in COMMANDS if each.scope in SCOPES for key in each.keys}
    assert table - pressed == set()
