"""What we use of Textual's private parts still does what we use it for."""

from __future__ import annotations

import gc
import random

import pytest
from rich.segment import Segment
from rich.text import Text
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from runmon.ui.private_textual import (
    HeldScreen,
    finished,
    grow_quietly,
    paint_now,
    retitle,
    screen_lines,
)


class Tall(ScrollView):
    """Rows that name themselves."""

    DEFAULT_CSS = "Tall { overflow-y: scroll; }"
    laid_out = 0

    def render_line(self, y: int) -> Strip:
        return Strip.blank(self.size.width)

    def refresh(self, *regions: Region, layout: bool = False, **options: bool) -> Tall:
        self.laid_out += layout
        super().refresh(*regions, layout=layout, **options)
        return self


class Probe(App[None]):
    """One tall view in a framed box."""

    CSS = "Vertical { border: round white; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Tall()


class PaintedApp(Probe):
    """Counts its paintings."""

    painted = 0

    def post_display_hook(self) -> None:
        self.painted += 1


async def test_a_view_grows_with_its_bar_and_without_a_layout() -> None:
    async with Probe().run_test(size=(40, 10)) as pilot:
        view = pilot.app.query_one(Tall)
        view.virtual_size = Size(10, 100)
        await pilot.pause()
        before = view.laid_out
        grow_quietly(view, Size(10, 1000))
        assert view.max_scroll_y == 1000 - view.size.height
        assert view.vertical_scrollbar.window_virtual_size == 1000
        assert view.laid_out == before


async def test_a_view_is_painted_at_once_and_not_a_second_time() -> None:
    async with PaintedApp().run_test(size=(40, 10)) as pilot:
        app = pilot.app
        assert isinstance(app, PaintedApp)
        view = app.query_one(Tall)
        await pilot.pause()
        before = app.painted
        view.refresh(Region(0, 0, 10, 1))
        paint_now(view)
        assert app.painted == before + 1
        await pilot.pause()
        assert app.painted == before + 1


async def test_a_view_that_must_be_laid_out_or_may_not_be_shown_waits_with_its_painting() -> None:
    async with PaintedApp().run_test(size=(40, 10)) as pilot:
        app = pilot.app
        assert isinstance(app, PaintedApp)
        view = app.query_one(Tall)
        await pilot.pause()
        before = app.painted
        view.refresh(layout=True)
        paint_now(view)
        with app.batch_update():
            view.refresh()
            paint_now(view)
        assert app.painted == before
        await pilot.pause()
        assert app.painted > before


async def test_a_view_that_is_gone_is_not_painted() -> None:
    async with PaintedApp().run_test(size=(40, 10)) as pilot:
        app = pilot.app
        assert isinstance(app, PaintedApp)
        view = app.query_one(Tall)
        await view.remove()
        await pilot.pause()
        before = app.painted
        view.refresh()
        paint_now(view)
        assert app.painted == before


async def test_strips_are_cropped_where_the_crop_is_partial() -> None:
    async with Probe().run_test(size=(40, 10)) as pilot:
        view = pilot.app.query_one(Tall)
        strips = [Strip.blank(view.size.width)] * view.size.height
        part = finished(view, strips, Region(2, 1, 5, 3))
        assert [strip.cell_length for strip in part] == [5, 5, 5]


async def test_a_title_is_shown_and_paints_one_row() -> None:
    async with Probe().run_test(size=(40, 10)) as pilot:
        box = pilot.app.query_one(Vertical)
        box._exchange_repaint_regions()
        retitle(box, Text("[not markup]"))
        assert {region.height for region in box._exchange_repaint_regions()} == {1}
        box.refresh()
        await pilot.pause()
        assert "[not markup]" in screen_lines(pilot.app)[0]


class Held(HeldScreen):
    """A screen that waits with its first painting."""

    def compose(self) -> ComposeResult:
        yield Static("what came at once")

    def on_mount(self) -> None:
        self.held = True


class HeldApp(App[None]):
    """Counts its paintings."""

    painted = 0

    def get_default_screen(self) -> Held:
        return Held()

    def post_display_hook(self) -> None:
        self.painted += 1


async def test_a_held_screen_is_painted_when_it_is_let_go_and_not_before() -> None:
    app = HeldApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        before = app.painted
        screen = app.screen
        assert isinstance(screen, Held)
        screen.query_one(Static).update("what came next")
        await pilot.pause()
        assert (before, app.painted) == (0, 0)
        screen.let_go()
        await pilot.pause()
        assert app.painted > 0
        assert "what came next" in screen_lines(app)[0]


