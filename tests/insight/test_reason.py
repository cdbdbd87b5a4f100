"""Why a run failed, in one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.insight.reason import last_error, reason
from runmon.model.run import Run, RunOptions
from tests.fleet import TRACEBACK

AT = "2026-11-25T10:00:00.000Z "


@pytest.mark.parametrize(
    ("log", "error"),
    [
        (TRACEBACK, "ValueError: no price on page 17"),
        (
            f"{AT}ERROR CheerioCrawler: Request failed and reached maximum retries. Error: 403"
            f'{{"id":"x"}}\n{AT}    at fetch (main.js:1)\n{AT}INFO  Statistics',
            'Request failed and reached maximum retries. Error: 403{"id":"x"}',
        ),
        (f'{AT}ERROR Giving up {{"url":"x"}}\n', "Giving up"),
        (f"{AT}INFO  all well\n", ""),
        (f"{AT}INFO  begun\n{AT}panic: no database\n", "panic: no database"),
        (f"{AT}something odd\n{AT}INFO  begun\n", ""),
        (
            f"{AT}/app/main.js:3\n{AT}Error: boom\n{AT}    at main (main.js:3)\n{AT}\n{AT}Node.js v20\n",
            "Error: boom",
        ),
        ("", ""),
    ],
)
def test_the_last_error_of_a_log_is_found(log: str, error: str) -> None:
    assert last_error(log.encode()) == error


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_log(log: bytes) -> None:
    assert len(last_error(log)) <= 400


def failed(message: str, code: int | None = None, status: str = "FAILED") -> Run:
    limit = RunOptions(timeout_secs=60)
    return Run(status=status, status_message=message, exit_code=code, options=limit)


EXIT = " · exit code 3, it gave up"


@pytest.mark.parametrize(
    ("run", "error", "why"),
    [
        (failed("Login failed", 3), "", f"Login failed{EXIT}"),
        (failed("Actor failed with an exception", 3), "ValueError: x", f"ValueError: x{EXIT}"),
        (failed("Crawled 3/9 pages", 3), "panic", f"panic{EXIT}"),
        (failed("Crawled 3/9 pages"), "", "Crawled 3/9 pages"),
        (failed("", 143, status="TIMED-OUT"), "", "took longer than its limit of 1 min"),
        (failed("x: boom"), "boom", "x: boom"),
        (None, "boom", "boom"),
        (failed("", 143, status="ABORTED"), "", ""),
    ],
)
def test_the_most_telling_comes_first(run: Run | None, error: str, why: str) -> None:
    assert reason(run, error, "it gave up") == why
