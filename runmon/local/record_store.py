"""Records in a folder: a file for each key beside its metadata; both Crawlee dialects are read."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from runmon.local.faults import ApiFault
from runmon.local.storage import CARD, TEMPORARY, Storage, files, now, read_file, read_json, utf8

KEY = re.compile(r"[a-zA-Z0-9!\-_.'()]{1,256}")
"""Keys that Apify takes."""
CARD_ENDING = f".{CARD}"
SPARE_ENDING = ".spare"
"""A body that its metadata names while a record changes its type, so that no kill parts the two."""
OURS = re.compile(rf"{TEMPORARY}|~[0-9a-f]{{64}}(\.|$)")
"""Names of files that this store makes for itself, and that are no record without their metadata."""
LONGEST_NAME = 200
BINARY = "application/octet-stream"
UNFINISHED = (".tmp", ".lock")
"""Endings of what Crawlee leaves beside its files while it writes."""


class Kept(msgspec.Struct, frozen=True):
    """Where a record lies: its body's file name, and its metadata's (empty where there is none)."""

    body: str
    card: str


NOTHING = Kept("", "")


class Page(msgspec.Struct, frozen=True):
    """One page of keys with their sizes in bytes."""

    keys: list[tuple[str, int]]
    truncated: bool


class Record(msgspec.Struct, frozen=True):
    """A record with its content type as stored."""

    key: str
    content_type: str
    body: bytes
    coding: str = ""
    """The Content-Encoding that it was sent with; the file holds it decoded, for other programs to read."""


class RecordStore(Storage):
    """The records of one key-value store."""

    kind = "key-value-stores"

    def __init__(
        self, folder: Path, *, id: str, read_only: bool = False, facts: Mapping[str, Any] | None = None
    ) -> None:
        self._index: dict[bytes, Kept] = {}
        self._order: list[bytes] = []
        self._sized = (0, -1)
        self._bytes = 0
        super().__init__(folder, id=id, read_only=read_only, facts=facts)

    def _forget(self) -> None:
        super()._forget()
        self._index, self._order = {}, []

    # Reading

    @property
    def count(self) -> int:
        """How many records there are."""
        self.load()
        return len(self._order)

    def keys(self, limit: int = 1000, after: str | None = None, prefix: str | None = None) -> Page:
        """Keys behind `after` that begin with `prefix`, in the order of their UTF-8 bytes."""
        self.refresh()
        with self.lock:
            start = (prefix or "").encode()
            first = bisect_left(self._order, start)
            if after is not None:
                first = max(first, bisect_right(self._order, after.encode()))
            taken = self._order[first : first + limit + 1]
            taken = [key for key in taken if key.startswith(start)]
            sized = [(key.decode(), self._size(key)) for key in taken[:limit]]
        return Page([(key, size) for key, size in sized if size >= 0], len(taken) > limit)

    def _size(self, key: bytes) -> int:
        try:
            return os.stat(self._prefix + self._index[key].body, follow_symlinks=False).st_size  # noqa: PTH116
        except OSError:
            return -1

    def get(self, key: str) -> Record | None:
        """The record of a key, or None."""
        self.refresh()
        with self.lock:
            kept = self._index.get(key.encode())
            body = None if kept is None else read_file(self._prefix + kept.body)
            if kept is None or body is None:
                return None
            return Record(key, self._content_type(kept), body, self._coding(kept))

    def file(self, key: str) -> str:
        """The path of the file that holds a record; empty where there is none."""
        self.refresh()
        with self.lock:
            kept = self._index.get(key.encode())
            return "" if kept is None else self._prefix + kept.body

    def look(self, key: str) -> tuple[str, int] | None:
        """The content type and the size of a record without its bytes, or None."""
        self.refresh()
        with self.lock:
            kept = self._index.get(key.encode())
            size = -1 if kept is None else self._size(key.encode())
            return None if kept is None or size < 0 else (self._content_type(kept), size)

    def coding(self, key: str) -> str:
        """The Content-Encoding that a record was sent with; empty for none, or where there is no record."""
        self.refresh()
        with self.lock:
            return self._coding(self._index.get(key.encode(), NOTHING))

    def _content_type(self, kept: Kept) -> str:
        card = self._card_of(kept)
        found = card.get("content_type") or card.get("contentType")
        return found if isinstance(found, str) and found else guessed_type(kept.body)

    def _coding(self, kept: Kept) -> str:
        found = self._card_of(kept).get("content_encoding")
        return found if isinstance(found, str) else ""

    def _card_of(self, kept: Kept) -> dict[str, Any]:
        card = read_json(self._prefix + kept.card) if kept.card else None
        return card if isinstance(card, dict) else {}

    # Writing

    def put(self, key: str, content_type: str, body: bytes, coding: str = "") -> None:
        """Store a record: a reader finds the old type and bytes or the new ones. Raises ApiFault 400, 403."""
        self.writable()
        check_key(key)
        with self.lock:
            self.refresh()
            before = self._index.get(key.encode())
            name = file_name(key)
            kept = Kept(name, name + CARD_ENDING)
            card = {"key": key, "content_type": content_type, "size": len(body)}
            self._place(kept, before, card | ({"content_encoding": coding} if coding else {}), body)
            if before is not None:
                self._erase(before, but=kept)
            if before is None:
                insort(self._order, key.encode())
            self._index[key.encode()] = kept
            self._wrote()

    def _place(self, kept: Kept, before: Kept | None, card: dict[str, Any], body: bytes) -> None:
        same_file = before is not None and before.body == kept.body
        if before is not None and same_file and self._content_type(before) != card["content_type"]:
            spare = f"~{digest(card['key'])}{SPARE_ENDING}"
            self.write(spare, body)
            self._write_card(kept, card | {"file": spare})
            self.write(kept.body, body)
            self._write_card(kept, card)
            self.remove(spare)
        else:
            self._write_card(kept, card)
            self.write(kept.body, body)

    def _write_card(self, kept: Kept, card: dict[str, Any]) -> None:
        self.write(kept.card, msgspec.json.format(msgspec.json.encode(card), indent=2))

    def delete(self, key: str) -> bool:
        """Delete a record; False when there was none. Raises ApiFault 403."""
        self.writable()
        with self.lock:
            self.refresh()
            kept = self._index.pop(key.encode(), None)
            if kept is None:
                return False
            del self._order[bisect_left(self._order, key.encode())]
            self._erase(kept)
            self.deletes += 1
            self._wrote()
            return True

    def _erase(self, kept: Kept, but: Kept = NOTHING) -> None:
        if kept.body != but.body:
            self.remove(kept.body)
        if kept.card and kept.card != but.card:
            self.remove(kept.card)

    def _wrote(self) -> None:
        self.writes += 1
        self.modified = now()
        self.settle()

    # The folder

    def _read_folder(self) -> bool:
        names = {entry.name for entry in files(self.folder, undecodable=True)}
        cards = {name.removesuffix(CARD_ENDING) for name in names if name.endswith(CARD_ENDING)}
        spares = {name[1:].removesuffix(SPARE_ENDING) for name in names if name.endswith(SPARE_ENDING)}
        bodies = (
            name for name in sorted(names, key=_rank) if name != CARD and not name.endswith(CARD_ENDING)
        )
        meant: dict[str, list[Kept]] = {}
        for name in bodies:
            if (found := self._recognise(name, cards, spares)) is not None:
                meant.setdefault(found[0], []).append(found[1])
        index = {key.encode(): kept for key, kept in self._told_apart(meant).items()}
        self._index, self._order = index, sorted(index)
        return True

    def _told_apart(self, meant: dict[str, list[Kept]]) -> dict[str, Kept]:
        """Records by key. Of files that mean the same key one has it, the others go by their whole names."""
        records, others = dict[str, Kept](), list[Kept]()
        for key, claims in meant.items():
            if len(claims) > 1:
                claims.sort(key=lambda kept: (not self._is_told_of(kept), not kept.card))
            records[key] = claims[0]
            others += (Kept(kept.body, "") for kept in claims[1:])
        while others:
            kept = others.pop()
            key = spelled(kept.body)
            holder = records.get(key)
            if holder is not None and not holder.card and spelled(holder.body) != key:
                others.append(holder)
                holder = None
            while holder is not None:
                key += "~"
                holder = records.get(key)
            records[key] = kept
        return records

    def _is_told_of(self, kept: Kept) -> bool:
        """Whether the metadata beside a body is of this body: it has its name, or its type."""
        card = self._card_of(kept)
        told = kept.body + CARD_ENDING == kept.card
        return told or guessed_type(kept.body) == (card.get("content_type") or card.get("contentType"))

    def _recognise(self, name: str, cards: set[str], spares: set[str]) -> tuple[str, Kept] | None:
        if name in cards:
            return self._with_card(name, spares)
        if OURS.match(name) or name.endswith(UNFINISHED):
            return None
        stem, dot, ending = name.rpartition(".")
        if dot and stem in cards:
            return spelled(stem), Kept(name, stem + CARD_ENDING)
        if stem and type_of(ending):
            return spelled(stem), Kept(name, "")
        return (unquote(name) if utf8(name) else spelled(name)), Kept(name, "")

    def _with_card(self, name: str, spares: set[str]) -> tuple[str, Kept]:
        plain = unquote(name) if utf8(name) else spelled(name)
        if not name.startswith(("~", "INPUT.")) and not (spares and digest(plain) in spares):
            return plain, Kept(name, name + CARD_ENDING)
        card = read_json(self._prefix + name + CARD_ENDING)
        key, spare = (card.get("key"), card.get("file")) if isinstance(card, dict) else (None, None)
        key = key if isinstance(key, str) and key else plain
        body = spare if spare == f"~{digest(key)}{SPARE_ENDING}" else name
        return key, Kept(body, name + CARD_ENDING)

    def _measured(self) -> int:
        """The bytes of all records, measured anew only after a change."""
        with self.lock:
            if self._sized != (self._seen_ns, self.writes):
                self._bytes = sum(max(0, self._size(key)) for key in self._order)
                self._sized = (self._seen_ns, self.writes)
            return self._bytes

    def metadata(self) -> dict[str, Any]:
        """The key-value store object of the API, without the addresses that only a server knows."""
        self.refresh()
        size = self._measured()
        return super().metadata() | {
            "username": self.facts.get("username"),
            "schema": self.card.get("schema"),
            "stats": {
                "readCount": self.reads,
                "writeCount": self.writes,
                "deleteCount": self.deletes,
                "listCount": self.lists,
                "storageBytes": size,
                "s3StorageBytes": size,
            },
        }


def _rank(name: str) -> tuple[bool, bool, str]:
    """Of files that mean the same key, the one without an ending comes first, then JSON."""
    return "." in name, not name.endswith(".json"), name


def check_key(key: str) -> None:
    """Refuse a key that Apify would not take. Raises ApiFault 400."""
    if not KEY.fullmatch(key):
        raise ApiFault(
            400,
            "invalid-record-key",
            "A record key holds 1 to 256 of the characters a-z, A-Z, 0-9 and !-_.'()",
        )


def digest(key: str) -> str:
    """The key's SHA-256 in hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def file_name(key: str) -> str:
    """The name of a key's file: percent-encoded, or `~` and its hash where that is no safe name."""
    name = quote(key, safe="")
    unsafe = name in {".", "..", CARD} or name.endswith(CARD_ENDING) or len(name) > LONGEST_NAME
    return f"~{digest(key)}" if unsafe else name


def spelled(name: str) -> str:
    """A file name as a key: bytes that are no UTF-8 as `%FF`."""
    odd = (f"%{ord(each) - 0xDC00:02X}" if "\udc80" <= each <= "\udcff" else each for each in name)
    return name if utf8(name) else "".join(odd)


@lru_cache(maxsize=512)
def type_of(ending: str) -> str | None:
    """The content type that a file name's ending stands for, or None."""
    found = mimetypes.guess_type(f"x.{ending}")[0]
    texts = found is not None and (
        found.startswith("text/") or found in {"application/json", "application/xml"}
    )
    return f"{found}; charset=utf-8" if texts else found


def guessed_type(name: str) -> str:
    """The content type of a file without metadata."""
    return type_of(name.rpartition(".")[2]) or BINARY
