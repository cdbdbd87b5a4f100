"""A file is there whole or not at all, where it was meant to be, and nothing is lost for it."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runmon.errors import AlreadyThere, LocalFault
from runmon.export import saving
from runmon.export.saving import Folder

OLD, NEW = b"old bytes", b"new bytes, and more of them"


def save(folder: Path, name: str = "OUTPUT", data: bytes = NEW, **options: Any) -> Path:
    with Folder(folder) as opened, opened.draft(name, **options) as draft:
        draft.write(data[:10])
        draft.write(data[10:])
        return draft.publish()


class Faulty:
    """The system: its `at`th call fails, or does half of what it should."""

    CALLS = ("open", "write", "fsync", "fstat", "fchmod", "fstatvfs", "lseek", "link", "replace", "unlink")

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.count, self.failed = at, number, 0, ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._failing(name, real) if name in self.CALLS else real

    def _failing(self, name: str, real: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                self.failed = name
                raise OSError(self.number, os.strerror(self.number))
            return real(*args, **options)

        return call


def faults(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[Faulty]:
    """The system failing at its first call, at its second, … as long as there is one more."""
    for at in range(1, 100):
        faulty = Faulty(at, number)
        monkeypatch.setattr(saving, "os", faulty)
        yield faulty
        if not faulty.failed:
            return


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EACCES, errno.EINTR, errno.EPERM])
@pytest.mark.parametrize("replace", [False, True])
def test_a_disk_that_fails_at_any_step_leaves_the_old_file_or_the_new_one(
    number: int, replace: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3: EIO, ENOSPC, EACCES, EINTR at every call."""
    steps = 0
    for faulty in faults(monkeypatch, number):
        place = tmp_path / f"{number}-{faulty.at}"
        place.mkdir()
        if replace:
            (place / "OUTPUT").write_bytes(OLD)
        try:
            save(place, replace=replace)
            saved = True
        except LocalFault:
            saved = False
        target = place / "OUTPUT"
        held = target.read_bytes() if target.exists() else None
        assert held == (NEW if saved else OLD if replace else None), faulty.failed
        assert faulty.failed == "unlink" or {path.name for path in place.iterdir()} <= {"OUTPUT"}
        steps += 1
    assert steps > 8


KILLED = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace
from runmon.export import saving
from runmon.export.saving import Folder

at, count = int(sys.argv[2]), 0
def counting(real):
    def call(*args, **options):
        global count
        count += 1
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **options)
    return call
names = ("open", "write", "fsync", "link", "replace", "unlink")
saving.os = SimpleNamespace(**{**vars(os), **{name: counting(getattr(os, name)) for name in names}})
with Folder(Path(sys.argv[1])) as folder, folder.draft("OUTPUT", replace=sys.argv[3] == "replace") as draft:
    draft.write(b"new bytes, ")
    draft.write(b"and more of them")
    draft.publish()
"""


@pytest.mark.parametrize("how", ["new", "replace"])
def test_killed_at_any_step_it_leaves_the_old_file_or_the_new_one(how: str, tmp_path: Path) -> None:
    """D3: SIGKILL at every call."""
    for at in range(1, 20):
        place = tmp_path / str(at)
        place.mkdir()
        if how == "replace":
            (place / "OUTPUT").write_bytes(OLD)
        ended = subprocess.run([sys.executable, "-c", KILLED, place, str(at), how], check=False)
        held = (place / "OUTPUT").read_bytes() if (place / "OUTPUT").exists() else None
        assert held in ((OLD if how == "replace" else None), NEW)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
    else:
        pytest.fail("it never came to its end")
    assert at > 6 and held == NEW


def test_a_short_write_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    halves = {**vars(os), "write": lambda fd, data: os.write(fd, data[: max(1, len(data) // 2)])}
    monkeypatch.setattr(saving, "os", SimpleNamespace(**halves))
    assert save(tmp_path).read_bytes() == NEW


def test_a_file_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    """D4: nothing is clobbered."""
    (tmp_path / "OUTPUT").write_bytes(OLD)
    with pytest.raises(AlreadyThere, match="is there already"):
        save(tmp_path)
    assert (tmp_path / "OUTPUT").read_bytes() == OLD
    assert save(tmp_path, replace=True).read_bytes() == NEW


def test_a_file_that_appears_while_we_write_stays(tmp_path: Path) -> None:
    """D4: a race for the name."""
    with Folder(tmp_path) as folder, folder.draft("OUTPUT") as draft:
        draft.write(NEW)
        (tmp_path / "OUTPUT").write_bytes(OLD)
        with pytest.raises(AlreadyThere):
            draft.publish()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [OLD]


@pytest.mark.parametrize("replace", [False, True])
def test_a_planted_link_is_not_written_through(replace: bool, tmp_path: Path) -> None:
    """D2: a link at the target."""
    outside, place = tmp_path / "outside", tmp_path / "place"
    outside.write_bytes(OLD)
    place.mkdir()
    (place / "OUTPUT").symlink_to(outside)
    if replace:
        assert not save(place, replace=True).is_symlink()
    else:
        with pytest.raises(AlreadyThere):
            save(place)
    assert outside.read_bytes() == OLD


def test_a_dangling_link_is_in_the_way_too(tmp_path: Path) -> None:
    """D2: a link to nowhere."""
    (tmp_path / "OUTPUT").symlink_to(tmp_path / "nowhere")
    with pytest.raises(AlreadyThere):
        save(tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_swapped_for_a_link_meanwhile_does_not_lead_elsewhere(tmp_path: Path) -> None:
    """D2: a link at the folder."""
    place, moved, outside = tmp_path / "place", tmp_path / "moved", tmp_path / "outside"
    place.mkdir()
    outside.mkdir()
    with Folder(place) as folder, folder.draft("OUTPUT") as draft:
        place.rename(moved)
        place.symlink_to(outside)
        draft.write(NEW)
        draft.publish()
    assert list(outside.iterdir()) == []
    assert (moved / "OUTPUT").read_bytes() == NEW


def test_a_link_in_the_place_of_a_part_is_refused(tmp_path: Path) -> None:
    """D2: a link where the draft would lie."""
    (tmp_path / "out.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalFault, match="cannot be written"):
        save(tmp_path, "out", resume=True)
    assert not (tmp_path / "elsewhere").exists()


def test_a_private_file_is_private_whatever_was_there(tmp_path: Path) -> None:
    """D5: an existing file for all to read."""
    (tmp_path / "OUTPUT").write_bytes(OLD)
    (tmp_path / "OUTPUT").chmod(0o644)
    assert save(tmp_path, replace=True, private=True).stat().st_mode & 0o777 == 0o600


def test_a_file_that_its_owner_closed_stays_closed_when_replaced(tmp_path: Path) -> None:
    """D5: an existing file for its owner alone."""
    (tmp_path / "OUTPUT").write_bytes(OLD)
    (tmp_path / "OUTPUT").chmod(0o600)
    assert save(tmp_path, replace=True).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_where_there_are_no_hard_links_a_file_is_saved_and_none_overwritten(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D6: a network file system without links."""

    def no_links(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(saving, "os", SimpleNamespace(**{**vars(os), "link": no_links}))
    assert save(tmp_path).read_bytes() == NEW
    with Folder(tmp_path) as folder, folder.draft("other") as draft:
        (tmp_path / "other").write_bytes(OLD)
        with pytest.raises(AlreadyThere):
            draft.publish()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"OUTPUT": NEW, "other": OLD}


