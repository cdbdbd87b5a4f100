"""Filter and order of the dataset pane: over what is loaded at once, over everything when asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from rich.text import Text
from textual.actions import SkipAction

from runmon.errors import BadInput, RunmonError
from runmon.model.columns import MISSING
from runmon.model.item_filter import ItemFilter, item_filter, lookup
from runmon.model.item_view import Arrangement, ItemView, Kept
from runmon.model.units import grouped
from runmon.model.values import decode
from runmon.render.untrusted import clean
from runmon.ui.widgets.data_pane import DataPane
from runmon.ui.widgets.item_rows import ItemRows
from runmon.ui.widgets.prompt import ask

if TYPE_CHECKING:
    from runmon.watch.item_scan import Slice

FEW = 2000
"""Items of a server on this machine that are scanned without asking: nobody pays for them."""
EVERY_S = 0.15
LOADED_ONLY = (
    "Rows that the server makes are filtered and ordered as they are loaded. V shows the items again."
)
HINT = "kettle    price > 5 & !sku ~ A1    title is empty"


class ArrangedItems(DataPane):
    """A pane over items of which a person may have chosen some. Needs `rows`."""

    rows: ItemRows
    scanning = False
    """Whether a scan is under way."""
    whole = False
    """Whether the view stands on every item there was."""
    _scan_view: ItemView | None = None
    _shown_at = 0.0
    sought: ItemFilter | None = None
    """What `n` looks for."""

    @property
    def wish(self) -> Arrangement:
        """What a person wants to see."""
        return self.rows.view.wish if self.rows.view is not None else Arrangement()

    def view_changed(self, offset: int | None = None) -> None:
        """Rows came, went or moved; the cursor goes to an item where one is given."""
        raise NotImplementedError

    # Filter and order

    def action_filter(self) -> None:
        """Ask what the items must be like."""
        value = self.wish.filter.text if self.wish.filter is not None else ""
        self._ask_line("&", value, self.filter_by)

    def filter_by(self, text: str) -> None:
        """Keep the items that a filter wants; an empty one keeps all."""
        try:
            wanted = item_filter(text) if text.strip() else None
        except BadInput as error:
            self.notify(clean(str(error), limit=300), severity="warning", markup=False)
            return
        self.choose_items(Arrangement(wanted, self.wish.by, self.wish.descending))

    def action_sort(self, descending: bool) -> None:
        """Order by the column under the cursor; once more the same way: as stored."""
        column = self.rows.column(self.table.column)
        if column is None:
            return
        wish = self.wish
        same = wish.by == column.path and wish.descending == descending
        self.choose_items(Arrangement(wish.filter, None if same else column.path, descending and not same))

    def action_end_filter(self) -> None:
        """Stop a scan; else show all items as they are stored; else the key is somebody else's."""
        if self.scanning:
            self.action_scan()
        elif self.rows.view is not None:
            self.choose_items(Arrangement())
        else:
            raise SkipAction

    def action_scan(self) -> None:
        """Look at all items of the dataset, or stop doing so."""
        if self.scanning:
            self.workers.cancel_group(self, "items-arrange")
        elif self.rows.served.remade:
            self.notify(LOADED_ONLY, timeout=5, markup=False)
        elif (view := self.rows.view) is not None:
            begun = view if view.scanned else ItemView(self.wish)
            self.run_worker(self._scan(begun), group="items-arrange", exclusive=True)
        else:
            self.notify("Nothing to scan for: filter (&) or sort ([ ]) first.", timeout=3, markup=False)

    def choose_items(self, wish: Arrangement) -> None:
        """Show what is wished of the loaded items, and of all where these are few and cost nothing."""
        self.run_worker(self._choose(wish), group="items-arrange", exclusive=True)

    def grown(self) -> None:
        """More items are there: look at them too, if all others were."""
        view = self.rows.view
        if self.rows.served.remade:
            return
        if view is not None and self.whole and not self.scanning and self.rows.pages.count > view.examined:
            self.run_worker(self._scan(view), group="items-arrange", exclusive=True)

    async def _choose(self, wish: Arrangement) -> None:
        asked = self.rows.view is not None and self.whole and self.rows.view.scanned
        offset = self.rows.offset_of(self.table.cursor) if self.table.cursor >= 0 else 0
        self.rows.kept = Kept()
        if wish.plain:
            self.rows.view, self.whole = None, False
            self.view_changed(offset)
            return
        view, held = ItemView(wish), self.rows.in_hand()
        unknown = await asyncio.to_thread(_take_held, view, held)
        if unknown and held:
            said = " or ".join(clean(name, limit=60) for name in unknown)
            self.notify(f"No loaded item has a field {said}.", severity="warning", timeout=6, markup=False)
        self.rows.view = view
        self.whole = view.examined >= self.rows.pages.count and self.rows.all_known
        self.view_changed(offset)
        rest = 0 if self.rows.served.remade else self.rows.pages.count - view.examined
        if rest > 0 and (asked or (rest <= FEW and self.api.address.loopback)):
            await self._scan(ItemView(wish))

    async def _scan(self, view: ItemView) -> None:
        """Look at every item behind those that the view has; what it had stays on screen meanwhile."""
        from runmon.watch.item_scan import scan

        self.scanning, self._scan_view, view.scanned = True, view, True
        try:
            async for part in scan(self.api, self.place, first=view.examined, filters=self.rows.filters()):
                chosen = await asyncio.to_thread(_take, view, part)
                self._keep(part, chosen)
                self._show_progress(view)
            await asyncio.to_thread(view.settle)
            self.rows.view, self.whole = view, True
            self._say(None)
        except RunmonError as error:
            self._say(error)
        finally:
            self.scanning = False
            if self.is_attached:
                self.view_changed()

    def _show_progress(self, view: ItemView) -> None:
        """Show what was found so far, a few times a second, once it is no less than what was there."""
        now = time.monotonic()
        if now - self._shown_at < EVERY_S:
            return
        self._shown_at = now
        if len(view) >= len(self.rows.view or ()):
            self.rows.view = view
        self.view_changed()

    def _keep(self, part: Slice, chosen: list[int]) -> None:
        for offset in chosen:
            if self.rows.kept.full:
                return
            self.rows.kept.put(offset, part.raws[offset - part.first].copy())

    def view_words(self) -> Text:
        """Filter, and over how many items it was applied; empty where all show."""
        view = self.rows.view
        if view is None:
            return Text()
        total = self.rows.pages.count
        words = Text.assemble((grouped(len(view)), "quiet"))
        if self.whole:
            words.append(f" of {grouped(total)}" if view.wish.filter is not None else "", "quiet")
        elif self.scanning and self._scan_view is not None:
            done = grouped(self._scan_view.examined)
            words.append(f" in {done} of {grouped(total)} scanned, a stops", "quiet")
        elif view.scanned:
            done = grouped(view.examined)
            words.append(f" in {done} of {grouped(total)} scanned, a goes on", "quiet")
        elif self.rows.served.remade:
            words.append(f" in {grouped(view.examined)} loaded rows", "quiet")
        else:
            words.append(f" in {grouped(view.examined)} loaded of {grouped(total)}, a scans all", "quiet")
        if view.wish.filter is not None:
            words.append("  & ", "faint").append(clean(view.wish.filter.text, limit=60), "accent")
        return words

    # Search

    def action_search(self) -> None:
        """Ask what to look for, and go to the next item that has it."""

        def look_for(text: str) -> None:
            try:
                self.sought = item_filter(text) if text.strip() else None
            except BadInput as error:
                self.notify(clean(str(error), limit=300), severity="warning", markup=False)
                return
            self.action_next_match(1)

        self._ask_line("/", self.sought.text if self.sought else "", look_for)

    def action_next_match(self, step: int) -> None:
        """Go to the next loaded item that is looked for, or to the one before."""
        if self.sought is not None:
            self.run_worker(self._next_match(self.sought, step), group="items-search", exclusive=True)

    async def _next_match(self, wanted: ItemFilter, step: int) -> None:
        rows, cursor = self.rows, self.table.cursor
        held = sorted(
            (row, raw) for offset, raw in rows.in_hand() if (row := rows.row_of(offset)) is not None
        )
        after = [one for one in held if (one[0] - cursor) * step > 0][::step]
        around = [one for one in held if (one[0] - cursor) * step <= 0][::step]
        found = await asyncio.to_thread(_first, wanted, after + around)
        if found is None:
            said = f"No loaded item has {clean(wanted.text, limit=60)}. & looks through all."
            self.notify(said, timeout=4, markup=False)
        else:
            self.table.move_to(found)

    def _ask_line(self, label: str, value: str, done: Any) -> None:
        def ended(text: str | None) -> None:
            self.table.focus(scroll_visible=False)
            if text is not None:
                done(text)

        ask(self, label, typed=lambda _: None, done=ended, value=value, hint=HINT)


def _take_held(view: ItemView, held: list[tuple[int, msgspec.Raw]]) -> list[str]:
    """Look at the loaded items; gives the fields the filter compares that none of them has."""
    unknown = list(view.wish.filter.compared if view.wish.filter is not None else ())

    def decoded() -> Iterator[tuple[int, Any]]:
        for offset, raw in held:
            item = decode(raw)
            unknown[:] = [name for name in unknown if lookup(item, name) is MISSING]
            yield offset, item

    view.take(decoded())
    view.settle()
    return unknown


def _take(view: ItemView, part: Slice) -> list[int]:
    """The chosen items of a slice."""
    chosen = view.take(part.decoded())
    view.settle(final=False)
    return chosen


def _first(wanted: ItemFilter, held: list[tuple[int, msgspec.Raw]]) -> int | None:
    return next((row for row, raw in held if wanted(decode(raw))), None)
