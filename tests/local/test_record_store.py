"""Records on disk: type and bytes never part, keys in the order of their bytes, both dialects read."""

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

from runmon.local.faults import ApiFault
from runmon.local.record_store import Page, Record, RecordStore

FEW = settings(max_examples=40, deadline=None)
LEGAL = "abcXYZ019!-_.'()"
KEYS = st.text(LEGAL, min_size=1, max_size=12)
WRITER = """
import sys
from pathlib import Path
from runmon.local.record_store import RecordStore

store = RecordStore(Path(sys.argv[1]), id="k")
sys.stdout.write("go")
sys.stdout.flush()
while True:
    store.put("KEY", "text/a", b"a" * 50_000)
    store.put("KEY", "text/b", b"b" * 70_000)
"""


def store(folder: Path, *, read_only: bool = False) -> RecordStore:
    return RecordStore(folder / "store", id="k", read_only=read_only)


@pytest.mark.parametrize("wait_s", [0.0, 0.01, 0.02, 0.03, 0.05])
def test_a_writer_killed_in_the_middle_leaves_a_record_with_its_own_type(
    tmp_path: Path, wait_s: float
) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "store")], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.read(2)
    deadline = time.monotonic() + 60
    while not (tmp_path / "store" / "KEY").exists() and time.monotonic() < deadline:
        pass
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        pass
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    found = store(tmp_path, read_only=True).get("KEY")
    assert found in (Record("KEY", "text/a", b"a" * 50_000), Record("KEY", "text/b", b"b" * 70_000))


def test_each_step_of_a_change_of_type_shows_the_old_record_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = store(tmp_path)
    fresh.put("KEY", "text/a", b"a")
    seen: list[Record | None] = []
    write, remove = RecordStore.write, RecordStore.remove

    def look() -> None:
        seen.append(store(tmp_path, read_only=True).get("KEY"))

    def watched_write(self: RecordStore, name: str, data: bytes) -> None:
        look()
        write(self, name, data)
        look()

    def watched_remove(self: RecordStore, name: str) -> bool:
        found = remove(self, name)
        look()
        return found

    monkeypatch.setattr(RecordStore, "write", watched_write)
    monkeypatch.setattr(RecordStore, "remove", watched_remove)
    fresh.put("KEY", "text/b", b"bb")
    assert len(seen) >= 9
    assert set(seen) == {Record("KEY", "text/a", b"a"), Record("KEY", "text/b", b"bb")}
    assert seen[-1] == Record("KEY", "text/b", b"bb")


@pytest.mark.parametrize(
    "key", [".", "..", "__metadata__.json", "a.__metadata__.json", "a" * 256, "x.tmp", "we!rd('k')"]
)
def test_a_key_that_is_no_file_name_works_all_the_same(tmp_path: Path, key: str) -> None:
    fresh = store(tmp_path)
    fresh.put(key, "text/plain", key.encode())
    fresh.put("other", "text/plain", b"other")
    again = store(tmp_path, read_only=True)
    assert again.get(key) == Record(key, "text/plain", key.encode())
    assert again.keys().keys == sorted([(key, len(key)), ("other", 5)])
    assert sorted(path.parent for path in tmp_path.rglob("*") if path.is_file())[0] == tmp_path / "store"


@pytest.mark.parametrize("key", ["", "a/b", "a b", "é", "a" * 257, "a\n", "%2e"])
def test_keys_that_apify_refuses_are_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(ApiFault) as refusal:
        store(tmp_path).put(key, "text/plain", b"")
    assert (refusal.value.status, refusal.value.kind) == (400, "invalid-record-key")


