"""Exports are the server's bytes, whole or gone on with, harmless to spreadsheets, and never half a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.api.client import ONCE, Api
from runmon.api.datasets import ExportOptions
from runmon.errors import AlreadyThere, LinkError, LocalFault
from runmon.export.chosen import flat, ranges, save_chosen
from runmon.export.formula_guard import FormulaGuard
from runmon.export.item_pages import Wanted
from runmon.export.items import Progress, export, save
from runmon.export.own_cut import Cut
from runmon.export.saving import Folder
from runmon.export.seams import ListSeams
from runmon.model.storages import Place
from tests.loopback import Seen, answer, data
from tests.ui.screens import serving

PLACE = Place.by_id("d1")
ITEMS = [b'{"n":%d,"t":"\xc5\xbe%s","x":1.0}' % (n, b"y" * (n % 50)) for n in range(3000)]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass
class Dataset:
    """Serves items in pages; `breaks` are numbers of requests whose answers are cut."""

    items: list[bytes] = field(default_factory=lambda: list(ITEMS))
    id: str = "d1"
    breaks: set[int] = field(default_factory=set)
    offsets: list[int] = field(default_factory=list)

    def __call__(self, seen: Seen) -> bytes | None:
        if not seen.path.endswith("/items"):
            return data({"id": self.id, "itemCount": len(self.items)})
        query = {name: values[0] for name, values in seen.query.items()}
        offset, limit = int(query.get("offset", 0)), int(query.get("limit", 10**9))
        self.offsets.append(offset)
        page = self.items[offset : offset + limit]
        told = answer(
            self.written(page, query.get("format", "json")),
            x_apify_pagination_count=str(len(page)),
            x_apify_pagination_total=str(len(self.items)),
        )
        if len(self.offsets) - 1 in self.breaks:
            seen.writer.write(told[: len(told) // 2])
            return None
        return told

    def written(self, page: list[bytes], format: str) -> bytes:
        if format == "jsonl":
            return b"".join(item + b"\n" for item in page)
        if format == "csv":
            return b"n,t\n" + b"".join(b"%d,=cmd()\n" % json.loads(item)["n"] for item in page)
        return b"[" + b",\n".join(page) + b"]"


class Held:
    """Keeps what is exported."""

    def __init__(self) -> None:
        self.data = b""

    async def write(self, data: bytes) -> None:
        self.data += data


@asynccontextmanager
async def api_of(dataset: Dataset) -> AsyncIterator[Api]:
    async with serving(dataset) as server, Api(server.address, patience=ONCE) as api:
        yield api


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before trying again; pages are small."""
    monkeypatch.setattr("runmon.export.item_pages.PAUSES", (0.0, 0.0))
    monkeypatch.setattr("runmon.export.item_pages.PAGE_BYTES", 30_000)
    monkeypatch.setattr("runmon.export.seams.PIECE", 10_000)


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def silent(_: Progress) -> None:
    """Hear of nothing."""


@pytest.mark.parametrize("format", ["json", "jsonl"])
@pytest.mark.parametrize("paged", [False, True])
async def test_an_export_is_what_one_answer_would_be_and_asks_for_no_more(format: str, paged: bool) -> None:
    dataset, held, told = Dataset(), Held(), []
    wanted = Wanted(format, options=ExportOptions(clean=paged))
    async with api_of(dataset) as api:
        await export(api, PLACE, wanted, held, lambda p: told.append((p.items, p.total)))
    assert held.data == dataset.written(ITEMS, format)
    assert len(dataset.offsets) > 5 if paged else dataset.offsets == [0, 3000]
    assert told[-1] == (3000, 3000)
    assert [items for items, _ in told] == sorted(items for items, _ in told)


async def test_an_item_that_is_not_json_is_exported_as_it_was_sent() -> None:
    dataset, held = Dataset([*ITEMS, b'{"n":NaN}', *ITEMS]), Held()
    async with api_of(dataset) as api:
        await export(api, PLACE, Wanted("json"), held, silent)
    assert held.data == dataset.written(dataset.items, "json")


documents = st.recursive(
    st.none() | st.integers() | st.text('},{["\\n\u017e'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("},{", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=2), documents, max_size=3), max_size=8),
    st.sampled_from([",", ",\n", " , \n "]),
    st.sampled_from([None, 1]),
    st.data(),
)
def test_pieces_end_with_an_item_wherever_chunks_end(
    items: list[object], mark: str, indent: int | None, draw: st.DataObject
) -> None:
    inner = mark.join(json.dumps(item, indent=indent) for item in items)
    text, at, made, count = f"[{inner}]".encode(), 0, b"", 0
    found = ListSeams(piece=1)
    while at < len(text):
        step = draw.draw(st.integers(1, 40))
        body, more = found.feed(text[at : at + step])
        at, made, count = at + step, made + body, count + more
        assert made in {b"", inner.encode()} or json.loads(b"[" + made + b"]") == items[:count]
    body, more = found.finish()
    assert (made + body).decode() == inner
    assert count + more == len(items)


