"""Which runs the list is asked to show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from runmon.model.run_filter import RunFilter

FAILED = "status:failed,timed-out"
STATUSES = ("", FAILED, "active")
TIMES = ("", "1h", "1d", "7d")


@dataclass(slots=True)
class Shown:
    """What is asked for: the typed filter, and what keys add to it."""

    typed: str = ""
    status: str = ""
    time: str = ""
    actor: str = ""
    parsed: RunFilter = field(default_factory=RunFilter)

    def text(self) -> str:
        """All of it as one could type it."""
        added = (self.status, f"since:{self.time}" if self.time else "")
        return " ".join(filter(None, (*added, self.typed)))

    def said(self) -> str:
        """All of it as a person reads it."""
        return replace(self, status="failed or timed out" if self.status == FAILED else self.status).text()
