"""What a person types to see some runs only: `failed shop since:2h !test`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from runmon.errors import BadInput
from runmon.model.run import PHASES
from runmon.model.run_list import OLDEST, ListedRun

FORM = "Words, status:failed, actor:shop, since:2h, until:1d, and ! before what must not be."
_AGE = re.compile(r"(\d{1,6})(s|m|min|h|d|w)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_STATUSES = {status.lower().replace("-", ""): status for status in PHASES}
_GROUPS = {
    "active": ("READY", "RUNNING", "TIMING-OUT", "ABORTING"),
    "bad": ("FAILED", "TIMED-OUT", "ABORTED"),
}


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are shown. Everything given must hold."""

    statuses: frozenset[str] = frozenset()
    """As Apify writes them; empty: any."""
    not_statuses: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """Lower-case texts, each somewhere in the Actor's name, the id, the status, or the reason."""
    not_words: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    not_actors: tuple[str, ...] = ()
    since: timedelta | None = None
    until: timedelta | None = None

    def __bool__(self) -> bool:
        return self != RunFilter()

    def shows(self, run: ListedRun, reason: str, now: datetime) -> bool:
        """Whether the run is one of them; `reason` is why it failed, in words."""
        status = run.short.status
        if (self.statuses and status not in self.statuses) or status in self.not_statuses:
            return False
        started = run.short.started_at or OLDEST
        if self.since is not None and started < now - self.since:
            return False
        if self.until is not None and started > now - self.until:
            return False
        return _holds(run.name.lower(), self.actors, self.not_actors) and _holds(
            f"{run.name} {run.id} {status} {reason}".lower(), self.words, self.not_words
        )


def _holds(text: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> bool:
    return all(word in text for word in wanted) and not any(word in text for word in unwanted)


def parse(text: str) -> RunFilter:
    """What was typed; BadInput for a status or an age that nobody knows."""
    found: dict[str, set[str] | list[str]] = {}
    ages: dict[str, timedelta] = {}
    for word in text.split():
        plain, no = word.removeprefix("!"), word.startswith("!")
        name, colon, value = plain.partition(":")
        before = "not_" if no else ""
        if colon and name in {"since", "until"} and not no:
            ages[name] = _age(value)
        elif colon and name == "status":
            found.setdefault(f"{before}statuses", set()).update(statuses(value))  # type: ignore[union-attr]
        elif plain.lower() in _GROUPS or _key(plain) in _STATUSES:
            found.setdefault(f"{before}statuses", set()).update(statuses(plain))  # type: ignore[union-attr]
        elif plain:
            kind = "actors" if colon and name == "actor" else "words"
            said = value if kind == "actors" else plain
            found.setdefault(before + kind, []).append(said.lower())  # type: ignore[union-attr]
    return RunFilter(**{name: _frozen(values) for name, values in found.items()}, **ages)  # type: ignore[arg-type]


def _frozen(values: set[str] | list[str]) -> frozenset[str] | tuple[str, ...]:
    return frozenset(values) if isinstance(values, set) else tuple(values)


def _key(text: str) -> str:
    return text.lower().replace("-", "").replace("_", "")


def statuses(text: str) -> set[str]:
    """Statuses with commas between, in any case, as Apify writes them; BadInput for one that nobody knows."""
    found: set[str] = set()
    for one in filter(None, text.split(",")):
        if one.lower() in _GROUPS:
            found.update(_GROUPS[one.lower()])
        elif _key(one) in _STATUSES:
            found.add(_STATUSES[_key(one)])
        else:
            known = ", ".join((*PHASES, *_GROUPS)).lower()
            raise BadInput(f"{one!r} is no status.", hint=f"Known: {known}.")
    return found


def _age(text: str) -> timedelta:
    matched = _AGE.fullmatch(text)
    if matched is None:
        raise BadInput(f"{text!r} is no age.", hint="Write it as 30m, 2h, 7d.")
    return timedelta(seconds=int(matched[1]) * _UNITS[matched[2]])
