"""What a person may have meant, where what was typed is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from runmon.api.client import Api
from runmon.cli.local_runs import KEPT, storage_folder
from runmon.errors import NotFound, RunmonError
from runmon.model.run import RunShort
from runmon.model.units import ago

LOOKED_THROUGH = 200
"""Runs of the account among which the nearest are looked for."""
MOST = 3


async def pointed(error: NotFound, api: Api, typed: str) -> NotFound:
    """The same error, saying what was perhaps meant: a folder here, runs and Actors of the account."""
    hint = _kept_here(typed) or near_paths(Path(typed)) or await _of_account(api, typed) or error.hint
    return NotFound(error.sentence, hint=hint, status=error.status, kind=error.kind)


def near_paths(path: Path) -> str:
    """Which folders and bundles beside a missing one are called nearly so; a question, or nothing."""
    try:
        beside = [each for each in path.parent.iterdir() if each.is_dir() or each.suffix in {".zip", ".arun"}]
    except (OSError, ValueError):
        return ""
    found = nearest(path.name, [each.name for each in beside])
    return asked([str(path.parent / name) for name in found])


def _kept_here(typed: str) -> str:
    folder = storage_folder() / KEPT / typed
    try:
        kept = (folder / "run.json").is_file()
    except (OSError, ValueError):
        return ""
    return f"It is kept on this machine: runmon open {folder}." if kept else ""


async def _of_account(api: Api, typed: str) -> str:
    try:
        runs = (await api.runs(limit=LOOKED_THROUGH)).items
    except RunmonError:
        return ""
    by_id = {run.id: run for run in runs}
    if found := nearest(typed, by_id):
        return asked([_described(by_id[run_id]) for run_id in found])
    actors, name = await _actors(api), typed.rpartition("~")[2].rpartition("/")[2]
    if typed.replace("/", "~") in actors:
        return f"The Actor is there; runmon runs actor:{name} lists its runs."
    if names := nearest(name, actors):
        return asked([actor.replace("~", "/") for actor in names])
    newest = ", ".join(_described(run) for run in runs[:MOST])
    return f"The newest runs are {newest}." if newest else ""


async def _actors(api: Api) -> list[str]:
    try:
        return await api.actor_names()
    except RunmonError:
        return []


def _described(run: RunShort) -> str:
    started = f", {ago(run.started_at, datetime.now(UTC))}" if run.started_at else ""
    return f"{run.id} ({run.status}{started})"


def nearest(typed: str, known: Iterable[str]) -> list[str]:
    """Those that begin so, then those that are written nearly so, or whose last part is."""
    names = list(known)
    if not typed:
        return []
    folded = typed.lower()
    begins = [name for name in names if len(typed) >= 3 and _last(name).startswith(folded)]
    import difflib

    close = difflib.get_close_matches(folded, [_last(name) for name in names], n=MOST, cutoff=0.7)
    alike = sorted(
        (name for name in names if _last(name) in close), key=lambda name: close.index(_last(name))
    )
    return list(dict.fromkeys([*begins, *alike]))[:MOST]


def _last(name: str) -> str:
    return name.rpartition("~")[2].lower()


def asked(names: Sequence[str]) -> str:
    """`Did you mean A, or B?`; nothing for no names."""
    return f"Did you mean {', or '.join(names)}?" if names else ""
