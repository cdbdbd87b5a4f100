"""Words show what they were told last, at the price of the lines that changed."""

from __future__ import annotations

from rich.text import Text
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from runmon.ui.private_textual import screen_lines
from runmon.ui.widgets.words import Drawing, Words


class Counted(Words):
    """Remembers which lines it was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class Page(App[None]):
    CSS = "Counted { width: 12; }"

    def compose(self) -> ComposeResult:
        yield Counted()


async def test_only_lines_that_changed_are_painted_and_every_text_is_shown_whole() -> None:
    async with Page().run_test(size=(20, 6)) as pilot:
        words = pilot.app.query_one(Counted)

        async def say(text: str, tone: str = "") -> list[str]:
            words.painted.clear()
            words.say(Text.assemble(text, ("", "red"), ("\nend", tone)))
            await pilot.pause()
            return [line for line in screen_lines(pilot.app) if line]

        assert await say("one\ntime 1") == ["one", "time 1", "end"]
        assert await say("one\ntime 2") == ["one", "time 2", "end"]
        assert words.painted == [1]
        await say("one\ntime 2", "red")
        assert words.painted == [2]
        assert await say("one\ntime and more") == ["one", "time and", "more", "end"]
        assert await say("two\ntime and then") == ["two", "time and", "then", "end"]
        assert await say("one") == ["one", "end"]


async def test_the_mouse_selects_words() -> None:
    async with Page().run_test(size=(20, 6)) as pilot:
        words = pilot.app.query_one(Counted)
        words.say(Text("one\ntwo"))
        await pilot.pause()
        ground = words.background_colors[1].rich_color
        pilot.app.screen.selections = {words: Selection(Offset(1, 0), Offset(2, 1))}
        await pilot.pause()
        marked = [
            "".join(segment.text for segment in strip if segment.style and segment.style.bgcolor != ground)
            for strip in pilot.app.screen._compositor.render_strips()[:2]
        ]
        assert marked == ["ne", "tw"]
        assert pilot.app.screen.get_selected_text() == "ne\ntw"
        assert screen_lines(pilot.app)[:2] == ["one", "two"]


class Sketch(Drawing):
    """Three rows, whatever is said."""

    DEFAULT_CSS = "Sketch { width: 12; height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class SketchPage(App[None]):
    def compose(self) -> ComposeResult:
        yield Sketch()


async def test_a_drawing_paints_the_rows_that_changed_and_keeps_its_height() -> None:
    async with SketchPage().run_test(size=(20, 6)) as pilot:
        sketch = pilot.app.query_one(Sketch)
        looks, painted = [], []
        for text in ("top\n██\nfoot 1", "top\n██\nfoot 2", "top\n███\nfoot 2", "top", "a\nb\nc\nd"):
            sketch.painted.clear()
            sketch.say(Text(text))
            await pilot.pause()
            looks.append([line for line in screen_lines(pilot.app) if line])
            painted.append(list(sketch.painted))
        assert painted[1:3] == [[2], [1]]
        assert looks == [
            ["top", "██", "foot 1"],
            ["top", "██", "foot 2"],
            ["top", "███", "foot 2"],
            ["top"],
            ["a", "b", "c"],
        ]