async def test_a_screen_has_its_breakpoints_before_anything_is_mounted() -> None:
    class Narrow(Held):
        HORIZONTAL_BREAKPOINTS = [(0, "-small"), (60, "-large")]
        VERTICAL_BREAKPOINTS = [(0, "-low"), (50, "-high")]

    screen = Narrow()
    screen.take_breakpoints(Size(80, 24))
    assert screen.classes >= {"-large", "-low"}
    assert not screen.classes & {"-small", "-high"}


class Apart(HeldScreen):
    """Two lines that change, and between and behind them widgets that count their paintings."""

    asked = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked += 1
        return super().render_lines(crop)

    def compose(self) -> ComposeResult:
        yield Static("top", id="top")
        yield Between()
        yield Static("bottom", id="bottom")


class Between(Static):
    """Counts how often it is asked for its lines."""

    DEFAULT_CSS = "Between { height: 1fr; }"
    asked = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked += 1
        return super().render_lines(crop)


async def test_what_lies_between_two_changed_places_or_behind_them_is_left_alone() -> None:
    app = App[None]()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = Apart()
        await app.push_screen(screen)
        await pilot.pause()
        between = screen.query_one(Between)
        before = (between.asked, screen.asked)
        screen.query_one("#top", Static).update("up", layout=False)
        screen.query_one("#bottom", Static).update("down", layout=False)
        await pilot.pause()
        assert (between.asked, screen.asked) == before
        assert (screen_lines(app)[0], screen_lines(app)[-1]) == ("up", "down")


class Striped(Widget):
    """New strips each time it is painted, beside a widget that cuts the screen's lines."""

    DEFAULT_CSS = "Striped { width: 30; height: 5; }"

    def render_lines(self, crop: Region) -> list[Strip]:
        return [Strip([Segment("x" * 30)], 30) for _ in range(5)]


async def test_what_was_painted_leaves_no_garbage_that_a_frame_would_wait_for() -> None:
    app = App[None]()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = HeldScreen()
        await app.push_screen(screen)
        widget = Striped()
        await screen.mount(widget)
        gc.collect()
        gc.disable()
        try:
            for _ in range(10):
                widget.refresh(Region(0, 0, 30, 3))
                await pilot.pause()
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            assert not [found for found in gc.garbage if isinstance(found, Strip)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()


class Counted(Vertical):
    """Keeps which lines it was asked for."""

    def __init__(self, *children: Widget) -> None:
        super().__init__(*children)
        self.asked: list[Region] = []

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked.append(crop)
        return super().render_lines(crop)


async def test_a_widget_that_others_hide_wholly_is_not_asked_for_lines() -> None:
    app = App[None]()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = HeldScreen()
        await app.push_screen(screen)
        child = Static("in front")
        child.styles.height = "100%"
        behind = Counted(child)
        await screen.mount(behind)
        await pilot.pause()
        assert "in front" in screen_lines(app)[0]
        assert not behind.asked


async def test_a_title_that_changes_asks_for_its_line_alone() -> None:
    app = App[None]()
    async with app.run_test(size=(40, 10)) as pilot:
        screen = HeldScreen()
        await app.push_screen(screen)
        box = Counted(Static("inside"))
        box.styles.border = ("round", "white")
        await screen.mount(box)
        await pilot.pause()
        box.asked.clear()
        retitle(box, Text("new"))
        await pilot.pause()
        assert box.asked == [Region(0, 0, 40, 1)]


@pytest.mark.parametrize("seed", range(12))
async def test_a_screen_shows_what_textual_would_paint_however_widgets_overlap(seed: int) -> None:
    chance = random.Random(seed)
    app = App[None]()
    async with app.run_test(size=(40, 12)) as pilot:
        screen = HeldScreen()
        await app.push_screen(screen)
        for number in range(6):
            box = Counted(Static(f"text {number} " * 20))
            box.styles.position = "absolute"
            box.styles.border = ("round", "white") if chance.random() < 0.5 else None
            box.styles.offset = (chance.randrange(-5, 35), chance.randrange(-3, 11))
            box.styles.width, box.styles.height = chance.randrange(1, 30), chance.randrange(1, 9)
            await screen.mount(box)
        await pilot.pause()
        compositor = screen._compositor
        whole = Compositor._render_chops(compositor, app.size.region, lambda y: True)
        expected = ["".join(strip.text for strip in line.values()).rstrip() for line in whole]
        assert screen_lines(app) == expected
