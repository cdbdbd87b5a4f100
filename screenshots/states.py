"""Every state of a run and the list of runs, each drawn at three sizes in dark and in light."""

from __future__ import annotations

from dataclasses import dataclass

WIDEST = (200, 55)
FORMS: dict[str, tuple[tuple[int, int], str]] = {
    f"{width}x{height}{name}": ((width, height), theme)
    for name, theme in (("", "runmon-dark"), ("-light", "runmon-light"))
    for width, height in (WIDEST, (120, 40), (80, 24))
}
"""By its name, the size and the theme."""


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
