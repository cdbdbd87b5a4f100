"""From a failed request to its log, its snapshot, its items, and back, on what real crawlers left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from runmon.ui.screens.entry import EntryScreen
from runmon.ui.screens.item import ItemScreen
from runmon.ui.screens.mentions import MentionsScreen
from runmon.ui.screens.record import RecordScreen
from runmon.ui.screens.request import RequestScreen
from runmon.ui.screens.run import RunScreen
from tests.watching import Watching, watching

HERE = Path(__file__).parents[1]
SAMPLES = HERE / "data" / "samples"
DEMO = HERE.parent / "screenshots" / "recorded" / "crash"
PRODUCT_13 = "http://127.0.0.1:58080/product/13"


def sample(dialect: str, root: Path) -> Path:
    """What a real crawler left, as one run folder."""
    if dialect == "demo":
        return Path(shutil.copytree(DEMO, root / "run"))
    shutil.copytree(SAMPLES / dialect / "storage", root / "run")
    shutil.copy(SAMPLES / dialect / "log.txt", root / "run" / "log.txt")
    return root / "run"


async def failed_request(run: Watching, url: str) -> None:
    """Show the failed request with this url in full."""
    await run.pilot.press("5")
    await run.until(lambda: run.queue.table.row_count and run.queue.table.has_focus)
    await run.pilot.press("ampersand", *"failed ", *url.rpartition("/")[2])
    await run.until(lambda: [request.url for request in run.queue.rows.requests] == [url])
    await run.pilot.press("enter")
    await run.until(lambda: run.queue.table.has_focus)
    await run.pilot.press("enter")
    await run.until(lambda: isinstance(run.screen, RequestScreen))
    await run.sees("✖ failed", url)


@pytest.mark.parametrize("dialect", ["crawlee-js", "crawlee-python"])
async def test_a_failed_request_leads_to_its_log_its_snapshot_and_back(dialect: str, tmp_path: Path) -> None:
    async with watching(sample(dialect, tmp_path), size=(160, 50)) as run:
        await failed_request(run, PRODUCT_13)
        await run.sees("main.")
        await run.pilot.press("L")
        await run.until(lambda: isinstance(run.screen, MentionsScreen))
        shown = await run.sees("Log of", "Scraping http://127.0.0.1:58080/product/13", "maximum retries")
        assert "Scraping http://127.0.0.1:58080/product/14" not in shown
        assert "main." in shown
        await run.pilot.press("escape")
        await run.until(lambda: isinstance(run.screen, RequestScreen))
        await run.pilot.press("S")
        await run.until(lambda: isinstance(run.screen, RecordScreen))
        await run.sees("ERROR_SNAPSHOT_", "HTML")
        await run.pilot.press("r")
        await run.until(lambda: isinstance(run.screen, RequestScreen))
        await run.sees(PRODUCT_13)
        await run.pilot.press("escape", "escape", "escape")
        await run.until(lambda: isinstance(run.screen, RunScreen))


@pytest.mark.parametrize("dialect", ["crawlee-js", "crawlee-python", "demo"])
async def test_a_log_line_leads_to_the_request_that_it_names(dialect: str, tmp_path: Path) -> None:
    async with watching(sample(dialect, tmp_path), size=(160, 50)) as run:
        await run.pilot.press("2")
        await run.until(lambda: run.home._log.view.errors)
        await run.pilot.press("g", "e", "r")
        await run.until(lambda: isinstance(run.screen, RequestScreen))
        await run.sees("✖ failed", "retries")


async def test_an_entry_leads_to_its_snapshot_and_into_the_log(tmp_path: Path) -> None:
    async with watching(sample("demo", tmp_path), size=(160, 50)) as run:
        await run.pilot.press("2")
        await run.until(lambda: run.home._log.view.errors)
        await run.pilot.press("g", "e", "enter")
        await run.until(lambda: isinstance(run.screen, EntryScreen))
        screen = run.screen
        assert isinstance(screen, EntryScreen)
        await run.pilot.press("S")
        await run.until(lambda: isinstance(run.screen, RecordScreen))
        await run.sees("404-NotFound", "PNG", "1 of 2")
        await run.pilot.press("escape", "L")
        await run.until(lambda: isinstance(run.screen, RunScreen))
        assert run.home._log.view.current() == screen.entry.first


async def test_a_request_and_the_items_that_it_produced_lead_to_each_other(tmp_path: Path) -> None:
    async with watching(sample("demo", tmp_path), size=(160, 50)) as run:
        await run.pilot.press("3")
        await run.until(lambda: run.items.table.row_count and run.items.rows.pages.get(0))
        await run.pilot.press("r")
        await run.until(lambda: isinstance(run.screen, RequestScreen))
        await run.sees("✔ handled", "product")
        await run.pilot.press("D")
        await run.until(lambda: isinstance(run.screen, ItemScreen))
        await run.sees("Item 1", '"#debug"')
        await run.pilot.press("L")
        await run.until(lambda: isinstance(run.screen, MentionsScreen))
        await run.sees("Scraping")


async def test_where_nothing_leads_on_a_sentence_says_so(tmp_path: Path) -> None:
    async with watching(sample("demo", tmp_path), size=(160, 50)) as run:
        await run.pilot.press("2")
        await run.until(lambda: run.home._log.view.errors)
        await run.pilot.press("g", "r")
        await run.sees("This names no request.")
