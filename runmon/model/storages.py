"""The storages of a run: dataset, key-value store, request queue, and where each is reached."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from runmon.model.document import View
from runmon.model.run import LastRun


class Place(msgspec.Struct, frozen=True):
    """Where a storage is reached: below a run (`actor-runs/ID/dataset`), or by its own id (`datasets/ID`)."""

    run_id: str | None = None
    storage_id: str | None = None
    last: LastRun | None = None

    @classmethod
    def below(cls, run_id: str) -> Place:
        """The default storage of a run."""
        return cls(run_id=run_id)

    @classmethod
    def below_last(cls, run: LastRun) -> Place:
        """The default storage of an Actor's last run."""
        return cls(last=run)

    @classmethod
    def by_id(cls, storage_id: str) -> Place:
        """The storage with this id."""
        return cls(storage_id=storage_id)


class StorageStats(View, frozen=True):
    """Reads and writes so far, and bytes held."""

    read_count: int | None = None
    write_count: int | None = None
    delete_count: int | None = None
    list_count: int | None = None
    head_item_read_count: int | None = None
    storage_bytes: int | None = None


class Dataset(View, frozen=True):
    """A dataset. `item_count` may lag what is stored by some seconds."""

    id: str = ""
    name: str | None = None
    user_id: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    accessed_at: datetime | None = None
    item_count: int | None = None
    clean_item_count: int | None = None
    act_id: str | None = None
    act_run_id: str | None = None
    fields: list[str] | None = None
    console_url: str | None = None
    items_public_url: str | None = None
    general_access: str | None = None
    stats: StorageStats = StorageStats()


class KeyValueStore(View, frozen=True):
    """A key-value store. It does not tell how many keys it holds."""

    id: str = ""
    name: str | None = None
    user_id: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    accessed_at: datetime | None = None
    act_id: str | None = None
    act_run_id: str | None = None
    console_url: str | None = None
    keys_public_url: str | None = None
    general_access: str | None = None
    stats: StorageStats = StorageStats()


class RequestQueue(View, frozen=True):
    """A request queue. Counts lag some seconds, and `pending_request_count` can be negative."""

    id: str = ""
    name: str | None = None
    user_id: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    accessed_at: datetime | None = None
    total_request_count: int | None = None
    handled_request_count: int | None = None
    pending_request_count: int | None = None
    had_multiple_clients: bool | None = None
    act_id: str | None = None
    act_run_id: str | None = None
    console_url: str | None = None
    general_access: str | None = None
    stats: StorageStats = StorageStats()


class ItemsPage(msgspec.Struct, frozen=True):
    """Items `offset` … as sent: each element of `items` is the JSON text of one item, undecoded."""

    items: list[msgspec.Raw]
    offset: int
    scanned: int
    """Rows the server looked at (`X-Apify-Pagination-Count`); filters and `unwind` make `items` differ."""
    total: int | None
    """Items in the dataset as the server believes now; lags. None where the server did not say."""
    numbering: str = ""
    """`counting` while a folder is counted and offsets may yet move; `anew` where they did."""


class KeyItem(View, frozen=True):
    """A row of the key list. The API gives no content type here."""

    key: str = ""
    size: int | None = None
    record_public_url: str | None = None
    local_path: str | None = None
    """The record's file, told by a platform of this process only."""


class KeysPage(View, frozen=True):
    """One page of keys in UTF-8 binary order; follow `next_exclusive_start_key` until it is None."""

    items: list[KeyItem] = []
    count: int | None = None
    limit: int | None = None
    exclusive_start_key: str | None = None
    is_truncated: bool | None = None
    next_exclusive_start_key: str | None = None


class Record(msgspec.Struct, frozen=True):
    """A record's bytes as stored (decoded from transfer coding only)."""

    key: str
    content_type: str
    body: bytes
    size: int | None
    """Bytes of the whole record where the server said so; None otherwise."""
    truncated: bool
    """Whether `body` was cut at the caller's limit."""


EVEN: Final = frozenset({"fields", "omit", "flatten"})
"""What a view may do to items that leaves one row for each."""


def views_of(raw: bytes) -> dict[str, bool]:
    """The views that a dataset's schema names, from the dataset object as it was sent.

    Each with whether it makes one row of each item.
    """
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    schema = found.get("schema") if isinstance(found, dict) else None
    views = schema.get("views") if isinstance(schema, dict) else None
    return {name: _is_even(view) for name, view in views.items()} if isinstance(views, dict) else {}


def _is_even(view: object) -> bool:
    made = view.get("transformation") if isinstance(view, dict) else None
    return isinstance(made, dict) and made.keys() <= EVEN
