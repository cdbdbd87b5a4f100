"""Dataset, records and queue of a real run folder, read over HTTP and used by keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runmon.ui.screens.item import ItemScreen
from tests.storages import handled, png, storage
from tests.watching import watching

PRODUCT = {"url": "http://shop/1", "title": "Blue kettle", "price": 12.9, "#debug": {"retryCount": 0}}


def products(count: int) -> list[dict[str, object]]:
    return [{"url": f"http://shop/{n}", "title": f"Product {n}", "price": n + 0.5} for n in range(count)]


async def test_items_show_as_a_table_and_the_last_of_many_is_two_requests_away(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=products(3_000))) as run:
        await run.pilot.press("3")
        await run.sees("Product 0", "3\u202f000")
        before = run.api.readings
        await run.pilot.press("G")
        await run.sees("Product 2999")
        assert run.api.readings - before <= 2


async def test_debug_fields_come_and_go_by_a_key(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=[PRODUCT])) as run:
        await run.pilot.press("3")
        assert "#debug" not in await run.sees("Blue kettle")
        await run.pilot.press("number_sign")
        await run.sees("#debug.retryCount")


async def test_an_item_that_reports_an_error_is_marked(tmp_path: Path) -> None:
    items = [PRODUCT, {"url": "http://shop/2", "#error": True}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await run.pilot.press("3")
        await run.sees("✖   2  http://shop/2")


async def test_an_item_opens_whole_and_as_it_was_sent(tmp_path: Path) -> None:
    folder = storage(
        tmp_path / "s", raw_items=[b'{"price":12.90,"id":123456789012345678901234567890,"a":1,"a":2}']
    )
    async with watching(folder) as run:
        await run.pilot.press("3")
        await run.sees("12.90")
        await run.pilot.press("enter")
        await run.sees('"price": 12.90', '"id": 123456789012345678901234567890', '"a": 1', '"a": 2')


async def test_neighbours_of_an_item_are_a_key_away_and_the_table_follows(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=products(5))) as run:
        await run.pilot.press("3")
        await run.sees("Product 4")
        await run.pilot.press("enter", "right_square_bracket", "right_square_bracket", "left_square_bracket")
        await run.sees("Item 2", '"title": "Product 1"')
        await run.pilot.press("escape")
        await run.until(lambda: not isinstance(run.screen, ItemScreen))
        assert run.items.table.cursor == 1


NESTED = {"url": "http://shop/1", "rating": {"value": 4.5, "votes": [1, 2, 3]}, "title": "Blue kettle"}


async def test_an_item_folds_tells_paths_and_is_copied_by_value(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", items=[NESTED])) as run:
        await run.pilot.press("3")
        await run.sees("Blue kettle")
        await run.pilot.press("enter")
        await run.sees("▾", '"value": 4.5')
        await run.pilot.press("g", "j", "j", "j", "y")
        await run.sees("rating.value")
        assert run.pilot.app.clipboard == "4.5"
        await run.pilot.press("p")
        assert run.pilot.app.clipboard == "rating.value"
        await run.pilot.press("k", "enter")
        assert '"value": 4.5' not in await run.sees('▸   "rating": { … }')
        await run.pilot.press("Y")
        assert json.loads(run.pilot.app.clipboard) == NESTED
        await run.pilot.press("plus")
        await run.sees('"value": 4.5')


async def test_objects_open_into_columns_and_fold_back(tmp_path: Path) -> None:
    items = [{"seller": {"name": "Ann", "address": {"city": "Brno"}}}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await run.pilot.press("3")
        await run.sees("{2}")
        await run.pilot.press("left_parenthesis")
        await run.sees("seller.name", "seller.address", "Ann")
        await run.pilot.press("right_parenthesis")
        assert "seller.name" not in await run.sees("{2}")


async def test_an_empty_dataset_is_a_sentence(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", requests=[handled("r1", "http://shop/1")])) as run:
        await run.pilot.press("3")
        await run.sees("No items")


async def test_a_hostile_item_shows_its_bytes_and_fires_nothing(tmp_path: Path) -> None:
    item = {"[@click=app.leave]x[/]": "[/nope] \x1b]52;c;aGk=\x07 \u202eevil"}
    async with watching(storage(tmp_path / "s", items=[item])) as run:
        await run.pilot.press("3")
        screen = await run.sees("[@click=app.leave]x[/]")
        assert "\x1b" not in screen
        assert "\u202e" not in screen
        for x in range(8, 40, 4):
            await run.pilot.click(run.items.table, offset=(x, 1))
        await run.pilot.press("enter")
        assert "[/nope]" in await run.sees("Item 1")


async def test_a_dataset_that_is_wider_than_any_screen_is_scrolled_by_columns(tmp_path: Path) -> None:
    items = [{f"field{n}": n for n in range(2_400)}]
    async with watching(storage(tmp_path / "s", items=items)) as run:
        await run.pilot.press("3")
        await run.sees("field0")
        run.items.table.go_to_column(2_399)
        await run.sees("field2399")


RECORDS = {
    "INPUT.json": b'{"startUrls":[{"url":"http://shop/"}]}',
    "OUTPUT.json": b'{"ok":true',
    "notes.txt": "příliš žluťoučký kůň\nsecond line".encode(),
    "page.html": b"<html><body><h1>Hi</h1></body></html>",
    "shot.png": png(),
    "broken.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "blob.bin": bytes(range(256)),
    "SDK_CRAWLER_STATISTICS_0.json": b'{"requestsFinished":1}',
}


async def test_keys_stand_by_family_with_their_sizes(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS)) as run:
        await run.pilot.press("4")
        await run.sees("INPUT", "256 B")
        names = run.records.rows.list.names()
        assert names[:2] == ["INPUT", "OUTPUT"]
        assert names[-1] == "SDK_CRAWLER_STATISTICS_0"
        await run.pilot.press("f", "G")
        assert "SDK_CRAWLER" not in await run.sees("▸ 1 Crawlee's own")
        await run.pilot.press("enter", "G")
        await run.sees("▾ 1 Crawlee's own", "SDK_CRAWLER")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("INPUT", ("JSON", '"startUrls": [', '"url": "http://shop/"')),
        ("OUTPUT", ("not valid JSON", '{"ok":true')),
        ("notes", ("text", "příliš žluťoučký kůň", "second line")),
        ("page", ("HTML", "as a page", "title  none", "Hi")),
        ("shot", ("PNG image", "40 × 20", "▀▀▀▀▀▀▀▀")),
        ("broken", ("PNG image", "not a readable image", "89 50 4e 47")),
        ("blob", ("bytes", "00000010", "10 11 12 13")),
    ],
)
async def test_a_record_is_previewed_by_what_it_is(tmp_path: Path, key: str, words: tuple[str, ...]) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(160, 44)) as run:
        await run.pilot.press("4")
        await run.until(lambda: run.records.rows.list.names())
        row = run.records.rows.list.place_of(key)
        assert row is not None
        run.records.table.move_to(row)
        await run.sees(*words)


async def test_a_record_opens_on_the_whole_screen(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", records=RECORDS), size=(80, 24)) as run:
        await run.pilot.press("4")
        await run.until(lambda: run.records.rows.list.names())
        await run.pilot.press("enter")
        await run.sees("INPUT", "1 of 8", '"startUrls": [')
        await run.pilot.press("right_square_bracket")
        await run.sees("OUTPUT", "2 of 8", "not valid JSON")


async def test_only_the_record_on_which_the_cursor_rests_is_read(tmp_path: Path) -> None:
    records = {f"key{n}.txt": b"x" for n in range(40)}
    async with watching(storage(tmp_path / "s", records=records), size=(160, 44)) as run:
        await run.pilot.press("4")
        await run.until(lambda: run.records.view.shown_now)
        before = run.api.readings
        for _ in range(20):
            run.records.table.action_move(1)
        await run.until(
            lambda: run.records.view.shown_now and run.records.view.shown_now.record.key == "key27"
        )
        assert run.api.readings - before <= 1


FAILED = handled(
    "r3", "http://shop/3", retryCount=2, errorMessages=["Error: No price\n    at f (a.js:1)"] * 3
)
REQUESTS = [handled("r1", "http://shop/1"), {"id": "r2", "url": "http://shop/2"}, FAILED]


async def test_the_queue_counts_and_lists_what_comes_next(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", requests=REQUESTS)) as run:
        await run.pilot.press("5")
        screen = await run.sees("2 handled", "1 pending", "3 in all", "http://shop/2")
        assert "http://shop/1" not in screen


async def test_failed_requests_are_told_apart(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", requests=REQUESTS)) as run:
        await run.pilot.press("5")
        await run.sees("http://shop/2")
        await run.pilot.press("v")
        await run.sees("http://shop/1", "http://shop/2", "http://shop/3", "1 failed")
        await run.pilot.press("v")
        assert "http://shop/1" not in await run.sees("http://shop/3", "showing failed")


async def test_a_request_opens_with_every_error_and_its_trace(tmp_path: Path) -> None:
    async with watching(storage(tmp_path / "s", requests=[FAILED])) as run:
        await run.pilot.press("5")
        await run.sees("http://shop/3", "showing all")
        await run.pilot.press("enter")
        await run.sees(
            "✖ failed", "error 1 to 3 of 3, alike", "Error: No price", "at f (a.js:1)", "retries     2"
        )


async def test_a_viewer_never_takes_a_lock(tmp_path: Path) -> None:
    folder = storage(tmp_path / "s", requests=REQUESTS)
    before = {path.name: path.read_text() for path in (folder / "request_queues" / "default").iterdir()}
    async with watching(folder) as run:
        await run.pilot.press("5")
        await run.sees("http://shop/2")
        await run.pilot.press("v")
        await run.sees("http://shop/1")
    after = {path.name: path.read_text() for path in (folder / "request_queues" / "default").iterdir()}
    assert {name: json.loads(text).get("orderNo") for name, text in after.items()} == {
        name: json.loads(text).get("orderNo") for name, text in before.items()
    }
