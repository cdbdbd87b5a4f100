"""The dataset's routes: items in and out, as many as there are without holding them, in seven formats."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from runmon.local.dataset_store import DatasetStore
from runmon.local.faults import ApiFault, invalid
from runmon.local.fork import Planned
from runmon.local.selection import LEGACY_FIELDS, Selection
from runmon.local.storage_routes import change, drop, json_elements, show, store_of
from runmon.local.wire import data, flag, most, number, plain_json, words

if TYPE_CHECKING:
    from runmon.local.formats import Options

UNLIMITED = 999_999_999_999
"""What Apify calls the limit when none was sent."""
COUNTED = 1000
"""Pages longer than this wait until very many items are counted; shorter ones are answered at once."""
SLICE = 250
"""Items stored, or sent at once, without giving the loop a turn."""

_gates: WeakKeyDictionary[DatasetStore, asyncio.Lock] = WeakKeyDictionary()


def routes() -> list[Planned]:
    """The routes below a dataset; `/` is the dataset itself."""
    return [
        Planned("/", show, methods=["GET"]),
        Planned("/", change, methods=["PUT"]),
        Planned("/", drop, methods=["DELETE"]),
        Planned("/items", items, methods=["GET", "HEAD"]),
        Planned("/items", push, methods=["POST"]),
        Planned("/statistics", statistics, methods=["GET"]),
    ]


class Page(msgspec.Struct, frozen=True):
    """A stretch of a dataset, fixed when the call came in."""

    store: DatasetStore
    offset: int
    limit: int
    desc: bool
    total: int

    @property
    def count(self) -> int:
        """How many items are scanned."""
        return max(0, min(self.total - self.offset, self.limit))

    def items(self) -> Iterator[bytes]:
        """The items of the page as stored."""
        return self.store.scan(self.offset, self.count, self.desc, total=self.total)

    def headers(self) -> dict[str, str]:
        """The pagination headers; `Count` is what was scanned, before any filter."""
        told = {"Offset": self.offset, "Limit": self.limit, "Count": self.count, "Total": self.total}
        found = {f"x-apify-pagination-{name.lower()}": str(value) for name, value in told.items()}
        found |= {"x-apify-pagination-desc": str(self.desc).lower()}
        return found | ({"x-runmon-numbering": self.store.numbering} if self.store.numbering else {})


async def items(request: Request) -> Response:
    """GET items, or HEAD their pagination."""
    store = await store_of(request, DatasetStore)
    view = view_of(request, store)
    wanted = selection_of(request, view)
    options = options_of(request, store, wanted.output_fields or wanted.fields)
    limit = most(request, limit_of(view), UNLIMITED)
    desc = flag(request, "desc", bool(view.get("desc")))
    page = Page(store, number(request, "offset", 0), limit, desc, store.count)
    if page.count > COUNTED:
        page = msgspec.structs.replace(page, total=await asyncio.to_thread(store.count_all))
    headers = page.headers() | {"content-type": options.format.content_type}
    if flag(request, "attachment") or options.format.name == "xlsx":
        headers["content-disposition"] = f'attachment; filename="dataset_{store.id}.{options.format.name}"'
    if request.method == "HEAD":
        return Response(headers=headers)
    chunks = options.format.encode(lambda: wanted.raw(page.items()), options)
    if page.count <= SLICE and options.format.light:
        return Response(b"".join(chunks), headers=headers)
    return StreamingResponse(chunks, headers=headers)


def options_of(request: Request, store: DatasetStore, order: tuple[str, ...]) -> Options:
    """How to write the items. ApiFault 400 for an unknown format or a delimiter of several characters."""
    from runmon.local.formats import FORMATS, Options  # seven formats that a first screen does not ask for

    query = request.query_params
    name = query.get("format", "json")
    if name not in FORMATS:
        raise invalid("format", f"must be one of {', '.join(FORMATS)}")
    delimiter = query.get("delimiter") or ","
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise invalid("delimiter", "must be a single character")
    return Options(
        format=FORMATS[name],
        bom=flag(request, "bom", name == "csv"),
        delimiter=delimiter,
        header=not flag(request, "skipHeaderRow"),
        xml_root=query.get("xmlRoot") or "items",
        xml_row=query.get("xmlRow") or "item",
        title=query.get("feedTitle") or f"Dataset {store.name or store.id}",
        description=query.get("feedDescription") or f'Items in dataset with id "{store.id}".',
        link=str(request.url.replace(query="")),
        order=order,
    )


def view_of(request: Request, store: DatasetStore) -> dict[str, Any]:
    """The transformation of the wanted view, from the dataset's schema. ApiFault 400 when there is none."""
    name = request.query_params.get("view")
    if not name:
        return {}
    schema = store.card.get("schema")
    views = schema.get("views") if isinstance(schema, dict) else None
    view = views.get(name) if isinstance(views, dict) else None
    if not isinstance(view, dict):
        raise ApiFault(
            400, "requested-dataset-view-does-not-exist", "The requested dataset view does not exist"
        )
    found = view.get("transformation")
    return found if isinstance(found, dict) else {}


def selection_of(request: Request, view: dict[str, Any]) -> Selection:
    """The filters of a call. ApiFault 400 when outputFields does not match fields."""
    clean, simplified = flag(request, "clean"), flag(request, "simplified")
    picked = words(request, "fields") or tuple(names(view, "fields"))
    renamed = words(request, "outputFields")
    if renamed and len(renamed) != len(picked):
        raise invalid("outputFields", "must name as many fields as the fields parameter")
    return Selection(
        skip_failed=flag(request, "skipFailedPages"),
        skip_hidden=clean or flag(request, "skipHidden"),
        fields=picked or (LEGACY_FIELDS if simplified else ()),
        unwind=words(request, "unwind") or (("pageFunctionResult",) if simplified else names(view, "unwind")),
        flatten=words(request, "flatten") or names(view, "flatten"),
        omit=words(request, "omit") or names(view, "omit"),
        output_fields=renamed,
        skip_empty=clean or flag(request, "skipEmpty"),
    )


def names(view: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of field names in a view; a single string counts as one."""
    found = view.get(key)
    several = found if isinstance(found, list) else []
    return (found,) if isinstance(found, str) else tuple(name for name in several if isinstance(name, str))


def limit_of(view: dict[str, Any]) -> int:
    """How many items a view shows; all where it does not say."""
    found = view.get("limit")
    return found if isinstance(found, int) and found > 0 else UNLIMITED


async def push(request: Request) -> Response:
    """POST an item or an array of items: all of them or none."""
    store = await store_of(request, DatasetStore)
    store.writable()
    found = await json_elements(request)
    if any(item[:1] != b"{" for item in found):
        raise ApiFault(400, "invalid-request", "Every item must be a JSON object")
    await asyncio.to_thread(store.count_all)
    async with _gates.setdefault(store, asyncio.Lock()):
        for start in range(0, len(found), SLICE):
            store.append(found[start : start + SLICE])
            await asyncio.sleep(0)
    return plain_json({}, 201, {"location": str(request.url.replace(query=""))})


async def statistics(request: Request) -> Response:
    """GET the smallest and largest numbers, nulls and empties of every field."""
    store = await store_of(request, DatasetStore)
    return data({"fieldStatistics": await asyncio.to_thread(store.statistics)})
