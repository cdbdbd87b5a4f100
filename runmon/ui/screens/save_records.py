"""Where to save records, one to a file or many into a folder, and whether over what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from runmon.errors import AlreadyThere, LocalFault
from runmon.export.records import Saved, Target, in_the_way, save_each, targets, usual_name
from runmon.model.storages import Place
from runmon.model.units import byte_size, grouped
from runmon.render.untrusted import clean
from runmon.ui.screens.confirm import ConfirmScreen
from runmon.ui.screens.question import Answer
from runmon.ui.screens.saving import SavingScreen

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.record_view import Shown

FOLDER = "records"
"""What the folder for many records is called where nobody says otherwise."""
NOTHING = "Nothing was saved."


class SaveRecords(SavingScreen):
    """Saves records, one after the other."""

    TAKES_FOLDERS = True

    def __init__(self, api: Api, place: Place, keys: Sequence[str], name: str) -> None:
        """`name` is the file that is offered for the one record; without it they all go into a folder."""
        count = "one record" if len(keys) == 1 else f"{grouped(len(keys))} records"
        what = clean(keys[0], limit=40) if name else count
        where = "as a file, or into a folder" if name else "into a folder"
        title = Text.assemble((f"Save {what}", "strong"), (f"   {where}", "quiet"))
        super().__init__(title, "Save", name or FOLDER)
        self._api, self._place, self._keys, self._one = api, place, keys, bool(name)

    def on_mount(self) -> None:
        self.query_one("#file").focus()

    async def save(self, path: Path, *, replace: bool) -> str:
        """Ask about files that are there, then save."""
        one = self._one and not path.is_dir()  # noqa: ASYNC240 (one look)
        wanted = [Target(self._keys[0], path)] if one else targets(self._keys, path)
        blocked = [] if replace else await asyncio.to_thread(list, in_the_way(wanted))
        if blocked and one:
            raise AlreadyThere(path)
        answer = await self._about(blocked, len(wanted)) if blocked else ""
        if answer == "no":
            raise LocalFault(NOTHING)
        if answer == "skip":
            taken = set(blocked)
            wanted = [target for target in wanted if target not in taken]
        return await self._save_all(wanted, replace=replace or answer == "replace", make=not self._one)

    async def _save_all(self, wanted: Sequence[Target], *, replace: bool, make: bool) -> str:
        def told(done: Saved, tried: int) -> None:
            self.kept = f"{_count(done.files)} {_were(done.files)} saved." if done.files else ""
            self.tell(
                f"{grouped(tried)} of {grouped(len(wanted))}  {byte_size(done.bytes)}", tried / len(wanted)
            )

        done = await save_each(self._api, self._place, wanted, told, replace=replace, make=make)
        if len(done.failed) == len(wanted) == 1:
            raise done.failed[0][1]
        if len(wanted) == 1:
            return f"Saved {byte_size(done.bytes)} as {done.last}"
        size = f", {byte_size(done.bytes)}, in {done.last.parent}" if done.files else ""
        said = f"Saved {_count(done.files)}{size}"
        if done.failed:
            raise LocalFault(f"{said}. {done.why()}")
        return said

    async def _about(self, blocked: Sequence[Target], count: int) -> str:
        name = clean(str(blocked[0].path), limit=120)
        told = f"{grouped(len(blocked))} of {grouped(count)} files are there already, first {name}."
        answers = [
            Answer("no", "No, save nothing", "n"),
            *([Answer("skip", "Save the others", "o")] if len(blocked) < count else []),
            Answer("replace", "Overwrite", "w", harmful=True),
        ]
        question = ConfirmScreen("Overwrite what is there?", Text.assemble((told, "quiet")), answers)
        return await self.app.push_screen_wait(question)


def save_records(
    widget: Widget,
    api: Api,
    place: Place,
    keys: Sequence[str],
    shown: Shown | None,
    *,
    everything: bool = False,
) -> None:
    """Ask where to and save; `shown` is the record on the screen, whose kind gives a file its ending."""
    if not keys:
        return
    kind = shown.record.content_type if shown is not None and shown.record.key == keys[0] else ""
    one = len(keys) == 1 and not everything
    name = usual_name(keys[0], kind) if one else ""

    def ended(said: str | None) -> None:
        if said:
            widget.app.notify(said, timeout=6, markup=False)

    widget.app.push_screen(SaveRecords(api, place, keys, name), ended)


def _count(records: int) -> str:
    return "1 record" if records == 1 else f"{grouped(records)} records"


def _were(records: int) -> str:
    return "was" if records == 1 else "were"
