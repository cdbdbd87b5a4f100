"""Aborting: asked with No as the answer at hand, done once, told by what the server answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.widgets import Button

from runmon.ui.app import RunmonApp
from tests.loopback import Seen, Server, data, fault
from tests.ui.screens import Shown, run_shown, serving

RUN_ID = "HG7ML7M8z78YcAPEB"
RUN = {
    "id": RUN_ID,
    "actId": "moJRLRc85AitArpNN",
    "status": "RUNNING",
    "startedAt": "2026-11-24T10:00:00.000Z",
}


class Origin:
    """A run that is running until an abort is allowed."""

    def __init__(self, *, allow: bool = True) -> None:
        self.allow, self.status, self.named = allow, "RUNNING", RUN_ID
        self.aborts: list[dict[str, list[str]]] = []

    def __call__(self, seen: Seen) -> bytes:
        if seen.path.endswith("/abort"):
            self.aborts.append(seen.query)
            if not self.allow:
                return fault(403, "insufficient-permissions", "[@click=app.leave]You may not[/] do this")
            self.status = "ABORTING"
        if seen.path.endswith(RUN_ID) or seen.path.endswith("/abort"):
            return data({**RUN, "id": self.named, "status": self.status})
        return fault(404, "record-not-found", "Nothing here")


@pytest.fixture
def toasts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the application told beside the screen."""
    said: list[str] = []
    monkeypatch.setattr(RunmonApp, "notify", lambda _app, message, **_options: said.append(message))
    return said


@asynccontextmanager
async def shown_over(origin: Origin, **options: Any) -> AsyncIterator[tuple[Shown, Server]]:
    async with serving(origin) as server, run_shown(server.url, RUN_ID, title="kettles", **options) as shown:
        await shown.until_text("● RUNNING")
        yield shown, server


async def test_the_question_names_the_run_and_has_no_focused() -> None:
    async with shown_over(Origin()) as (shown, _):
        await shown.press("A")
        await shown.until_text("Abort this run?", "kettles", RUN_ID, "No, let it run")
        focused = shown.app.focused
        assert isinstance(focused, Button) and focused.id == "no"


async def test_enter_and_escape_leave_the_run_alone() -> None:
    origin = Origin()
    async with shown_over(origin) as (shown, _):
        for key in ("enter", "escape"):
            await shown.press("A")
            await shown.until_text("Abort this run?")
            await shown.press(key)
            await shown.until(lambda: "Abort this run?" not in shown.text)
        assert origin.aborts == []


async def test_yes_aborts_once_and_shows_what_the_server_answered() -> None:
    """F8: asked once, sent once."""
    origin = Origin()
    async with shown_over(origin) as (shown, _):
        await shown.press("A", "a")
        await shown.until_text("◐ ABORTING")
        assert len(origin.aborts) == 1


async def test_hurried_keys_send_one_abort_to_the_run_that_the_question_named() -> None:
    """F8: twice, and of the wrong run, are both impossible."""
    origin = Origin()
    origin.named = "aNoThErRuNsIdEnTi"
    async with shown_over(origin) as (shown, server):
        await shown.press("A")
        await shown.until_text("Abort this run?", RUN_ID)
        await shown.press("a", "a", "a")
        await shown.until(lambda: origin.aborts)
        await shown.until_text("◐ ABORTING")
        assert len(origin.aborts) == 1
        assert {seen.path for seen in server.seen if seen.method == "POST"} == {
            f"/v2/actor-runs/{RUN_ID}/abort"
        }


async def test_gracefully_is_said_to_the_server() -> None:
    origin = Origin()
    async with shown_over(origin) as (shown, _):
        await shown.press("A", "g")
        await shown.until_text("◐ ABORTING")
        assert origin.aborts == [{"gracefully": ["true"]}]


async def test_a_refusal_is_a_sentence_and_the_state_stays() -> None:
    async with shown_over(Origin(allow=False)) as (shown, _):
        await shown.press("A", "a")
        await shown.until_text("The run was not aborted")
        assert "● RUNNING" in shown.text and "[@click=app.leave]" in shown.text.replace("\n", "")


async def test_read_only_has_no_abort() -> None:
    async with shown_over(Origin(), read_only=True) as (shown, _):
        await shown.press("A")
        assert "Abort this run?" not in shown.text and "abort" not in shown.lines[-1]


async def test_a_run_that_is_over_cannot_be_aborted() -> None:
    origin = Origin()
    async with shown_over(origin) as (shown, _):
        origin.status = "SUCCEEDED"
        await shown.press("ctrl+r")
        await shown.until_text("✔ SUCCEEDED")
        await shown.press("A")
        assert "Abort this run?" not in shown.text


@pytest.mark.parametrize(
    ("status", "key", "words"),
    [
        ("SUCCEEDED", "A", "The run is ✔ SUCCEEDED: it has ended, and can only be resurrected."),
        ("FAILED", "B", "The run is ✖ FAILED: it has ended, and can only be resurrected."),
        ("RUNNING", "R", "The run is ● RUNNING: only a run that has ended can be resurrected."),
    ],
)
async def test_the_key_of_an_order_that_the_run_cannot_obey_says_why(
    status: str, key: str, words: str, toasts: list[str]
) -> None:
    origin = Origin()
    origin.status = status
    async with serving(origin) as server, run_shown(server.url, RUN_ID, title="kettles") as shown:
        await shown.until_text(status)
        await shown.press(key)
        await shown.until(lambda: words in toasts)


async def test_a_run_that_is_only_read_says_so_to_who_would_abort_it(toasts: list[str]) -> None:
    async with shown_over(Origin(), read_only=True) as (shown, _):
        await shown.press("A")
        await shown.until(lambda: "opened for reading only" in " ".join(toasts))


async def test_a_run_is_called_by_its_actors_name_as_in_the_list() -> None:
    def origin(seen: Seen) -> bytes:
        return data({"id": RUN["actId"], "name": "kettles"}) if "/actors/" in seen.path else Origin()(seen)

    async with serving(origin) as server, run_shown(server.url, RUN_ID) as shown:
        await shown.until(lambda: "kettles" in shown.lines[0])


@pytest.mark.parametrize(
    ("status", "key", "answers"),
    [
        ("RUNNING", "A", ("n  No, let it run", "g  Abort gracefully", "a  Abort now")),
        ("FAILED", "R", ("n  No", "r  Resurrect")),
        ("FAILED", "Q", ("n  No", "p  Put them back", "r  Put back and resurrect")),
    ],
)
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (60, 14)])
async def test_every_answer_of_a_question_shows_on_a_small_screen(
    status: str, key: str, answers: tuple[str, ...], size: tuple[int, int]
) -> None:
    origin = Origin()
    origin.status = status
    async with serving(origin) as server, run_shown(server.url, RUN_ID, title="shop", size=size) as shown:
        await shown.until_text(status)
        await shown.press(key)
        await shown.until_text(*answers)


async def test_the_palette_begins_with_what_can_be_done_and_leaves_the_footer_on_a_small_screen() -> None:
    async with shown_over(Origin(), size=(60, 20)) as (shown, _):
        await shown.press("ctrl+p")
        await shown.until_text("Find a command", "abort  (A)", "╰──")
        assert "page down" not in shown.text and "/ search" in shown.lines[-1]
