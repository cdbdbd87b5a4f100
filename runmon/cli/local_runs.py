"""Runs of this machine: `./storage` and what `runmon serve` keeps, served read-only while somebody looks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from runmon.api.client import Api
from runmon.cli.reach import here
from runmon.errors import RunmonError

if TYPE_CHECKING:
    from runmon.local.app import LocalPlatform

KEPT = "runs"
"""Below the storage folder: where `runmon serve` keeps the runs it started."""
STORAGE_KINDS = ("datasets", "key_value_stores", "request_queues")


def storage_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The storage folder of Actors that run here: as Crawlee and the Apify SDK find it."""
    named = environment.get("CRAWLEE_STORAGE_DIR") or environment.get("APIFY_LOCAL_STORAGE_DIR")
    return Path(named or "storage")


def run_folders(storage: Path) -> Iterator[Path]:
    """Folders of runs: the storage folder itself where it holds a run, and every run kept below it."""
    if any((storage / kind).is_dir() for kind in STORAGE_KINDS) or (storage / "run.json").is_file():
        yield storage
    try:
        yield from sorted(place.parent for place in (storage / KEPT).glob("*/run.json"))
    except OSError:
        return


def newest_folder(storage: Path) -> Path | None:
    """The folder of the run that was touched last; None where there is none."""
    return max(run_folders(storage), key=_touched, default=None)


def _touched(folder: Path) -> float:
    marks = [folder / name for name in ("run.json", "log.txt", *STORAGE_KINDS)]
    marks += [folder / kind / "default" for kind in STORAGE_KINDS]
    times = []
    for mark in marks:
        try:
            times.append(mark.stat().st_mtime)
        except OSError:
            continue
    return max(times, default=0.0)


class LocalRuns:
    """A context manager: inside it, the runs of this machine can be asked for. Started when first asked."""

    def __init__(self, storage: Path | None = None) -> None:
        self._storage = storage or storage_folder()
        self._stack = ExitStack()
        self._platform: LocalPlatform | None = None
        self._opened: dict[Path, str] = {}
        self._folders: dict[str, Path] = {}
        """Every folder that was taken in, by the ids of the runs that were found in it."""
        self._lock = Lock()

    def __enter__(self) -> LocalRuns:
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._stack.close()

    async def connect(self) -> Api | None:
        """The way to them; None where there is no run."""
        if next(run_folders(self._storage), None) is None:
            return None
        await asyncio.to_thread(self.look)
        assert self._platform is not None
        return here(self._platform).api()

    def look(self) -> dict[str, str]:
        """Take in folders that are new; names by run id. Blocks."""
        with self._lock:
            platform = self._platform or self._start()
            for folder in run_folders(self._storage):
                if not platform.holds(self._opened.get(folder, "")):
                    try:
                        self._take(platform, folder)
                    except RunmonError:
                        continue
            return {run_id: str(folder) for folder, run_id in self._opened.items() if run_id}

    def reopen(self, run_id: str) -> str:
        """The run that the folder of a run holds by now; BadTarget where it holds none. Blocks."""
        with self._lock:
            platform = self._platform or self._start()
            folder = self._folders[run_id]
            if not platform.holds(self._opened.get(folder, "")):
                self._take(platform, folder)
            return self._opened[folder]

    def _take(self, platform: LocalPlatform, folder: Path) -> None:
        run_id = platform.open(folder)
        self._opened[folder], self._folders[run_id] = run_id, folder

    def _start(self) -> LocalPlatform:
        from runmon.cli.actors import registered
        from runmon.local.app import LocalPlatform

        platform = self._platform = self._stack.enter_context(LocalPlatform(read_only=True))
        platform.register(Path.cwd().name, ())
        try:
            for name, command in registered(()).items():
                platform.register(name, command)
        except RunmonError:
            pass
        return platform
