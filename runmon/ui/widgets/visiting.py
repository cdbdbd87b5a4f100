"""Opening a web address that stands in a text, because a person asked for it."""

from __future__ import annotations

from textual.widget import Widget

from runmon.errors import LocalFault
from runmon.render.links import first_link
from runmon.render.untrusted import clean


async def visit_link(widget: Widget, *texts: str) -> None:
    """Open the first address in the first text that has one, or say why that cannot be."""
    from runmon.ui.outside import visit

    link = next(filter(None, map(first_link, texts)), "")
    if not link:
        widget.notify("There is no web address here.", timeout=3, markup=False)
        return
    try:
        await visit(link)
    except LocalFault as error:
        widget.notify(clean(str(error), limit=400), severity="warning", markup=False)
