"""Records as files: the bytes of each as they are stored, under names that no key can turn against us."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from runmon.export.names import safe_name, safe_names, with_ending
from runmon.export.saving import Folder

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.model.storages import Place


class Target(msgspec.Struct, frozen=True):
    """A record and the file that it becomes."""

    key: str
    path: Path


def targets(keys: Sequence[str], folder: Path) -> list[Target]:
    """A file in the folder for each key, no two alike."""
    return [Target(key, folder / name) for key, name in zip(keys, safe_names(keys), strict=True)]


def usual_name(key: str, content_type: str = "") -> str:
    """What a file of this record is called where nobody says otherwise."""
    return with_ending(safe_name(key), content_type.partition(";")[0].strip().lower())


def in_the_way(wanted: Sequence[Target]) -> Iterator[Target]:
    """Those whose place is taken already."""
    return (target for target in wanted if target.path.is_symlink() or target.path.exists())


async def save_record(api: Api, place: Place, target: Target, *, replace: bool = False) -> int:
    """Save one record, of any size; how many bytes it has. Raises AlreadyThere, LocalFault, ApiError."""
    make = not target.path.parent.exists()
    with Folder(target.path.parent, make=make) as folder:
        async with api.open_record(place, target.key) as coming:
            with folder.draft(target.path.name, replace=replace, size=coming.size) as draft:
                async for chunk in coming:
                    draft.write(chunk)
                await asyncio.to_thread(draft.publish)
                return draft.written
