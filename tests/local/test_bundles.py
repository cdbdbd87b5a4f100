"""Bundles: a run folder in a zip is opened as it is; any other zip is refused, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import io
import os
import stat
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runmon.errors import BadTarget, LocalFault
from runmon.local import bundle, scratch
from runmon.local.app import LocalPlatform
from runmon.local.bundle import run_in, unpack, unpacked
from runmon.local.scratch import sweep

ITEM = "datasets/default/000000001.json"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where bundles are unpacked during the test."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def packed(folder: Path, path: Path, prefix: str = "") -> Path:
    """A bundle of a folder, as any program makes one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, prefix + str(file.relative_to(folder)))
    return path


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def read(platform: LocalPlatform, path: str) -> Any:
    headers = {"authorization": f"Bearer {platform.token}"}
    return httpx.get(platform.url + path, headers=headers, trust_env=False).json()


@pytest.mark.parametrize("prefix", ["", "my-run/"])
@pytest.mark.parametrize("name", ["run.zip", "run.arun"])
def test_a_bundle_is_the_run_that_was_put_into_it(
    platform: LocalPlatform, tmp_path: Path, name: str, prefix: str
) -> None:
    run_id = platform.create(tmp_path / "run", run={"status": "FAILED", "exitCode": 3})
    state = platform.registry.run(run_id)
    state.dataset.append([b'{"a": 1.0}'])
    state.records.put("OUTPUT", "text/plain", b"done")
    (tmp_path / "run" / "log.txt").write_bytes(b"2026-11-24T10:00:00.000Z bye\n")
    path = packed(tmp_path / "run", tmp_path / name, prefix)

    with unpacked(path) as place, LocalPlatform(read_only=True) as other:
        seen = other.open(place)
        run = read(other, f"/v2/actor-runs/{seen}")["data"]
        items = read(other, f"/v2/actor-runs/{seen}/dataset/items")
        log = other.registry.run(seen).log.path.read_bytes()

    assert (seen, run["status"], run["exitCode"]) == (run_id, "FAILED", 3)
    assert (items, log) == ([{"a": 1.0}], b"2026-11-24T10:00:00.000Z bye\n")


def test_what_was_unpacked_is_gone_afterwards_and_private_meanwhile(tmp_path: Path, temporary: Path) -> None:
    path = zipped(tmp_path / "run.zip", (ITEM, b"{}"))

    with unpacked(path) as place:
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert (place / ITEM).read_bytes() == b"{}"

    assert list(temporary.iterdir()) == []


def test_a_bundle_without_run_json_is_told_by_the_times_of_its_files(
    platform: LocalPlatform, sample: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = sample("crawlee-js")
    before = platform.registry.run(platform.open(folder)).view()

    with unpacked(packed(folder, tmp_path / "run.zip")) as place:
        run = platform.registry.run(platform.open(place)).view()

    assert (run["status"], run["startedAt"][:16]) == (before["status"], before["startedAt"][:16])


def test_a_folder_is_opened_where_it_is(tmp_path: Path) -> None:
    with unpacked(tmp_path) as place:
        assert place == tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "a/../../outside",
        "..",
        "/outside",
        "//outside",
        "a//b",
        "./a",
        "a\\..\\outside",
        "C:outside",
        "datasets/default/\x01",
        "datasets/\u202egnp.json",
        "d/" * 16 + "deep",
        "n" * 256,
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, temporary: Path, name: str) -> None:
    path = zipped(tmp_path / "run.zip", (ITEM, b"{}"), (name, b"evil"))

    with pytest.raises(BadTarget, match="its name leads elsewhere"), unpacked(path):
        pytest.fail("it was opened")

    assert sorted(one.name for one in tmp_path.iterdir()) == ["run.zip", "temporary"]
    assert list(temporary.iterdir()) == []


def test_a_name_with_a_zero_in_it_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "run.zip", ("run.json~.png", b"{}"))
    path.write_bytes(path.read_bytes().replace(b"run.json~.png", b"run.json\0.png"))

    with pytest.raises(BadTarget, match="its name leads elsewhere"), unpacked(path):
        pytest.fail("it was opened")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_links_and_devices_are_refused(tmp_path: Path, temporary: Path, kind: int) -> None:
    path = zipped(tmp_path / "run.zip", (ITEM, b"{}"), (entry("run.json", kind | 0o777), b"/etc/passwd"))

    with pytest.raises(BadTarget, match="it is a link or a device"), unpacked(path):
        pytest.fail("it was opened")

    assert list(temporary.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("names", "why"),
    [(("run.json", "run.json"), "File exists"), (("a", "a/b"), "File exists|Not a directory")],
)
def test_a_place_is_written_once(tmp_path: Path, names: tuple[str, ...], why: str) -> None:
    path = zipped(tmp_path / "run.zip", *((name, b"{}") for name in names))

    with pytest.raises(BadTarget, match=why), unpacked(path):
        pytest.fail("it was opened")