async def test_offset_and_limit_bound_an_export_and_an_empty_one_is_a_list() -> None:
    async with api_of(Dataset()) as api:
        some, none = Held(), Held()
        await export(api, PLACE, Wanted("json", offset=700, limit=900), some, silent)
        await export(api, PLACE, Wanted("json", offset=9000), none, silent)
    assert json.loads(some.data) == [json.loads(item) for item in ITEMS[700:1600]]
    assert none.data == b"[]"


@pytest.mark.parametrize("format", ["json", "jsonl"])
async def test_pages_that_break_off_are_asked_for_again_and_nothing_is_doubled(format: str) -> None:
    dataset, held = Dataset(breaks={0, 2, 3, 7}), Held()
    async with api_of(dataset) as api:
        await export(api, PLACE, Wanted(format), held, silent)
    assert held.data == dataset.written(ITEMS, format)


@pytest.mark.parametrize("format", ["json", "jsonl"])
async def test_an_export_that_was_cut_is_gone_on_with(format: str, tmp_path: Path) -> None:
    """D3: a crash or a dead link half-way leaves a `.part`, never half a file under its name."""
    dataset = Dataset(breaks=set(range(100)))
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder, pytest.raises(LinkError):
            await save(api, PLACE, Wanted(format), folder, "out", silent)
        assert names(tmp_path) == ["out.part", "out.part.cursor"]
        dataset.breaks, dataset.offsets = set(), []
        with Folder(tmp_path) as folder:
            await save(api, PLACE, Wanted(format), folder, "out", silent)
    assert dataset.offsets[0] > 500
    assert (tmp_path / "out").read_bytes() == dataset.written(ITEMS, format)
    assert names(tmp_path) == ["out"]


async def test_an_export_from_a_folder_is_gone_on_with_though_its_server_has_another_port(
    tmp_path: Path,
) -> None:
    dataset, told = Dataset(breaks=set(range(100))), list[int]()
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder, pytest.raises(LinkError):
            await save(api, PLACE, Wanted("jsonl"), folder, "out", silent)
    dataset.breaks, dataset.offsets = set(), []
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder:
            await save(
                api, PLACE, Wanted("jsonl"), folder, "out", lambda progress: told.append(progress.begun_at)
            )
    assert dataset.offsets[0] == told[0] >= 500


async def test_what_was_written_behind_the_last_note_of_a_killed_export_is_asked_for_anew(
    tmp_path: Path,
) -> None:
    dataset = Dataset(breaks=set(range(100)))
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder, pytest.raises(LinkError):
            await save(api, PLACE, Wanted("json"), folder, "out", silent)
        with (tmp_path / "out.part").open("ab") as part:
            part.write(b',\n{"n":29')
        dataset.breaks, dataset.offsets = set(), []
        with Folder(tmp_path) as folder:
            await save(api, PLACE, Wanted("json"), folder, "out", silent)
    assert dataset.offsets[0] > 500
    assert (tmp_path / "out").read_bytes() == dataset.written(ITEMS, "json")


async def spoil(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / "out.part").write_bytes((tmp_path / "out.part").read_bytes().replace(b"y", b"z", 1))


async def other(tmp_path: Path, dataset: Dataset) -> None:
    dataset.id = "d2"


async def gone(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / "out.part.cursor").unlink()


@pytest.mark.parametrize("change", [spoil, other, gone])
async def test_a_part_of_something_else_is_not_gone_on_with(
    change: Callable[[Path, Dataset], object], tmp_path: Path
) -> None:
    dataset = Dataset(breaks=set(range(100)))
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder, pytest.raises(LinkError):
            await save(api, PLACE, Wanted("json"), folder, "out", silent)
        dataset.breaks, dataset.offsets = set(), []
        await change(tmp_path, dataset)  # type: ignore[misc]
        with Folder(tmp_path) as folder:
            await save(api, PLACE, Wanted("json"), folder, "out", silent)
    assert dataset.offsets[0] == 0
    assert (tmp_path / "out").read_bytes() == dataset.written(ITEMS, "json")


async def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path: Path) -> None:
    """D4: an export clobbers nothing."""
    (tmp_path / "out").write_bytes(b"mine")
    async with api_of(Dataset(ITEMS[:3])) as api:
        with Folder(tmp_path) as folder:
            with pytest.raises(AlreadyThere):
                await save(api, PLACE, Wanted("jsonl"), folder, "out", silent)
            assert (tmp_path / "out").read_bytes() == b"mine"
            await save(api, PLACE, Wanted("jsonl"), folder, "out", silent, replace=True)
    assert (tmp_path / "out").read_bytes().count(b"\n") == 3


