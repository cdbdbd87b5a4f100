"""Saving records: where to, what is in the way, how far it is, all asked and said on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from runmon.errors import AlreadyThere, RunmonError
from runmon.export.records import Target, in_the_way, save_record, targets, usual_name
from runmon.export.saving import meant
from runmon.model.storages import Place
from runmon.model.units import byte_size, grouped
from runmon.render.untrusted import clean
from runmon.ui.screens.confirm import ConfirmScreen
from runmon.ui.screens.question import Answer
from runmon.ui.widgets.prompt import ask

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.ui.widgets.record_view import Shown

FOLDER = "records"
"""What the folder for many records is called where nobody says otherwise."""


class Saves:
    """Saves records on behalf of a widget, which shows the prompt and owns the work."""

    def __init__(self, widget: Widget, api: Api) -> None:
        self._widget, self._api = widget, api

    def ask(
        self, place: Place, keys: Sequence[str], shown: Shown | None, *, everything: bool = False
    ) -> None:
        """Ask where to; `shown` is the record on the screen, whose kind gives a file its ending."""
        if not keys:
            return
        one = len(keys) == 1 and not everything
        kind = shown.record.content_type if shown is not None and shown.record.key == keys[0] else ""
        count = f"{grouped(len(keys))} {'record' if len(keys) == 1 else 'records'}"
        before = self._widget.screen.focused

        def done(text: str | None) -> None:
            if before is not None:
                before.focus(scroll_visible=False)
            if text and text.strip():
                path = meant(text)
                wanted = [Target(keys[0], path)] if one and not path.is_dir() else targets(keys, path)
                self._widget.run_worker(self._save(place, wanted, make=not one), group="save", exclusive=True)

        label = f"save {clean(keys[0], limit=40)} as" if one else f"save {count} into"
        value = usual_name(keys[0], kind) if one else FOLDER
        ask(self._widget, label, typed=lambda _: None, done=done, value=value, hint="a file or folder")

    async def _save(self, place: Place, wanted: Sequence[Target], *, make: bool) -> None:
        """Ask about files that are there, then save one after the other."""
        blocked = list(in_the_way(wanted))
        answer = await self._about(blocked, wanted) if blocked else "new"
        if answer == "no":
            return
        if answer == "skip":
            wanted = [target for target in wanted if target not in blocked]
        saved = size = 0
        path = Path()
        try:
            for saved, target in enumerate(wanted, 1):
                more, path = await save_record(
                    self._api, place, target, replace=answer == "replace", make=make
                )
                size += more
                if not saved % 20 and saved < len(wanted):
                    self._say(f"{grouped(saved)} of {grouped(len(wanted))} records are saved.")
        except AlreadyThere as error:
            self._say(f"{error.sentence} {self._so_far(saved - 1)}", "error")
        except RunmonError as error:
            self._say(f"{error} {self._so_far(saved - 1)}", "error")
        else:
            self._done(len(wanted), size, path)

    async def _about(self, blocked: Sequence[Target], wanted: Sequence[Target]) -> str:
        name = clean(str(blocked[0].path), limit=120)
        many = len(wanted) > 1
        told = f"{grouped(len(blocked))} of {grouped(len(wanted))} files are there already, first {name}."
        answers = [
            Answer("no", "No, save nothing", "n"),
            *([Answer("skip", "Save the others", "o")] if many and len(blocked) < len(wanted) else []),
            Answer("replace", "Overwrite", "w", harmful=True),
        ]
        consequence = Text.assemble((told if many else f"{name} is there already.", "quiet"))
        return await self._widget.app.push_screen_wait(
            ConfirmScreen("Overwrite what is there?", consequence, answers)
        )

    def _done(self, saved: int, size: int, last: Path) -> None:
        if not saved:
            self._say("Nothing was left to save.")
        elif saved == 1:
            self._say(f"Saved {byte_size(size)} as {last}")
        else:
            self._say(f"Saved {grouped(saved)} records, {byte_size(size)}, in {last.parent}")

    @staticmethod
    def _so_far(saved: int) -> str:
        return f"{grouped(saved)} were saved before." if saved > 0 else ""

    def _say(self, text: str, severity: str = "information") -> None:
        error = severity == "error"
        self._widget.app.notify(
            clean(text, limit=400), severity="error" if error else "information", timeout=6, markup=False
        )
