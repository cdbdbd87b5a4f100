"""The list of runs over a real local platform: what it shows, how it is narrowed, opened, marked, aborted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runmon.api.address import address
from runmon.api.client import Api
from runmon.api.credentials import Token
from runmon.local.app import LocalPlatform
from runmon.settings import DEFAULTS, Settings
from runmon.ui.app import RunmonApp
from runmon.ui.runs_words import NO_TOKEN
from runmon.ui.screens.confirm import ConfirmScreen
from runmon.ui.screens.run import RunScreen
from runmon.ui.screens.runs import RunsScreen
from runmon.ui.screens.runs_followed import RunsPlace
from runmon.ui.showing import screen_of
from runmon.watch.runs import RunsFeed
from tests.fleet import fleet
from tests.loopback import Seen, data
from tests.ui.screens import Shown, serving


@asynccontextmanager
async def runs_shown(
    *places: RunsPlace, size: tuple[int, int] = (120, 30), settings: Settings = DEFAULTS, **options: Any
) -> AsyncIterator[Shown]:
    """The list of runs of some places."""

    def open_screen() -> RunsScreen:
        return RunsScreen(
            places,
            open_run=lambda run, api: screen_of(api.again(), run.id, settings, title=run.actor),
            read_only=settings.read_only,
            **options,
        )

    app = RunmonApp(open_screen, settings=settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Shown(app, pilot, None)  # type: ignore[arg-type]


def place_of(platform: LocalPlatform, name: str = "server", **options: Any) -> RunsPlace:
    async def connect() -> Api:
        return Api(address(platform.url), Token(platform.token))

    return RunsPlace(name, connect, **options)


@asynccontextmanager
async def fleet_shown(root: Path, **options: Any) -> AsyncIterator[Shown]:
    with fleet(root) as platform:
        async with runs_shown(place_of(platform), **options) as shown:
            await shown.until_text("7 of 7 runs")
            yield shown


def row(shown: Shown, *words: str) -> str:
    """The line of a run that holds all the words, or nothing."""
    return next((line for line in shown.lines if all(word in line for word in words)), "")


def feeds_of(shown: Shown) -> list[RunsFeed]:
    screen = shown.app.screen_stack[0]
    assert isinstance(screen, RunsScreen)
    return list(screen._feeds.values())


def on_run(shown: Shown) -> bool:
    return isinstance(shown.app.screen, RunScreen)


def cursor_run(shown: Shown) -> str:
    screen = shown.app.screen
    assert isinstance(screen, RunsScreen)
    return screen.rows.runs[screen._table.cursor].id


async def test_every_run_shows_its_state_its_actor_its_figures_and_why_it_failed(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path) as shown:
        await shown.until_text(
            "Login failed: wrong password", "ValueError: no price on page 17", "limit of 1 min",
            "Finished: 40 pages", "Crawled 1/9 pages", "● 2 running", "✖ 2 failed", "login-bot",
        )  # fmt: skip
        await shown.until(lambda: " 12 " in row(shown, "SUCCEEDED"))

        good = row(shown, "SUCCEEDED")
        assert good.startswith("✔") and "price-watch" in good and "5 min" in good and "0:30" in good
        assert "$0.2500" in good
        assert row(shown, "✖ FAILED", "shop-crawler", "15 min")
        assert row(shown, "◷ TIMED-OUT") and row(shown, "■ ABORTED", "2 d") and row(shown, "● RUNNING")


async def test_words_and_keys_narrow_the_list_and_esc_shows_all_again(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path) as shown:
        await shown.until_text("Login failed", "ValueError")
        await shown.press("slash", *"password")
        await shown.until_text("1 of")
        assert row(shown, "login-bot") and not row(shown, "SUCCEEDED")

        await shown.press("enter", "escape")
        await shown.until_text("7 of 7 runs")
        await shown.press("v")
        await shown.until(lambda: not row(shown, "SUCCEEDED") and row(shown, "FAILED", "login-bot"))
        await shown.press("v")
        await shown.until(lambda: row(shown, "RUNNING") and not row(shown, "FAILED", "login-bot"))
        await shown.press("v", "t")
        await shown.until(lambda: row(shown, "SUCCEEDED") and not row(shown, "TIMED-OUT"))
        await shown.press("escape", "slash", *"since:soon")
        await shown.until_text("is no age")
        await shown.press("escape")
        await shown.until_text("7 of 7 runs")


async def test_runs_that_two_places_tell_of_are_counted_once_and_failed_is_called_failed(
    tmp_path: Path,
) -> None:
    with fleet(tmp_path) as platform:
        async with runs_shown(place_of(platform), place_of(platform, "here", read_only=True)) as shown:
            await shown.until_text("7 of 7 runs")
            await shown.press("v")
            await shown.until_text("showing failed")


async def test_one_key_shows_the_runs_of_the_actor_under_the_cursor(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path) as shown:
        await shown.until_text("login-bot", "price-watch")
        await shown.press("a")
        await shown.until_text("3 of 7 runs")
        await shown.press("a")
        await shown.until_text("7 of 7 runs")


async def test_the_cursor_stays_on_its_run_when_runs_arrive_above(tmp_path: Path) -> None:
    with fleet(tmp_path) as platform:
        async with runs_shown(place_of(platform)) as shown:
            await shown.until_text("7 of 7 runs")
            await shown.press("j", "j", "j")
            before = cursor_run(shown)

            platform.create(tmp_path / "new", actor="login-bot", run={"status": "RUNNING"})
            await shown.until_text("8 of 8 runs")

            assert cursor_run(shown) == before


async def test_marked_runs_are_aborted_together_after_a_question_that_names_them(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path) as shown:
        await shown.press("space", "space", "space")
        await shown.until_text("• 3 marked")
        await shown.press("A")
        await shown.until_text(
            "Abort these 2 runs?", "aliveRun000000000", "aliveRun000000001", "1 runmon abort alive"
        )
        assert not any(feed._resting for feed in feeds_of(shown)), "under a question the list is followed"
        await shown.press("enter")
        await shown.until(lambda: not isinstance(shown.app.screen, ConfirmScreen))
        assert row(shown, "● 2 running"), "the default answer is no"

        await shown.press("A")
        await shown.until_text("Abort these 2 runs?")
        await shown.press("a")
        await shown.until_text("5 min")
        await shown.until(lambda: not row(shown, "RUNNING"))
        await shown.press("escape")
        await shown.until(lambda: "marked" not in shown.lines[0])


async def test_read_only_takes_the_abort_away_and_a_finished_run_has_none(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path / "a", settings=Settings(read_only=True)) as shown:
        await shown.press("A")
        assert not isinstance(shown.app.screen, ConfirmScreen) and "abort" not in shown.lines[-1]
    async with fleet_shown(tmp_path / "b") as shown:
        await shown.press("G", "A")
        assert not isinstance(shown.app.screen, ConfirmScreen)


async def test_a_finished_run_under_the_cursor_says_why_it_is_not_aborted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(RunmonApp, "notify", lambda _app, message, **_options: said.append(message))
    async with fleet_shown(tmp_path) as shown:
        await shown.press("G", "A")
        await shown.until(lambda: any("it has ended" in each for each in said))


async def test_the_pace_of_the_settings_holds_for_the_list_too(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path, settings=Settings(pace=20)) as shown:
        screen = shown.app.screen
        assert isinstance(screen, RunsScreen)
        assert [feed.pace.list_s for feed in screen._feeds.values()] == [20]


async def test_runs_open_as_tabs_and_keys_go_between_them(tmp_path: Path) -> None:
    async with fleet_shown(tmp_path) as shown:
        await shown.until_text("ValueError", "login-bot")
        await shown.press("G", "k", "k", "enter")
        await shown.until_text("≡ Runs", "shop-crawler", "no price on page 17")
        first = shown.app.screen
        assert on_run(shown)

        await shown.press("escape")
        await shown.until_text("7 of 7 runs")
        await shown.press("k", "enter")
        await shown.until_text("Login failed: wrong password", "≡ Runs")
        assert shown.app.screen is not first
        await shown.press("left_curly_bracket")
        assert shown.app.screen is first and "no price on page 17" in shown.text
        await shown.press("left_curly_bracket")
        assert not on_run(shown) and row(shown, "≡ Runs", "shop-crawler", "login-bot")

        await shown.press("right_curly_bracket", "q")
        await shown.until(lambda: not on_run(shown) and len(shown.app.open_runs) == 1)
        assert not row(shown, "≡ Runs", "shop-crawler")
        await shown.press("k", "j", "enter")
        await shown.until(lambda: on_run(shown))
        assert len(shown.app.open_runs) == 1, "a run that is open is gone to, not opened again"


async def test_a_run_that_is_not_shown_asks_for_no_storage_and_the_list_behind_a_run_rests(
    tmp_path: Path,
) -> None:
    async with fleet_shown(tmp_path) as shown:
        (feed,) = feeds_of(shown)
        await shown.press("enter")
        await shown.until(lambda: feed._resting)
        await shown.until(lambda: isinstance(shown.app.screen, RunScreen) and "RUNNING" in shown.text)
        screen = shown.app.screen
        assert isinstance(screen, RunScreen)
        await shown.until(lambda: any(counter._shown for counter in screen._watch._counters.values()))

        await shown.press("escape")
        await shown.until(lambda: not any(counter._shown for counter in screen._watch._counters.values()))
        assert screen._watch._run._resting

        await shown.press("right_curly_bracket")
        await shown.until(lambda: any(counter._shown for counter in screen._watch._counters.values()))
        assert not screen._watch._run._resting


async def test_without_a_token_a_sentence_says_what_to_do_and_local_runs_are_listed(tmp_path: Path) -> None:
    async def nothing() -> None:
        return None

    account = RunsPlace("apify", nothing, absent=NO_TOKEN)
    async with runs_shown(account) as shown:
        await shown.until_text("apify login", "APIFY_TOKEN", "runmon doctor", "◇ needs a token")
    with fleet(tmp_path) as platform:
        here = place_of(platform, "here", read_only=True, look=lambda: {"goodRun0000000000": "./storage"})
        async with runs_shown(account, here) as shown:
            await shown.until_text("7 of 7 runs", "◇ The runs of an account")
            await shown.press("A")
            assert not isinstance(shown.app.screen, ConfirmScreen), "what is only read here cannot be aborted"


async def test_a_token_that_is_refused_is_told_in_place() -> None:
    def refuse(seen: Seen) -> bytes:
        body = b'{"error":{"type":"user-or-token-not-found","message":"no such token"}}'
        return b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async with serving(refuse) as server:

        async def connect() -> Api:
            return Api(address(server.url), Token("apify_api_nobody0123456789"))

        async with runs_shown(RunsPlace("apify", connect, token_from="APIFY_TOKEN")) as shown:
            await shown.until_text(
                "does not accept the token", "It comes from APIFY_TOKEN", "◇ token not accepted"
            )
            asked = len(server.seen)
            await shown.press("ctrl+r")
            await shown.until(lambda: len(server.seen) > asked)


async def test_a_server_that_cannot_be_reached_is_named_in_place_of_runs() -> None:
    async def connect() -> Api:
        return Api(address("http://127.0.0.1:9"), Token("apify_api_nobody0123456789"))

    async with runs_shown(RunsPlace("apify", connect)) as shown:
        await shown.until_text("No connection to 127.0.0.1:9: nothing answers there.", "^r tries at once")


async def test_a_filter_looks_further_back_than_the_runs_that_were_read_until_it_finds_enough() -> None:
    ids = [f"run{number:014}" for number in range(250)]

    def answer(seen: Seen) -> bytes | None:
        if not seen.path.endswith("/actor-runs"):
            return None
        first = int(seen.query.get("offset", ["0"])[0])
        page = [{"id": run_id, "status": "SUCCEEDED"} for run_id in ids[first : first + 100]]
        return data({"items": page, "total": len(ids), "offset": first, "count": len(page)})

    async with serving(answer) as server:

        async def connect() -> Api:
            return Api(address(server.url), Token("apify_api_nobody0123456789"))

        async with runs_shown(RunsPlace("apify", connect)) as shown:
            await shown.until_text("100 of 250 runs   the newest 100; older ones further down")
            await shown.press("slash", *ids[-1])
            await shown.until_text("1 of 250 runs   showing")


@pytest.mark.parametrize(("columns", "rows"), [(60, 20), (80, 24), (120, 40)])
async def test_names_are_cut_once_and_the_whole_reason_stands_below_the_list(
    columns: int, rows: int, tmp_path: Path
) -> None:
    why = "Every one of 500 requests was refused with 403; the proxy group is blocked: ask for another"
    with LocalPlatform() as platform:
        run = {"status": "FAILED", "statusMessage": why, "id": "aRun0000000000000"}
        platform.register("google-maps-extractor-with-all-reviews", ("true",))
        platform.create(tmp_path / "run", run=run, actor="google-maps-extractor-with-all-reviews")
        async with runs_shown(place_of(platform), size=(columns, rows)) as shown:
            await shown.until_text("FAILED", "google-", "Every one")
            assert "……" not in shown.text
            if rows >= 24:
                await shown.until(lambda: " ".join(" ".join(shown.lines[-4:-1]).split()).endswith(why))


async def test_text_of_a_server_cannot_command_the_list(tmp_path: Path) -> None:
    evil = {
        "status": "FAILED\x1b[2J",
        "statusMessage": "[@click=app.quit]x[/] \x1b]0;t\x07[red",
        "exitCode": 1,
    }
    with LocalPlatform() as platform:
        platform.create(tmp_path / "evil", run=evil)
        async with runs_shown(place_of(platform)) as shown:
            await shown.until_text("1 of 1 runs", "[@click=app.quit]x[/]")
            assert "\x1b" not in shown.text
