"""A command that is told to end puts away what it was writing."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import click
import pytest

from runmon.cli import interruptible
from runmon.export.saving import Folder


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
