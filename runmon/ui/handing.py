"""Giving the record on the screen to another program, and its address to the clipboard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.widget import Widget

from runmon.api.paths import RECORDS, of_storage
from runmon.errors import RunmonError
from runmon.export.records import usual_name
from runmon.model.storages import Place
from runmon.render.untrusted import clean
from runmon.ui import outside

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.record_view import Shown

LINES_MOST = 200_000
"""Lines of a preview that a pager gets."""


def hand(widget: Widget, to: str, shown: Shown) -> None:
    """Give a record to the `pager`, as it is shown, or to the `editor` or `browser`, as it is stored."""
    widget.run_worker(_hand(widget, to, shown), group="hand", exclusive=True)


async def _hand(widget: Widget, to: str, shown: Shown) -> None:
    record, app = shown.record, widget.app
    name = usual_name(record.key, record.content_type)
    try:
        if to == "pager":
            text = await asyncio.to_thread(shown.as_text, LINES_MOST)
            await outside.page(app, f"{record.key}.txt", text)
        elif to == "editor":
            await outside.edit(app, name, record.body)
        else:
            await outside.browse(app, name, record.body)
    except RunmonError as error:
        app.notify(clean(str(error), limit=400), severity="warning", timeout=8, markup=False)
        return
    if record.truncated:
        app.notify("Only the start of the record was read.", severity="warning", markup=False)


def copy_url(widget: Widget, api: Api, place: Place, key: str) -> None:
    """Copy the address at which the record can be had: the public one where the server tells it.

    Of a folder on this machine, it is the path of the record's file.
    """
    widget.run_worker(_copy_url(widget, api, place, key), group="copy", exclusive=True)


async def _copy_url(widget: Widget, api: Api, place: Place, key: str) -> None:
    if not api.lasting_url:
        await _copy_path(widget, api, place, key)
        return
    url = api.address.path(*of_storage(place, RECORDS).below("records", key).path)
    try:
        page = await api.keys(place, prefix=key, limit=1)
        url = next((item.record_public_url for item in page.items if item.key == key), None) or url
    except RunmonError:
        pass
    outside.copy(widget.app, clean(url, limit=4096), "the address of the record")


async def _copy_path(widget: Widget, api: Api, place: Place, key: str) -> None:
    try:
        page = await api.keys(place, prefix=key, limit=1)
    except RunmonError as error:
        widget.notify(clean(str(error), limit=400), severity="warning", markup=False)
        return
    path = next((item.local_path for item in page.items if item.key == key), None)
    if path:
        outside.copy(widget.app, clean(path, limit=4096), "the path of the record's file")
    else:
        widget.notify("This record has no address that lasts: save it.", severity="warning", markup=False)
