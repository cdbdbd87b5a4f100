"""What can be done to the run on the screen: each order is asked about, sent once, and told by its answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import events, work
from textual.screen import ModalScreen

from runmon.errors import LocalFault, RunmonError
from runmon.model.order import Deed, Order, possible
from runmon.render.run_facts import page_of
from runmon.render.untrusted import clean
from runmon.ui.commands import commands
from runmon.ui.palette import at_hand, keymap_of
from runmon.ui.private_textual import HeldScreen

if TYPE_CHECKING:
    from runmon.api.client import Api
    from runmon.model.requests import QueuedRequest
    from runmon.watch.events import RunSeen
    from runmon.watch.watch import Watch

DEEDS = {
    "abort": Deed.ABORT,
    "abort_now": Deed.ABORT,
    "reboot": Deed.REBOOT,
    "resurrect": Deed.RESURRECT,
}
"""The actions that give orders."""
ORDERS = frozenset({*DEEDS, "requeue"})
FAILED = {
    Deed.ABORT: "The run was not aborted",
    Deed.REBOOT: "The run was not rebooted",
    Deed.RESURRECT: "The run was not resurrected",
}


class ActingScreen(HeldScreen, inherit_bindings=False):
    """A screen over one run that takes orders for it."""

    _watch: Watch
    _api: Api
    _seen: RunSeen | None
    _read_only: bool
    _sending = False

    def run_name(self) -> str:
        """What the run is called, clean."""
        raise NotImplementedError

    def may(self, deed: Deed) -> bool:
        """Whether the run can be given such an order here and now."""
        return self._seen is not None and not self._read_only and possible(deed, self._seen.run.view)

    def on_key(self, event: events.Key) -> None:
        """Say why the key of an order does nothing now."""
        from runmon.render.order_words import why_not

        if any(event.key in command.keys for command in at_hand(self)):
            return
        run = self._seen.run.view if self._seen is not None else None
        keymap = keymap_of(self)
        for command in filter(lambda command: command.action in ORDERS, commands("run")):
            why = why_not(DEEDS.get(command.action), run, read_only=self._read_only)
            if why and event.key in keymap.of(command).keys:
                self.notify(why, severity="warning", markup=False)

    async def action_abort(self) -> None:
        """Ask whether to abort, gracefully or now."""
        from runmon.ui.screens.confirm import about_abort

        run_id, url = self._watch.run_id, self._api.lasting_url
        self._ask_abort(about_abort(self.run_name(), clean(run_id), api_url=url))

    async def action_abort_now(self) -> None:
        """Ask whether to abort at once."""
        from runmon.ui.screens.confirm import about_force

        run_id, url = self._watch.run_id, self._api.lasting_url
        self._ask_abort(about_force(self.run_name(), clean(run_id), api_url=url))

    @work(group="order")
    async def _ask_abort(self, question: ModalScreen[str]) -> None:
        run_id = self._watch.run_id
        answer = await self.app.push_screen_wait(question)
        if answer != "no":
            await self._give(Order(Deed.ABORT, run_id, gracefully=answer == "gracefully"))

    @work(group="order")
    async def action_reboot(self) -> None:
        """Ask, then start the run's container anew."""
        from runmon.ui.screens.confirm import about_reboot

        run_id, url = self._watch.run_id, self._api.lasting_url
        question = about_reboot(self.run_name(), clean(run_id), api_url=url)
        if await self.app.push_screen_wait(question) == "reboot":
            await self._give(Order(Deed.REBOOT, run_id))

    @work(group="order")
    async def action_resurrect(self) -> None:
        """Ask with which limits, then let a finished run live again."""
        from runmon.render.order_words import price_of_more
        from runmon.ui.screens.resurrect import ResurrectScreen

        if self._seen is None:
            return
        run, run_id = self._seen.run.view, self._watch.run_id
        form = ResurrectScreen(
            self.run_name(),
            clean(run_id),
            run,
            price_of_more(run, self._seen.at),
            api_url=self._api.lasting_url,
        )
        order = await self.app.push_screen_wait(form)
        if order is not None:
            await self._give(order)

    @work(group="order")
    async def action_requeue(self) -> None:
        """List the failed requests and ask, then put them back, and let the run live again if so wished."""
        from runmon.render.order_words import price_of_more
        from runmon.ui.screens.requeue import RequeueScreen
        from runmon.watch.history import state_folder
        from runmon.watch.requeue import failed_requests, queue_of, requeue, undo_file

        if self._seen is None:
            return
        run, run_id, at = self._seen.run.view, self._watch.run_id, self._seen.at
        place, undo = queue_of(run), undo_file(state_folder() / "undo", run_id, datetime.now(UTC))

        async def find(scanned: Callable[[int], None]) -> list[QueuedRequest]:
            return [request async for request in failed_requests(self._api, place, scanned)]

        question = RequeueScreen(
            self.run_name(),
            clean(run_id),
            find,
            price_of_more(run, at),
            clean(str(undo)),
            ended=run.phase.final,
            api_url=self._api.lasting_url,
        )
        wish = await self.app.push_screen_wait(question)
        if wish is None:
            return
        ids, resurrect = wish
        try:
            put = await requeue(self._api, place, ids, undo)
        except RunmonError as error:
            self._complain("Not all requests were put back", f"{error} Undo with the file {undo}.")
            return
        self.notify(f"{put.changed} requests are back in the queue.", markup=False)
        self._watch.refresh()
        if resurrect:
            await self._give(Order(Deed.RESURRECT, run_id))

    @work(group="browser")
    async def action_open_run(self) -> None:
        """Open the run's page in Console, or on another server what its container serves."""
        from runmon.ui.outside import visit

        url = page_of(self._seen.run.view, self._api.address.url) if self._seen is not None else ""
        if not url:
            self._complain("There is no page to open", "The run is not on Apify, and serves none.")
            return
        try:
            await visit(url)
        except LocalFault as error:
            self._complain("Nothing was opened", str(error))

    async def _give(self, order: Order) -> None:
        """Send an order, one at a time, and show what the server answered."""
        from runmon.watch.orders import carry_out

        if self._sending or self._seen is None:
            self._complain("One order at a time", "The last one is still on its way.")
            return
        self._sending = True
        try:
            document = await carry_out(self._api, order, self._seen.run.view)
        except RunmonError as error:
            self._complain(FAILED[order.deed], str(error))
            self._watch.refresh()
            return
        finally:
            self._sending = False
        self._watch.saw(document)

    def _complain(self, what: str, why: str) -> None:
        self.notify(clean(f"{what}. {why}", limit=400), severity="error", markup=False)
