"""Where a platform keeps the runs that its API started: a folder each, found again after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runmon.errors import LocalFault
from runmon.local.folder import plain_folder
from runmon.local.holding import hold
from runmon.local.identity import LOCAL_USER
from runmon.local.run_object import FINAL, completed
from runmon.local.runs import RunState, read_run

SHELF = "named"


def hold_home(home: Path) -> int:
    """Make the folder and hold it as its only platform, until the handle is closed. LocalFault."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LocalFault(f"The folder {home} cannot be made ({error.strerror}).") from error
    handle = hold(plain_folder(home))
    if handle is None:
        raise LocalFault(
            f"The folder {home} cannot be held: another runmon serves it, or it cannot be written.",
            hint="Name another with --home.",
        )
    return handle


def kept_runs(home: Path) -> Iterator[RunState]:
    """The runs kept there, writable, oldest first. One whose platform was killed is ABORTED, and says so."""
    states = [kept_run(place.parent) for place in home.glob("*/run.json")]
    yield from sorted(states, key=lambda state: str(state.data["startedAt"]))


def kept_run(place: Path) -> RunState:
    """The run of a folder."""
    folder = plain_folder(place)
    before = folder.read_run().get("status")
    state = read_run(folder)
    if before not in FINAL:
        state.persist()
    return state


class Shelf(RunState):
    """No run: where storages lie that belong to none, made by name over the API."""

    @property
    def facts(self) -> dict[str, Any]:
        """Whose it is; no Actor's and no run's."""
        return {**super().facts, "actId": None, "actRunId": None}


def shelf(home: Path) -> Shelf:
    """The storages beside the runs of a home."""
    folder = plain_folder(home / SHELF)
    return Shelf(folder, completed(folder, {"id": SHELF, "userId": LOCAL_USER["id"]}))
