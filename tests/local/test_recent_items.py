"""What a dataset keeps of items lately read: never a wrong one, never too many."""

from __future__ import annotations

import os
from pathlib import Path

from runmon.local.dataset_store import DatasetStore
from runmon.local.recent import Recent


def filled(folder: Path) -> DatasetStore:
    """A dataset of three items that were read once."""
    store = DatasetStore(folder, id="d")
    store.append([{"n": number} for number in range(3)])
    assert len(list(store.scan())) == 3
    return store


def test_a_page_asked_for_again_reads_no_file(tmp_path: Path) -> None:
    store = filled(tmp_path)
    with (tmp_path / "000000002.json").open("r+b") as file:
        file.write(b'{"n":9}')
    assert list(store.scan()) == [b'{"n":0}', b'{"n":1}', b'{"n":2}']


def test_an_item_that_another_program_replaced_is_read_anew(tmp_path: Path) -> None:
    store = filled(tmp_path)
    (tmp_path / "new").write_bytes(b'{"n":9}')
    (tmp_path / "new").rename(tmp_path / "000000002.json")
    assert list(store.scan()) == [b'{"n":0}', b'{"n":9}', b'{"n":2}']


def test_an_item_that_could_not_be_read_is_read_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    late = tmp_path / "000000004.json"
    late.write_bytes(b'{"n":')
    os.utime(late, (0, 0))
    broken = list(store.scan(3))
    late.write_bytes(b'{"n":3}')
    assert (broken, list(store.scan(3))) == (
        [b'{"#unreadable":"000000004.json","#error":true}'],
        [b'{"n":3}'],
    )


def test_no_more_is_kept_than_the_limit() -> None:
    recent = Recent(limit=100)
    for number in range(50):
        recent.keep(number, b"x" * 10)
    recent.keep(50, b"x" * 90)
    held = [number for number in range(51) if recent.get(number)]
    assert held == list(range(40, 50))


def test_a_dropped_dataset_tells_nothing_of_before(tmp_path: Path) -> None:
    store = filled(tmp_path / "d")
    store.drop()
    again = DatasetStore(tmp_path / "d", id="d")
    again.append([{"n": 7}])
    assert list(store.scan()) == list(again.scan()) == [b'{"n":7}']
