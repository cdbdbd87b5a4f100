"""Facts in words and signs: statuses, pane states, money. A server's text goes through `untrusted` first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from runmon.model.run import Phase
from runmon.model.units import clock_time
from runmon.watch.events import Condition, PaneState


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign, its word and the tone (a style name) both are written in."""

    sign: str
    word: str
    tone: str


PHASE_SIGNS: dict[Phase, Sign] = {
    Phase.WAITING: Sign("◌", "READY", "quiet"),
    Phase.RUNNING: Sign("●", "RUNNING", "ok"),
    Phase.CHANGING: Sign("◐", "", "warn"),
    Phase.SUCCEEDED: Sign("✔", "SUCCEEDED", "ok"),
    Phase.FAILED: Sign("✖", "FAILED", "bad"),
    Phase.TIMED_OUT: Sign("◷", "TIMED-OUT", "bad"),
    Phase.ABORTED: Sign("■", "ABORTED", "warn"),
    Phase.UNKNOWN: Sign("?", "", "quiet"),
}
"""The same sign for the same thing everywhere: header, lists, terminal title, headless output."""

_CONDITIONS: dict[Condition, Sign] = {
    Condition.CONNECTING: Sign("◌", "connecting", "quiet"),
    Condition.CATCHING_UP: Sign("↓", "catching up", "quiet"),
    Condition.LIVE: Sign("●", "live", "ok"),
    Condition.SETTLING: Sign("◐", "settling", "quiet"),
    Condition.COMPLETE: Sign("✔", "complete", "quiet"),
    Condition.RECONNECTING: Sign("↻", "reconnecting", "warn"),
    Condition.STALE: Sign("!", "stale", "warn"),
    Condition.NEEDS_TOKEN: Sign("◇", "needs a token", "warn"),
    Condition.FORBIDDEN: Sign("⊘", "forbidden", "bad"),
    Condition.GONE: Sign("✖", "gone", "bad"),
    Condition.TROUBLE: Sign("✖", "in trouble", "bad"),
}


def phase_sign(phase: Phase, status: str = "") -> Sign:
    """The sign of a phase; transitional and unknown statuses are written as the (cleaned) status itself."""
    known = PHASE_SIGNS[phase]
    return known if known.word else Sign(known.sign, status or "UNKNOWN", known.tone)


def state_sign(state: PaneState, now: datetime, monotonic: float) -> Sign:
    """A pane's state in words: `live`, `reconnecting in 4 s`, `stale since 14:02`, `gone since 14:02`."""
    known = _CONDITIONS[state.condition]
    return Sign(known.sign, known.word + _since(state, now, monotonic), known.tone)


def _since(state: PaneState, now: datetime, monotonic: float) -> str:
    if state.condition is Condition.RECONNECTING and state.retry_at is not None:
        return f" in {max(0, round(state.retry_at - monotonic))} s"
    if state.condition in {Condition.STALE, Condition.GONE} and state.since is not None:
        return f" since {state.since.astimezone(now.tzinfo):%H:%M}"
    return ""


def left_of(limit_s: float, elapsed_s: float) -> str:
    """Time left to the timeout: `00:47:16`; empty where there is no limit."""
    return clock_time(limit_s - elapsed_s) if limit_s > 0 else ""