async def test_a_disk_without_room_for_the_rest_is_told_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3: the disk would be full half-way."""
    async with api_of(Dataset(breaks={0})) as api:
        with Folder(tmp_path) as folder:
            full = SimpleNamespace(f_bavail=10, f_frsize=1024)
            monkeypatch.setattr("runmon.export.items.os.fstatvfs", lambda _: full)
            with pytest.raises(LocalFault, match=r"no room for the rest: about .* more are needed"):
                await save(api, PLACE, Wanted("json"), folder, "out", silent)
    assert not (tmp_path / "out").exists()


async def test_csv_comes_guarded_and_exact_when_told(tmp_path: Path) -> None:
    """C4: formula injection."""
    async with api_of(Dataset(ITEMS[:2])) as api:
        with Folder(tmp_path) as folder:
            await save(api, PLACE, Wanted("csv"), folder, "a.csv", silent)
            await save(api, PLACE, Wanted("csv", guard=False), folder, "b.csv", silent)
    assert (tmp_path / "a.csv").read_bytes() == b"n,t\n0,'=cmd()\n1,'=cmd()\n"
    assert (tmp_path / "b.csv").read_bytes() == b"n,t\n0,=cmd()\n1,=cmd()\n"


cells = st.text(st.sampled_from('=+-@\t\r\n",a1.e \u017e'), max_size=6)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8), st.data())
def test_guarded_csv_differs_only_in_cells_that_would_run(rows: list[list[str]], draw: st.DataObject) -> None:
    held = io.StringIO()
    end = draw.draw(st.sampled_from(["\n", "\r\n"]))
    bare = end == "\n" and any("\r" in cell for row in rows for cell in row)
    writer = csv.writer(held, lineterminator=end, quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL)
    writer.writerows(rows)
    text = held.getvalue().encode()
    guard, made, at = FormulaGuard(), b"", 0
    while at < len(text):
        step = draw.draw(st.integers(1, 7))
        made, at = made + guard.feed(text[at : at + step]), at + step
    made += guard.finish()
    risky = [[cell.startswith(DANGEROUS) and not NUMBER.fullmatch(cell) for cell in row] for row in rows]
    wanted = [
        ["'" + cell if risk else cell for cell, risk in zip(row, risks, strict=True)]
        for row, risks in zip(rows, risky, strict=True)
    ]
    found = list(csv.reader(io.StringIO(made.decode(), newline="")))
    assert found == wanted
    assert guard.guarded == sum(map(sum, risky))
    assert guard.guarded or made == text


async def test_chosen_items_come_in_their_order_and_as_they_were_sent(tmp_path: Path) -> None:
    dataset = Dataset()
    wanted = [2999, 5, 6, 1700, 4]
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder:
            for format in ("json", "jsonl", "csv", "xlsx"):
                await save_chosen(api, PLACE, wanted, lambda _: None, format, folder, f"o.{format}", silent)
    assert (tmp_path / "o.jsonl").read_bytes() == b"".join(ITEMS[n] + b"\n" for n in wanted)
    assert (tmp_path / "o.json").read_bytes() == b"[" + b",\n".join(ITEMS[n] for n in wanted) + b"]"
    rows = list(csv.reader((tmp_path / "o.csv").read_text().splitlines()))
    assert [row[0] for row in rows] == ["n", *map(str, wanted)]
    assert (tmp_path / "o.xlsx").read_bytes().startswith(b"PK")
    assert dataset.offsets[:3] == [4, 1700, 2999]


async def test_chosen_items_in_hand_are_not_asked_for(tmp_path: Path) -> None:
    dataset = Dataset()
    async with api_of(dataset) as api:
        with Folder(tmp_path) as folder:
            raw = msgspec.Raw(b'{"a":"=1",\n"b":[{"c":-5}]}')
            await save_chosen(api, PLACE, [1, 2], lambda _: raw, "csv", folder, "o", silent)
    assert not dataset.offsets
    assert (tmp_path / "o").read_bytes() == b"a,b/0/c\n'=1,-5\n'=1,-5\n"


@given(st.lists(st.integers(0, 5000), unique=True).map(sorted))
def test_stretches_hold_every_wanted_row_and_are_never_too_long(offsets: list[int]) -> None:
    found = list(ranges(offsets))
    covered = {row for first, length in found for row in range(first, first + length)}
    assert covered >= set(offsets)
    assert all(length <= 1000 for _, length in found)
    assert all(one[0] + one[1] <= other[0] for one, other in pairwise(found))


def test_items_cut_here_keep_their_values_as_they_were_sent_also_beside_some_that_are_loose() -> None:
    body = b',{"a,b":1.50,"n":1},\n{"a,b":NaN}'
    assert Cut(fields=["a,b"]).of_list(body) == b',\n{"a,b":1.50},\n{"a,b":NaN}'


def test_an_item_becomes_a_row_as_apify_writes_it() -> None:
    item = {"a": {"b": [1, {"c": None}]}, "e": {}, "d": "x"}
    assert flat(item) == {"a/b/0": 1, "a/b/1/c": None, "e": None, "d": "x"}
    assert flat(5) == {"value": 5}
