"""All style sheets, in the order in which they are read; later sheets may refine earlier ones."""

from __future__ import annotations

from pathlib import Path, PurePath

SHEETS = ("base.tcss", "run.tcss", "status.tcss", "log.tcss", "data.tcss", "runs.tcss", "dialogs.tcss")


def folder() -> Path:
    """Where the sheets lie: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "styles"
    return installed if installed.is_dir() else package.parent / "styles"


def sheets() -> list[str | PurePath]:
    """The sheets that exist, for `App.CSS_PATH`."""
    home = folder()
    return [home / name for name in SHEETS if (home / name).is_file()]