def damaged(content: bytes) -> bytes:
    """The bytes with a byte of the first file's data turned."""
    at = content.index(b"datasets") + len(ITEM) + 8
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda content: b"", "is no bundle"),
        (lambda content: b"no zip at all", "is no bundle"),
        (lambda content: content[:-30], "is no bundle"),
        (lambda content: content[200:], "is no bundle|cannot be unpacked"),
        (damaged, "cannot be unpacked"),
        (
            lambda content: content.replace(b"PK\1\2\x14\3\x14\0\0\0\x08", b"PK\1\2\x14\3\x14\0\0\0\x63"),
            "damaged",
        ),
        (lambda content: content.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"), "encrypted"),
    ],
)
def test_a_broken_zip_is_one_sentence(
    tmp_path: Path, temporary: Path, spoil: Callable[[bytes], bytes], why: str
) -> None:
    path = zipped(tmp_path / "run.zip", (ITEM, bytes(range(256)) * 8))
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(BadTarget, match=why), unpacked(path):
        pytest.fail("it was opened")

    assert list(temporary.iterdir()) == []


def test_more_files_or_bytes_than_a_run_has_are_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "run.zip", (ITEM, b"0" * 100_000), ("log.txt", b"0" * 100_000))
    written: list[object] = []
    monkeypatch.setattr(bundle.Unpacking, "extract", lambda *arguments: written.append(arguments))

    for bound, value in (("MAX_BYTES", 199_999), ("MAX_FILES", 1), ("MAX_DIRECTORY", 50)):
        with monkeypatch.context() as patch:
            patch.setattr(bundle, bound, value)
            with pytest.raises(BadTarget, match="too large for a bundle"):
                unpack(path, tmp_path / "temporary")

    assert written == []


def test_a_list_of_contents_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, 0xFFFFFFFE, 0, 0)
    path = tmp_path / "run.zip"
    path.write_bytes(end)

    with pytest.raises(BadTarget, match="too large for a bundle"), unpacked(path):
        pytest.fail("it was opened")


def test_a_disk_without_room_is_no_fault_of_the_bundle(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "SPARE_DISK", 1 << 60)
    path = zipped(tmp_path / "run.zip", (ITEM, b"{}"))

    with pytest.raises(LocalFault, match="no room to unpack"), unpacked(path):
        pytest.fail("it was opened")

    assert list(temporary.iterdir()) == []


NAMES = st.text(st.sampled_from("a.b/\\: \x00é~-"), min_size=1, max_size=12)


def as_written(name: str) -> str:
    """What Python's own zip writer makes of a name."""
    return name.partition("\0")[0]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique_by=as_written))
@example(names=["a/b", "../x"])
@example(names=["\x00a"])
def test_whatever_a_zip_names_nothing_is_written_outside(tmp_path: Path, names: list[str]) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as home:
        place = Path(home, "inner")
        place.mkdir()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in names:
                archive.writestr(entry(name, 0), b"" if name.endswith("/") else b"x")
        Path(home, "run.zip").write_bytes(stream.getvalue())

        try:
            unpack(Path(home, "run.zip"), place)
        except BadTarget:
            pass
        else:
            whole = [name for name in zipfile.ZipFile(stream).namelist() if not name.endswith("/")]
            assert all((place / name).is_file() for name in whole)

        assert {one.name for one in Path(home).iterdir()} == {"inner", "run.zip"}


def test_a_copy_of_a_run_that_was_under_way_elsewhere_says_so(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    run = b'{"id": "HG7ML7M8z78YcAPEB", "userId": "somebodyElse12345", "status": "RUNNING"}'
    path = zipped(tmp_path / "run.zip", ("run.json", run), (ITEM, b"{}"))

    with unpacked(path) as place:
        seen = platform.registry.run(platform.open(place)).view()

    assert (seen["status"], seen["statusMessage"]) == (
        "ABORTED",
        "It was RUNNING when this copy was made; how it ended is not in it",
    )


def test_a_bundle_without_run_json_is_the_same_run_each_time(tmp_path: Path) -> None:
    seen = []
    for name in ("one.zip", "copy.zip"):
        path = zipped(tmp_path / name, (zipfile.ZipInfo(ITEM), b"{}"))
        with run_in(path) as found, LocalPlatform(read_only=True) as platform:
            run = platform.registry.run(platform.open(found)).view()
            seen.append((run["id"], run["defaultDatasetId"], run["defaultKeyValueStoreId"]))

    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 3


def test_a_zip_that_holds_no_run_is_named_as_it_was_given(tmp_path: Path, temporary: Path) -> None:
    path = zipped(tmp_path / "holiday.zip", ("beach/sunset.txt", b"orange"))

    with pytest.raises(BadTarget, match=r"holiday\.zip holds no run") as refused, run_in(path):
        pytest.fail("it was opened")

    assert str(temporary) not in str(refused.value)
    assert list(temporary.iterdir()) == []


def test_unpacking_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[float] = []
    path = zipped(tmp_path / "run.zip", *((f"datasets/default/{n:09}.json", b"{}") for n in range(1, 5)))

    with run_in(path, told.append):
        pass

    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("age_s", "held", "stays"), [(3600, False, False), (3600, True, True), (0, False, True)]
)
def test_what_a_killed_runmon_unpacked_goes_at_the_next_start(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, held: bool, stays: bool
) -> None:
    left = temporary / "runmon-bundle-left"
    (left / "datasets").mkdir(parents=True)
    now = time.time()
    monkeypatch.setattr(scratch, "time", SimpleNamespace(time=lambda: now + age_s))

    with left_open(left, lock=held):
        sweep("runmon-bundle-")

    assert left.exists() is stays


@contextmanager
def left_open(folder: Path, *, lock: bool) -> Iterator[None]:
    """As another process holds it."""
    handle = os.open(folder, os.O_RDONLY)
    if lock:
        fcntl.flock(handle, fcntl.LOCK_EX)
    yield
    os.close(handle)
