"""`runmon open PATH`: the screen over what a run left on this machine, or over a bundle of it."""

from __future__ import annotations

from pathlib import Path

import click

from runmon.cli.commands import Command
from runmon.cli.reach import folder
from runmon.cli.setting_flags import screen_options, settings_here
from runmon.cli.terminal import require_terminal

EXAMPLES = (
    ("runmon open ./storage", "a storage folder of Crawlee or the Apify SDK, Python or JavaScript"),
    ("runmon open runs/2026-11-24", "a run folder that runmon dev kept"),
    ("runmon open night.zip", "a bundle: a run folder in a zip, also called .arun"),
)


@click.command("open", cls=Command, examples=EXAMPLES)
@click.argument("path", type=click.Path(path_type=Path))
@screen_options
def open_command(path: Path) -> int:
    """Look at a storage folder, a run folder or a bundle. Nothing in it is changed."""
    require_terminal()
    with folder(path) as run:
        from runmon.ui.showing import run_screen

        return run_screen(
            run.server.api,
            run.run_id,
            token=run.server.token,
            read_only=True,
            title=run.title,
            settings=settings_here().settings,
            reopen=run.reopen,
        )
