"""Items on disk: whole after any kill, read in both dialects, byte for byte."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.local.dataset_store import DatasetStore
from runmon.local.faults import ApiFault

FEW = settings(max_examples=40, deadline=None)
WRITER = """
import sys
from pathlib import Path
from runmon.local.dataset_store import DatasetStore

store = DatasetStore(Path(sys.argv[1]), id="d")
item = b'{"text":"' + b"x" * 3000 + b'","end":true}'
sys.stdout.write("go")
sys.stdout.flush()
while True:
    store.append([item] * 100)
"""


def store(folder: Path, *, read_only: bool = False) -> DatasetStore:
    return DatasetStore(folder / "dataset", id="d", read_only=read_only)


def killed_while_writing(folder: Path, program: str) -> None:
    """Run a program that writes forever, and kill it (-9) once files appear."""
    writer = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.read(2)
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 150:
        assert time.monotonic() < deadline, "the writer writes nothing"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()


def test_a_writer_killed_in_the_middle_leaves_only_whole_items(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "dataset", WRITER)
    found = list(store(tmp_path, read_only=True).scan())
    assert len(found) >= 100
    assert all(json.loads(item)["end"] is True for item in found)


def test_items_after_a_kill_go_behind_those_that_survived(tmp_path: Path) -> None:
    killed_while_writing(tmp_path / "dataset", WRITER)
    again = store(tmp_path)
    survived = again.count
    again.append([b'{"after":1}'])
    assert list(again.scan(survived)) == [b'{"after":1}']
    assert [*(tmp_path / "dataset").glob("~*")] == []


def test_items_come_back_byte_for_byte(tmp_path: Path) -> None:
    sent = [b'{"a":1.0,"big":123456789012345678901234567890,"z":1,"a":2}', b'{ "sp" : [1 ,2] }', b"{}"]
    fresh = store(tmp_path)
    fresh.append(sent)
    assert list(fresh.scan()) == sent


def test_a_store_opened_for_reading_refuses_items(tmp_path: Path) -> None:
    store(tmp_path).append([b"{}"])
    with pytest.raises(ApiFault) as refusal:
        store(tmp_path, read_only=True).append([b"{}"])
    assert (refusal.value.status, refusal.value.kind) == (403, "insufficient-permissions")


def test_opening_for_reading_writes_nothing(tmp_path: Path) -> None:
    opened = store(tmp_path, read_only=True)
    assert (opened.metadata()["itemCount"], list(tmp_path.iterdir())) == (0, [])


@pytest.mark.parametrize(("dialect", "items"), [("crawlee-js", 28), ("crawlee-python", 30)])
def test_what_crawlee_wrote_is_read_in_order(sample: Callable[[str], Path], dialect: str, items: int) -> None:
    folder = sample(dialect) / "storage" / "datasets" / "default"
    opened = DatasetStore(folder, id="d", read_only=True)
    files = sorted(path for path in folder.iterdir() if path.name[0].isdigit())
    assert opened.count == items
    assert [json.loads(item) for item in opened.scan()] == [json.loads(path.read_bytes()) for path in files]


def test_items_that_another_program_writes_appear(tmp_path: Path) -> None:
    watcher = store(tmp_path)
    for number in range(1, 4):
        (tmp_path / "dataset" / f"{number:09}.json").write_text(f'{{"n":{number}}}')
        assert watcher.metadata()["itemCount"] == number


def test_a_half_written_item_waits_until_it_is_whole(tmp_path: Path) -> None:
    watcher = store(tmp_path)
    (tmp_path / "dataset" / "000000001.json").write_text('{"n":')
    before = watcher.metadata()["itemCount"]
    (tmp_path / "dataset" / "000000001.json").write_text('{"n":1}')
    assert (before, watcher.metadata()["itemCount"]) == (0, 1)


def test_an_item_that_stays_broken_is_shown_as_such_and_keeps_its_place(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.append([b'{"n":1}', b'{"n":2}', b'{"n":3}'])
    (tmp_path / "dataset" / "000000002.json").write_bytes(b'{"n":')
    assert list(fresh.scan()) == [b'{"n":1}', b'{"#unreadable":"000000002.json","#error":true}', b'{"n":3}']


def test_a_purged_folder_starts_anew(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.append([b'{"old":1}'] * 5)
    for path in (tmp_path / "dataset").iterdir():
        path.unlink()
    fresh.append([b'{"new":1}'])
    assert list(fresh.scan()) == [b'{"new":1}']


def test_items_are_read_in_order_across_gaps_and_appended_behind_them(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    for number in (9, 2, 5):
        (tmp_path / "dataset" / f"{number:09}.json").write_text(f'{{"n":{number}}}')
    opened = store(tmp_path)
    opened.append([b'{"n":10}'])
    assert [json.loads(item)["n"] for item in opened.scan()] == [2, 5, 9, 10]
    assert [json.loads(item)["n"] for item in store(tmp_path).scan(1, 2, True)] == [9, 5]


def test_a_linked_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('{"secret":1}')
    fresh = store(tmp_path)
    (tmp_path / "dataset" / "000000001.json").symlink_to(tmp_path / "secret")
    assert b'secret":1' not in b"".join(DatasetStore(fresh.folder, id="d", read_only=True).scan())


def test_the_dataset_object_counts_hidden_only_items_as_unclean(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.append([b'{"a":1,"#b":2}', b'{"#b":2}', b"{}"])
    told = fresh.metadata()
    assert (told["itemCount"], told["cleanItemCount"], told["fields"]) == (3, 1, ["a", "#b"])


def test_both_crawlees_can_take_over_the_metadata(tmp_path: Path) -> None:
    from crawlee.storage_clients.models import DatasetMetadata

    fresh = store(tmp_path)
    fresh.append([b"{}"] * 3)
    fresh.save_card()
    card = json.loads((tmp_path / "dataset" / "__metadata__.json").read_text())
    assert DatasetMetadata(**card).item_count == 3
    assert card["itemCount"] == 3 and card["createdAt"].endswith("Z")


def test_a_name_survives_the_next_start(tmp_path: Path) -> None:
    store(tmp_path).rename(name="shop", general_access="RESTRICTED")
    told = store(tmp_path, read_only=True).metadata()
    assert (told["name"], told["generalAccess"]) == ("shop", "RESTRICTED")


@FEW
@given(
    sizes=st.integers(0, 40),
    offset=st.integers(0, 50),
    limit=st.one_of(st.none(), st.integers(0, 50)),
    desc=st.booleans(),
)
def test_a_page_is_the_slice_of_a_list(
    tmp_path_factory: pytest.TempPathFactory, sizes: int, offset: int, limit: int | None, desc: bool
) -> None:
    fresh = DatasetStore(tmp_path_factory.mktemp("page"), id="d")
    fresh.append([{"n": number} for number in range(sizes)])
    numbers = list(range(sizes))[:: -1 if desc else 1]
    expected = numbers[offset:] if limit is None else numbers[offset : offset + limit]
    assert [json.loads(item)["n"] for item in fresh.scan(offset, limit, desc)] == expected
