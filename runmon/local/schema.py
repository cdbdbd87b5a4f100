"""The dataset schema that an Actor's project declares in `.actor`: where a dataset's views come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runmon.local.folder import RunFolder, read_object

Schema = dict[str, Any]


def dataset_schema(folder: RunFolder, *, here: bool) -> Schema | None:
    """The default dataset's schema: of the run folder, of the project it lies in, of the working directory.

    The last only where the run was started from it (`here`). None where no project declares one.
    """
    projects = [folder.path]
    projects += [folder.path.parent] if folder.path.name == "storage" else []
    projects += [Path.cwd()] if here else []
    return next((found for found in map(declared, projects) if found), None)


def declared(project: Path) -> Schema | None:
    """What `actor.json` names or holds, else `dataset_schema.json`; nothing outside the project is read."""
    place = project / ".actor"
    storages = read_object(place / "actor.json").get("storages")
    storages = storages if isinstance(storages, dict) else {}
    several = storages.get("datasets")
    given = several.get("default") if isinstance(several, dict) else storages.get("dataset")
    if isinstance(given, dict):
        return given
    return within(project, place / (given if isinstance(given, str) else "dataset_schema.json"))


def within(project: Path, file: Path) -> Schema | None:
    """A JSON object of a file of the project; None where it is no object or lies elsewhere."""
    try:
        real = file.resolve()
        inside = real.is_relative_to(project.resolve())
    except (OSError, RuntimeError, ValueError):
        return None
    return (read_object(real) or None) if inside else None