def test_crawlee_for_python_reads_what_we_wrote(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.put("we!rd'()", "application/json; charset=utf-8", b'{"a":1}')
    card = json.loads((tmp_path / "store" / "we%21rd%27%28%29.__metadata__.json").read_text())
    assert card == {"key": "we!rd'()", "content_type": "application/json; charset=utf-8", "size": 7}
    assert (tmp_path / "store" / "we%21rd%27%28%29").read_bytes() == b'{"a":1}'


def test_records_of_crawlee_for_python_keep_their_keys_and_types(sample: Callable[[str], Path]) -> None:
    folder = sample("crawlee-python") / "storage" / "key_value_stores" / "default"
    opened = RecordStore(folder, id="k", read_only=True)
    types = {key: found[0] for key, _ in opened.keys().keys if (found := opened.look(key))}
    assert types["INPUT"] == "application/json; charset=utf-8"
    assert types["screenshot.png"] == "image/png"
    assert opened.count == 7


def test_records_of_crawlee_for_javascript_lose_the_ending_of_their_file(
    sample: Callable[[str], Path],
) -> None:
    folder = sample("crawlee-js") / "storage" / "key_value_stores" / "default"
    opened = RecordStore(folder, id="k", read_only=True)
    assert [key for key, _ in opened.keys().keys] == [
        "ERROR_SNAPSHOT_a04b9f1ed67bc5ad596f9ac43d25a7_No-price-on-http-127-0-0-1-5",
        "INPUT",
        "OUTPUT",
        "SDK_CRAWLER_STATISTICS_0",
        "SDK_SESSION_POOL_STATE",
        "page",
        "screenshot",
    ]
    assert opened.look("screenshot") == ("image/png", 70)


def test_a_record_of_javascript_with_metadata_has_its_key_from_there(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "v1.2.json").write_text("{}")
    (folder / "v1.2.__metadata__.json").write_text(
        '{"key":"v1.2","contentType":"application/json","extension":"json"}'
    )
    assert store(tmp_path, read_only=True).get("v1.2") == Record("v1.2", "application/json", b"{}")


def test_an_overwritten_input_made_by_hand_is_one_record(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "INPUT.json").write_text('{"old":1}')
    fresh = store(tmp_path)
    fresh.put("INPUT", "application/json", b'{"new":1}')
    assert fresh.keys() == Page([("INPUT", 9)], False)
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [
        "INPUT",
        "INPUT.__metadata__.json",
    ]


def test_records_that_another_program_writes_appear_and_vanish(tmp_path: Path) -> None:
    watcher = store(tmp_path)
    (tmp_path / "store" / "a.txt").write_text("x")
    appeared = watcher.keys().keys
    (tmp_path / "store" / "a.txt").unlink()
    assert (appeared, watcher.keys().keys) == ([("a", 1)], [])


def test_what_a_writer_has_not_finished_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    for name in ("~tmp-1-1", "KEY.x7q2.json.tmp", "KEY.lock", "KEY.__metadata__.json"):
        (tmp_path / "store" / name).write_text("{}")
    assert store(tmp_path, read_only=True).keys() == Page([], False)


def test_deleting_a_record_leaves_nothing_of_it(tmp_path: Path) -> None:
    fresh = store(tmp_path)
    fresh.put("KEY", "text/plain", b"x")
    assert fresh.delete("KEY") and not fresh.delete("KEY")
    assert (fresh.get("KEY"), list((tmp_path / "store").iterdir())) == (None, [])


def test_a_store_opened_for_reading_refuses_records(tmp_path: Path) -> None:
    opened = store(tmp_path, read_only=True)
    for write in (lambda: opened.put("a", "text/plain", b""), lambda: opened.delete("a")):
        with pytest.raises(ApiFault) as refusal:
            write()
        assert refusal.value.status == 403


@FEW
@given(keys=st.sets(KEYS, max_size=25), limit=st.integers(1, 7), prefix=st.text(LEGAL, max_size=2))
def test_pages_of_keys_give_every_key_of_a_prefix_once_in_byte_order(
    tmp_path_factory: pytest.TempPathFactory, keys: set[str], limit: int, prefix: str
) -> None:
    fresh = RecordStore(tmp_path_factory.mktemp("keys"), id="k")
    for key in keys:
        fresh.put(key, "text/plain", key.encode())
    found: list[str] = []
    after: str | None = None
    while True:
        page = fresh.keys(limit, after, prefix)
        assert len(page.keys) <= limit
        found += [key for key, _ in page.keys]
        assert len(found) <= len(keys), "the pages give keys twice"
        if not page.truncated:
            break
        after = found[-1]
    assert found == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
