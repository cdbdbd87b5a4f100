"""The command table: ids and keys that can be trusted by footer, palette, help and key maps."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.dom import DOMNode

from runmon.ui.app import RunmonApp
from runmon.ui.commands import COMMANDS, SCOPES, Command, bindings, commands, written
from runmon.ui.screens.help import HelpScreen
from runmon.ui.screens.run import RunScreen
from runmon.ui.screens.runs import RunsScreen
from runmon.ui.widgets.footer import MOST, chosen
from runmon.ui.widgets.items_pane import ItemsPane
from runmon.ui.widgets.log_pane import LogPane
from runmon.ui.widgets.queue_pane import QueuePane
from runmon.ui.widgets.records_pane import RecordsPane
from runmon.ui.widgets.status_pane import StatusPane

HOLDERS: dict[str, type[DOMNode]] = {
    "app": RunmonApp,
    "run": RunScreen,
    "runs": RunsScreen,
    "status": StatusPane,
    "log": LogPane,
    "items": ItemsPane,
    "records": RecordsPane,
    "queue": QueuePane,
}

BY_TURNS = {"q", "escape"}
"""Keys that close or leave what is open, of which only one thing can be at a time."""


def test_every_id_is_used_once_and_names_its_scope() -> None:
    ids = [command.id for command in COMMANDS]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert all(command.id.partition(".")[0] == command.scope for command in COMMANDS)


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_no_key_does_two_things_in_one_scope(scope: str) -> None:
    keys = Counter(key for command in commands(scope) for key in command.keys)
    assert {key for key, times in keys.items() if times > 1} <= BY_TURNS


@pytest.mark.parametrize("screen", ["run", "runs"])
def test_keys_of_everywhere_and_of_a_screen_do_not_clash(screen: str) -> None:
    keys = Counter(key for scope in ("app", screen) for command in commands(scope) for key in command.keys)
    assert {key for key, times in keys.items() if times > 1} <= BY_TURNS


@pytest.mark.parametrize("scope", sorted(HOLDERS))
def test_every_command_has_an_action_behind_it(scope: str) -> None:
    holder = HOLDERS[scope]
    missing = [c.id for c in commands(scope) if not hasattr(holder, f"action_{action_name(c)}")]
    assert missing == []


def action_name(command: Command) -> str:
    return command.action.partition("(")[0].rpartition(".")[2]


def test_every_command_says_what_it_does_in_a_sentence() -> None:
    assert [c.id for c in COMMANDS if not c.help.endswith(".") or "[" in c.help or "[" in c.label] == []


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_footer_never_holds_more_than_eight_keys_and_keeps_help(scope: str) -> None:
    shown = chosen([*commands(scope), *commands("run"), *commands("app")])
    assert len(shown) <= MOST and "app.help" in [command.id for command in shown]


def test_bindings_carry_the_id_that_a_key_map_names() -> None:
    assert [binding.id for binding in bindings("run")] == [command.id for command in commands("run")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("key", "name"),
    [("ctrl+p", "^p"), ("question_mark", "?"), ("shift+tab", "shift tab"), ("escape", "esc"), ("A", "A")],
)
def test_keys_are_written_as_they_are_printed(key: str, name: str) -> None:
    assert written(key) == name


def test_help_begins_with_the_keys_of_the_pane_itself() -> None:
    shown = HelpScreen([*commands("lines"), *commands("log"), *commands("run"), *commands("app")])

    assert list(dict.fromkeys(each.scope for each in shown._commands)) == ["log", "lines", "run", "app"]
