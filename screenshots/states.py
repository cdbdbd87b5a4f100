"""Every state of a run and the list of runs, each drawn at three sizes in dark and in light."""

from __future__ import annotations

from dataclasses import dataclass

SIZES = ((200, 55), (120, 40), (80, 24))
THEMES = {"": "runmon-dark", "-light": "runmon-light"}
"""By what the picture's name ends with."""
FORMS = tuple(f"{width}x{height}{theme}" for width, height in SIZES for theme in THEMES)
"""What each state's pictures are called after its name."""


@dataclass(frozen=True, slots=True)
class State:
    """One state, brought about over a recording."""

    recording: str
    wanted: tuple[str, ...]
    """What every form must show, besides standing still."""
    access: str | None = None
    """The run's access level, where the application has no token."""
    outage: bool = False
    """Whether the server has gone away since."""


STATES: dict[str, State] = {
    "ready": State("ready", ("◌ READY",)),
    "running": State("crawl", ("● RUNNING", "● live")),
    "succeeded": State("done", ("✔ SUCCEEDED", "✔ complete")),
    "failed": State("crash", ("✖ FAILED", "✔ complete")),
    "timed-out": State("hang", ("◷ TIMED-OUT", "✔ complete")),
    "aborted": State("aborted", ("ABORTED", "✔ complete")),
    "no-token": State("crawl", ("● RUNNING", "● live"), access="ANYONE_WITH_ID_CAN_READ"),
    "link-down": State("crawl", ("● RUNNING", "reconnecting in"), outage=True),
    "restricted": State("crawl", ("forbidden",), access="RESTRICTED"),
    "runs": State("runs", ("✖ FAILED", "price not found", "● live")),
}
