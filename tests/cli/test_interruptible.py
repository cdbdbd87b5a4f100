"""A command that is told to end puts away what it was writing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import click
import pytest

from runmon.cli import interruptible
from runmon.export.saving import Folder
from tests.loopback import Seen, data
from tests.origin import RUN_ID
from tests.ui.screens import serving


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_no_draft_behind_and_is_the_exit_code(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    signal.signal(number, signal.SIG_DFL)

    async def saves() -> None:
        with Folder(tmp_path) as folder, folder.draft("out.csv") as draft:
            draft.write(b"half")
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()

    with pytest.raises(click.exceptions.Exit) as ended:
        interruptible.run(saves())
    assert ended.value.exit_code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
async def test_a_log_that_is_being_saved_leaves_nothing_behind_after_a_signal(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    asked, ended, drafts = asyncio.Event(), asyncio.Event(), list[Path]()

    async def answers(seen: Seen) -> bytes | None:
        if not seen.path.endswith("/log"):
            return data({"id": RUN_ID, "status": "RUNNING"})
        drafts.extend(await asyncio.to_thread(lambda: list(tmp_path.iterdir())))
        asked.set()
        await ended.wait()
        return None

    async with serving(answers) as server:
        command = ["-m", "runmon", "log", RUN_ID, "-o", str(tmp_path / "run.log"), "--anonymous"]
        child = await asyncio.create_subprocess_exec(
            sys.executable, *command, "--api-url", server.url, stderr=asyncio.subprocess.DEVNULL
        )
        await asked.wait()
        child.send_signal(number)
        assert await child.wait() == code
        ended.set()
    assert len(drafts) == 1
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == []
