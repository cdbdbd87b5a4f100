"""Facts in words and signs: statuses, pane states, money. A server's text goes through `untrusted` first."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from runmon.model.run import Phase, Run
from runmon.model.state import Condition, PaneState
from runmon.model.storages import RequestQueue
from runmon.model.units import span, three_digits


class Sign(msgspec.Struct, frozen=True):
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
    Phase.ENDED: Sign("?", "ENDED", "quiet"),
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
    Condition.ABSENT: Sign("–", "not kept", "quiet"),
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


def state_forms(state: PaneState, now: datetime, monotonic: float) -> tuple[Sign, ...]:
    """A pane's state in ever fewer words, at last none: `reconnecting in 4 s`, `4 s`; `stale since 14:02`."""
    whole = state_sign(state, now, monotonic)
    known, since = _CONDITIONS[state.condition], _since(state, now, monotonic)
    counting = state.condition is Condition.RECONNECTING and since
    brief = since.removeprefix(" in ") if counting else known.word
    return whole, Sign(known.sign, brief, known.tone), Sign(known.sign, "", known.tone)


def condition_sign(condition: Condition) -> Sign:
    """A condition as loud as a run's status: `FORBIDDEN`."""
    known = _CONDITIONS[condition]
    return Sign(known.sign, known.word.upper(), known.tone)


def _since(state: PaneState, now: datetime, monotonic: float) -> str:
    if state.condition is Condition.RECONNECTING and state.retry_at is not None:
        return f" in {max(0, round(state.retry_at - monotonic))} s"
    if state.condition in {Condition.STALE, Condition.GONE} and state.since is not None:
        return f" since {state.since.astimezone(now.tzinfo):%H:%M}"
    return ""


class Progress(msgspec.Struct, frozen=True):
    """How many requests are done, of how many known, and how many failed where that was said."""

    done: int
    total: int
    failed: int | None = None

    @property
    def share(self) -> float:
        """0 … 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


_OF = re.compile(r"(?<![\d/.])(\d{1,9})\s?/\s?(\d{1,9})(?![\d/])")
_FAILED = re.compile(r"(\d{1,9}) (?:failed|errors\b)", re.IGNORECASE)
_CRAWLED = re.compile(r"Crawled \d")
_FINISHED = re.compile(r"Finished! Total (\d{1,9}) requests: (\d{1,9}) succeeded, (\d{1,9}) failed")


def progress_in(message: str) -> Progress | None:
    """What a status message such as Crawlee's `Crawled 148/612 pages, 3 failed requests, …` says, or None.

    Crawlee counts there only what went well; what failed is done with, too.
    """
    said = message[:500]
    if ended := _FINISHED.match(said):
        total, went_well, lost = (int(figure) for figure in ended.groups())
        return Progress(min(went_well + lost, total), total, lost) if total else None
    of = _OF.search(said)
    if of is None or int(of[1]) > int(of[2]):
        return None
    failed = _FAILED.search(said)
    errors = int(failed[1]) if failed else None
    done = int(of[1]) + (errors or 0) if _CRAWLED.match(said) else int(of[1])
    return Progress(min(done, int(of[2])), int(of[2]), errors)


def progress_of(queue: RequestQueue) -> Progress | None:
    """Handled of all requests, as the queue's metadata has it; None while it holds none."""
    total = queue.total_request_count or 0
    return Progress(max(queue.handled_request_count or 0, 0), total) if total > 0 else None


_EXITS = {
    0: "success",
    1: "the Actor gave up or raised",
    2: "the command was called wrongly",
    91: "the Actor's code raised (SDK code)",
    126: "the command may not be executed",
    127: "the command was not found",
    130: "interrupted (SIGINT)",
    134: "crashed (SIGABRT)",
    137: "killed; often out of memory",
    139: "crashed (SIGSEGV)",
    143: "told to end (SIGTERM)",
}
_SIGNALS = range(129, 160)


_KILLED = 137
_KILLED_BY = {Phase.ABORTED: "killed by the abort", Phase.TIMED_OUT: "killed at its time limit"}


def exit_words(code: int, phase: Phase) -> str:
    """What an exit code commonly means, in a run that ended so; empty where nobody can know."""
    if code == _KILLED and phase in _KILLED_BY:
        return _KILLED_BY[phase]
    return _EXITS.get(code) or (f"ended by signal {code - 128}" if code in _SIGNALS else "")


def elapsed_s(run: Run, now: datetime) -> float | None:
    """Seconds the run has taken so far, or took; None before it started. Between two lives it took none."""
    if run.started_at is None:
        return None
    passed = max(((run.finished_at or now) - run.started_at).total_seconds(), 0.0)
    lived = run.stats.run_time_secs or (run.stats.duration_millis or 0.0) / 1000
    return min(passed, lived) if run.stats.resurrect_count and lived > 0 else passed


def coarse_span(seconds: float) -> str:
    """A duration in one unit: `40 s`, `13 min`, `2 h`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


def whole_span(seconds: float) -> str:
    """A limit as it was set: `30 min`, `1 h`, `90 s`, `1 h 30 min`."""
    return span(seconds).removesuffix(" 00 min").replace(" 00 s", "")


def memory_size(size: float) -> str:
    """Memory as Apify counts it, 1024 MB to the GB: `62.4 MB`, `412 MB`, `1 GB`, `1.50 GB`."""
    mega = size / 1_048_576
    if mega < 999.5:
        return f"{three_digits(mega)} MB" if mega else "0 MB"
    giga = mega / 1024
    return f"{giga:.0f} GB" if giga.is_integer() else f"{three_digits(giga)} GB"


def shortened(text: str, room: int) -> str:
    """The text cut in its middle to `room` characters: `website-con…awler`."""
    if len(text) <= room:
        return text
    if room < 3:
        return text[: max(room, 0)]
    head = (room - 1) - (room - 1) // 3
    return f"{text[:head]}…{text[len(text) - (room - 1 - head) :]}"


def short_id(run_id: str) -> str:
    """Enough of an id to know it by: `HG7M…PEB`."""
    return run_id if len(run_id) <= 9 else f"{run_id[:4]}…{run_id[-3:]}"
