"""Records as files: the bytes of each as they are stored, under names that no key can turn against us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from runmon.errors import AlreadyThere, LinkError, LocalFault, NoAccess, RateLimited, RunmonError
from runmon.export.names import KINDS, safe_name, safe_names, with_ending
from runmon.export.saving import Folder

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.model.storages import Place


MOST_IN_A_ROW: Final = 3
"""Failures one after the other that lie in the server or the folder, after which the rest is not tried."""
ENDINGS = frozenset(KINDS.values())


class Target(msgspec.Struct, frozen=True):
    """A record and the file that it becomes."""

    key: str
    path: Path
    ends: bool = False
    """Whether the file gets the ending of the record's kind too."""


def targets(keys: Sequence[str], folder: Path) -> list[Target]:
    """A file in the folder for each key, no two alike, with the ending of what the record holds."""
    names = list(safe_names(keys))
    taken = {name.casefold() for name in names}
    return [
        Target(key, folder / name, ends=not any(f"{name}{ending}".casefold() in taken for ending in ENDINGS))
        for key, name in zip(keys, names, strict=True)
    ]


def usual_name(key: str, content_type: str = "") -> str:
    """What a file of this record is called where nobody says otherwise."""
    return with_ending(safe_name(key), media_of(content_type))


def media_of(content_type: str) -> str:
    """The media type alone."""
    return content_type.partition(";")[0].strip().lower()


def in_the_way(wanted: Sequence[Target]) -> Iterator[Target]:
    """Those whose place is taken already."""
    return (target for target in wanted if any(map(_is_there, _possible(target))))


def _possible(target: Target) -> Iterator[Path]:
    """What the file of a record whose kind is not known yet can be called."""
    path = target.path
    yield path
    if target.ends and with_ending(path.name, "text/plain") != path.name:
        yield from (path.with_name(path.name + ending) for ending in ENDINGS)


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


async def save_record(
    api: Api, place: Place, target: Target, *, replace: bool = False, make: bool = False
) -> tuple[int, Path]:
    """Save one record, of any size; its bytes and its file. Raises AlreadyThere, LocalFault, ApiError.

    `make` creates the folder where there is none.
    """
    with Folder(target.path.parent, make=make) as folder:
        async with api.open_record(place, target.key) as coming:
            name = target.path.name
            if target.ends:
                name = with_ending(name, media_of(coming.content_type))
            with folder.draft(name, replace=replace, size=coming.size) as draft:
                async for chunk in coming:
                    draft.write(chunk)
                await asyncio.to_thread(draft.publish)
                return draft.written, target.path.with_name(name)


@dataclass
class Saved:
    """What came of saving many records."""

    files: int = 0
    bytes: int = 0
    last: Path = Path()
    """The file that was saved last."""
    failed: list[tuple[str, RunmonError]] = field(default_factory=list)
    """Keys that could not be saved, and why."""
    untried: int = 0
    """Records that were left because the server or the folder took nothing any more."""

    def why(self, most: int = 3) -> str:
        """A sentence about what could not be saved, the first by name; may hold text from a server."""
        names = "; ".join(f'"{key}": {error.sentence}' for key, error in self.failed[:most])
        more = f" And {len(self.failed) - most} more." if len(self.failed) > most else ""
        left = f" {self.untried} were not tried." if self.untried else ""
        return f"{len(self.failed)} could not be saved. {names}{more}{left}"


async def save_each(
    api: Api,
    place: Place,
    wanted: Sequence[Target],
    told: Callable[[Saved, int], None],
    *,
    replace: bool = False,
    make: bool = False,
) -> Saved:
    """Save one record after the other, whatever becomes of each; `told` hears how many were tried."""
    done, in_a_row = Saved(), 0
    for tried, target in enumerate(wanted):
        told(done, tried)
        try:
            size, done.last = await save_record(api, place, target, replace=replace, make=make)
        except RunmonError as error:
            done.failed.append((target.key, error))
            in_a_row = in_a_row + 1 if _is_general(error) else 0
            if in_a_row >= MOST_IN_A_ROW:
                done.untried = len(wanted) - tried - 1
                return done
        else:
            in_a_row, done.files, done.bytes = 0, done.files + 1, done.bytes + size
    return done


def _is_general(error: RunmonError) -> bool:
    """Whether the next record is likely to fail as well."""
    alike = LinkError | NoAccess | RateLimited | LocalFault
    return isinstance(error, alike) and not isinstance(error, AlreadyThere)
