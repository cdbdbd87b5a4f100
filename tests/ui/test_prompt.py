"""The line at the bottom in which a person types."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Vertical

from runmon.ui.private_textual import screen_lines
from runmon.ui.theme import DARK, variables
from runmon.ui.widgets.lines import LineView, TextLines
from runmon.ui.widgets.prompt import Prompt


class Page(App[None]):
    """Lines in a box."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables(DARK)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield LineView(TextLines([Text("first"), Text("second")]))


async def test_a_line_is_asked_for_below_the_lines() -> None:
    async with Page().run_test(size=(40, 10)) as pilot:
        pilot.app.query_one(LineView).action_go_to()
        await pilot.pause()
        assert screen_lines(pilot.app)[-1].startswith(" go to")


async def test_nothing_is_asked_for_by_a_key_that_comes_behind_the_one_that_leaves() -> None:
    app = Page()
    async with app.run_test(size=(40, 10)):
        app.exit()
        app.query_one(LineView).action_go_to()
        assert not app.query(Prompt)
