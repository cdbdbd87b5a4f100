"""How far an export came, beside its `.part`, so that it is gone on with only where it is the same export."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from runmon.api.client import Api
from runmon.errors import ApiError, RunmonError
from runmon.export.item_pages import Wanted
from runmon.export.saving import Draft, Folder
from runmon.model.storages import Place

_PIECE = 1024 * 1024
_EVERY = 8 * 1024 * 1024
"""Bytes after which the file is written again: at most so much is asked for anew after `kill -9`."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class Cursor:
    """The items and bytes of a `.part` that are right for certain."""

    folder: Folder
    name: str
    what: str
    """Which dataset, in which form: an export of something else is never gone on with."""
    items: int = 0
    begun: bool = False
    """Whether the list has its first item."""
    size: int = 0
    kept: int = 0
    """The size that its file speaks of."""
    digest: Any = field(default_factory=sha256)

    @classmethod
    async def of(
        cls, api: Api, place: Place, wanted: Wanted, folder: Folder, draft: Draft, name: str
    ) -> Cursor:
        """Where this export is to go on; the draft is cut to it. One of another export is begun anew."""
        made = cls(folder, f"{name}.part.cursor", await _what(api, place, wanted))
        if not (wanted.paged and draft.written and made._read(draft)):
            made.items, made.begun, made.size, made.digest = 0, False, 0, sha256()
        draft.keep(made.size)
        return made

    def note(self, items: int, data: bytes) -> None:
        """These bytes are written, and with them so many items in all."""
        self.items, self.begun = items, self.begun or bool(data)
        self.size += len(data)
        self.digest.update(data)
        if self.size - self.kept >= _EVERY or not self.kept:
            self.keep()

    def keep(self) -> None:
        """Write down how far it came, if it came anywhere."""
        if not self.size:
            return
        self.kept = self.size
        told = {"what": self.what, "items": self.items, "begun": self.begun, "size": self.size,
                "sha256": self.digest.hexdigest()}  # fmt: skip
        with suppress(OSError):
            held = os.open(self.name, _FLAGS, 0o600, dir_fd=self.folder.descriptor)
            with os.fdopen(held, "w") as file:
                json.dump(told, file)

    def forget(self) -> None:
        """The export is whole."""
        with suppress(OSError):
            os.unlink(self.name, dir_fd=self.folder.descriptor)

    def _read(self, draft: Draft) -> bool:
        """Take what the cursor's file says, if the bytes that it speaks of are those in the draft."""
        try:
            held = os.open(self.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=self.folder.descriptor)
            with os.fdopen(held) as file:
                told = json.loads(file.read(10_000))
            self.items, self.begun, self.size = int(told["items"]), bool(told["begun"]), int(told["size"])
            right = bool(told["what"] == self.what and self._hashed(draft) == told["sha256"])
        except (OSError, ValueError, KeyError, TypeError, RunmonError):
            return False
        return right

    def _hashed(self, draft: Draft) -> str:
        at = 0
        while at < self.size and (piece := os.pread(draft.descriptor, min(_PIECE, self.size - at), at)):
            self.digest.update(piece)
            at += len(piece)
        return str(self.digest.hexdigest()) if at == self.size else ""


async def _what(api: Api, place: Place, wanted: Wanted) -> str:
    try:
        dataset = (await api.dataset(place)).view.id
    except ApiError:
        dataset = ""
    options = json.dumps(wanted.options, sort_keys=True)
    where = "here" if api.address.loopback and dataset else api.address.origin  # ports of ours change
    return f"{where} {dataset} {wanted.format} {wanted.offset} {wanted.limit} {options}"
