"""Many runs as one list: what each place tells of them, merged by id, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from runmon.model.run import Phase, Run, RunShort

OLDEST = datetime.min.replace(tzinfo=UTC)
FAILURES = frozenset({Phase.FAILED, Phase.TIMED_OUT, Phase.ABORTED})
"""Phases of which somebody asks why."""


@dataclass(frozen=True, slots=True)
class ListedRun:
    """One run of the list. Texts are as they came."""

    short: RunShort
    place: str
    """Where it is: `apify`, `here`, …"""
    read_only: bool = False
    actor: str = ""
    """The Actor's name; empty until it is known."""
    run: Run | None = None
    """The whole run, as of the state that `short` has; None until it was read."""
    items: int | None = None
    error: str | None = None
    """The last error in its log; empty: there is none; None: not looked for."""

    @property
    def id(self) -> str:
        """The run's id."""
        return self.short.id

    @property
    def phase(self) -> Phase:
        """What its status means."""
        return self.short.phase

    @property
    def failed(self) -> bool:
        """Whether somebody will ask why it ended."""
        return self.phase in FAILURES

    @property
    def name(self) -> str:
        """The Actor's name, or its id, or nothing."""
        return self.actor or self.short.act_id or ""

    @property
    def cost(self) -> float | None:
        """USD, where it is told."""
        if self.short.usage_total_usd is not None:
            return self.short.usage_total_usd
        return self.run.usage_total_usd if self.run else None

    def took_s(self, now: datetime) -> float | None:
        """Seconds it has taken so far, or took; None before its start."""
        if self.short.started_at is None:
            return None
        return max(((self.short.finished_at or now) - self.short.started_at).total_seconds(), 0.0)


@dataclass(slots=True)
class RunList:
    """Every run that was told of, by id. A place where it may be changed goes before one where it may not."""

    _runs: dict[str, ListedRun] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _told: dict[str, set[str]] = field(default_factory=dict)
    """The places that told of a run."""

    def take(self, shorts: Iterable[RunShort], place: str, *, read_only: bool = False) -> bool:
        """Take a page of the list of a place; whether anything is new or changed."""
        changed = [self._take_one(short, place, read_only) for short in shorts if short.id]
        return any(changed)

    @property
    def repeated(self) -> int:
        """How often a run was told of by one more place."""
        return sum(len(places) - 1 for places in self._told.values())

    def _take_one(self, short: RunShort, place: str, read_only: bool) -> bool:
        self._told.setdefault(short.id, set()).add(place)
        known = self._runs.get(short.id)
        if known is None or (known.place != place and known.read_only and not read_only):
            name = self._names.get(short.act_id or "", "")
            self._runs[short.id] = ListedRun(short, place, read_only, name)
            return True
        if known.place != place or known.short == short:
            return False
        again = known.short.status != short.status or known.short.started_at != short.started_at
        run, error = (None, None) if again else (known.run, known.error)
        self._runs[short.id] = replace(known, short=short, run=run, error=error)
        return True

    def learn(self, run_id: str, **facts: object) -> None:
        """Keep facts of a run that were read: `run`, `items`, `error`."""
        known = self._runs.get(run_id)
        if known is not None:
            self._runs[run_id] = replace(known, **facts)  # type: ignore[arg-type]

    def saw(self, run: Run) -> None:
        """Take a whole run: it is newer than what the list told of it."""
        known = self._runs.get(run.id)
        if known is None:
            return
        short = replace_short(known.short, run)
        error = known.error if short.status == known.short.status else None
        self._runs[run.id] = replace(known, short=short, run=run, error=error)

    def named(self, actor_id: str, name: str) -> None:
        """Keep an Actor's name; empty where it cannot be had."""
        self._names[actor_id] = name
        for run_id, known in self._runs.items():
            if known.short.act_id == actor_id and known.actor != name:
                self._runs[run_id] = replace(known, actor=name)

    def knows_actor(self, actor_id: str) -> bool:
        """Whether its name was asked for already."""
        return actor_id in self._names

    def get(self, run_id: str) -> ListedRun | None:
        """A run by its id."""
        return self._runs.get(run_id)

    def forget(self, run_id: str) -> None:
        """The run is there no more."""
        self._runs.pop(run_id, None)
        self._told.pop(run_id, None)

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[ListedRun]:
        """Newest first; those without a start last."""
        return iter(
            sorted(
                self._runs.values(), key=lambda run: (run.short.started_at or OLDEST, run.id), reverse=True
            )
        )


def replace_short(short: RunShort, run: Run) -> RunShort:
    """The list's row with what the whole run says now."""
    import msgspec

    cost = short.usage_total_usd if run.usage_total_usd is None else run.usage_total_usd
    changed: RunShort = msgspec.structs.replace(
        short,
        status=run.status or short.status,
        started_at=run.started_at or short.started_at,
        finished_at=run.finished_at,
        usage_total_usd=cost,
    )
    return changed
