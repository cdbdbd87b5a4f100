"""A key map of the settings: what it refuses, and that keys, footer, help and palette follow it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from runmon.errors import BadInput
from runmon.settings import Settings
from runmon.ui.app import RunmonApp
from runmon.ui.commands import COMMANDS, SCOPES, meeting
from runmon.ui.keymap import Keymap
from tests.ui.screens import folder_shown, run_folder

ON_PURPOSE = {
    ("columns.down", "run.object"),
    ("lines.copy", "records.copy_url"),
    ("lines.search", "records.filter"),
    ("log.open_url", "run.open"),
    ("records.browser", "run.open"),
    ("run.open", "run_object.open_url"),
    ("run.object", "run_object.back"),
}
"""Commands that meet and share a key: what lies further in goes before."""
LEAVING = {"escape", "q"}
"""Keys that leave what is open: by what lies furthest in first."""


def test_no_two_commands_that_meet_share_a_key_but_those_made_to() -> None:
    sharing = {
        (one.id, other.id)
        for one, other in combinations(COMMANDS, 2)
        if meeting(one.scope, other.scope) and (set(one.keys) & set(other.keys)) - LEAVING
    }
    assert {tuple(sorted(pair)) for pair in sharing} == ON_PURPOSE


def test_the_table_itself_can_be_written_down_as_a_key_map() -> None:
    keymap = Keymap({command.id: command.keys for command in COMMANDS})
    assert [keymap.of(command).keys for command in COMMANDS] == [command.keys for command in COMMANDS]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"log.folow": ("F",)}, "Did you mean log.follow?"),
        ({"nothing": ("F",)}, "runmon keys"),
        ({"log.follow": ("e",)}, "log.next_error"),
        ({"log.follow": ("f",)}, "run.zoom"),
        ({"log.follow": ("question_mark",)}, "app.help"),
        ({"run.zoom": ("s",)}, "log.follow"),
        ({"log.follow": ("F",), "log.next_error": ("F",)}, "The key F"),
    ],
)
def test_unknown_commands_and_clashing_keys_are_refused_with_a_sentence(
    changed: dict[str, tuple[str, ...]], said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        Keymap(changed)

    assert said in str(refused.value)


def test_two_commands_may_change_keys_and_places_that_never_meet_may_share_one() -> None:
    Keymap({"log.next_error": ("w",), "log.next_warning": ("e",)})
    Keymap({"item.copy": ("s",)})
    assert not meeting("item", "log") and not meeting("items", "queue")
    assert all(meeting(scope, "app") for scope in SCOPES)


def test_a_theme_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match=r"no theme 'blue'.*runmon-dark"):
        RunmonApp(lambda: None, settings=Settings(theme="blue"))  # type: ignore[arg-type,return-value]


async def test_keys_footer_help_and_palette_follow_the_map(tmp_path: Path) -> None:
    changed = {"run.zoom": ("Z",), "app.help": ("f2",), "log.follow": ()}
    settings = Settings(keys=changed)
    async with folder_shown(run_folder(tmp_path), settings=settings) as shown:
        await shown.until_text("page 59", "Z zoom", "f2 help")
        assert "follow" not in shown.lines[-1]

        await shown.press("s", "f", "Z")
        assert "Dataset" not in shown.text, "Z zooms, f does nothing"

        await shown.press("f2", "pagedown", "pagedown")
        await shown.until_text("Z              Give the focused pane")

        await shown.press("escape", "ctrl+p", *"zoom")
        await shown.until_text("zoom: Give the focused pane")


async def test_the_list_of_keys_goes_to_its_end_and_back_by_the_keys_of_every_list(tmp_path: Path) -> None:
    async with folder_shown(run_folder(tmp_path), size=(80, 24)) as shown:
        await shown.press("question_mark", "G")
        await shown.until_text("Switch between the dark and the light theme.")
        await shown.press("g")
        await shown.until_text("Follow the end of the log")
        assert "dark and the light" not in shown.text