def test_a_link_whose_answer_was_lost_counts_as_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D6: NFS repeats a call that had done its work."""

    def twice(*args: Any, **options: Any) -> None:
        os.link(*args, **options)
        os.link(*args, **options)

    monkeypatch.setattr(saving, "os", SimpleNamespace(**{**vars(os), "link": twice}))
    assert save(tmp_path).read_bytes() == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["OUTPUT"]


def test_a_file_shorter_than_announced_is_not_saved(tmp_path: Path) -> None:
    """D3: bytes that did not come."""
    with pytest.raises(LocalFault, match="27 of 30 bytes came"):
        save(tmp_path, size=30)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_is_refused_before_a_byte_is_written(tmp_path: Path) -> None:
    with pytest.raises(LocalFault, match="has no room for"):
        save(tmp_path, size=1 << 60)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_part_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        with folder.draft("items.jsonl", resume=True) as draft:
            draft.write(b"one two thr")
        assert (tmp_path / "items.jsonl.part").read_bytes() == b"one two thr"
        with folder.draft("items.jsonl", resume=True) as draft:
            assert draft.written == 11
            draft.keep(8)
            draft.write(b"three")
            draft.publish()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"items.jsonl": b"one two three"}


def test_two_programs_do_not_write_one_part(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder, folder.draft("out", resume=True) as draft:
        draft.write(b"mine")
        with pytest.raises(LocalFault, match="being written by another program"):
            save(tmp_path, "out", resume=True)
        assert draft.written == 4


def test_only_old_drafts_of_ours_that_nobody_holds_are_swept(tmp_path: Path) -> None:
    names = (".runmon-1.draft", ".runmon-2.draft", ".runmon-3.draft", ".runmon-4.other", "kept")
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    os.utime(tmp_path / ".runmon-2.draft")
    with open(tmp_path / ".runmon-3.draft") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with Folder(tmp_path):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def killed_while_saving(folder: Path, name: str) -> None:
    """What `kill -9` leaves."""
    script = (
        "import os, pathlib, signal, sys\n"
        "from runmon.export.saving import Folder\n"
        "with Folder(pathlib.Path(sys.argv[1])) as folder, folder.draft(sys.argv[2]) as draft:\n"
        "    draft.write(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(folder), name], check=False)


def test_what_a_killed_save_left_goes_when_the_same_file_is_saved_again(tmp_path: Path) -> None:
    killed_while_saving(tmp_path, "out.csv")
    killed_while_saving(tmp_path, "out.csv")
    assert len(list(tmp_path.iterdir())) == 1
    save(tmp_path, "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_draft_that_another_program_writes_is_left_to_it(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder, folder.draft("out") as draft:
        draft.write(b"mine")
        save(tmp_path, "out")
        assert draft.written == 4
        assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "a\0b"])
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    """D1: a key that is a path."""
    with pytest.raises(LocalFault, match="not the name of a file"):
        save(tmp_path, name)


@pytest.mark.parametrize("at", ["nowhere", "file"])
def test_a_folder_that_is_none_is_said_so(at: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalFault, match=r"There is no folder|cannot be written to: not a directory"):
        save(tmp_path / at)
