"""Which lines of a log somebody wants: by time, level and pattern, an entry with all its lines or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runmon.errors import BadInput
from runmon.insight.entries import Level, Parts, joins, parse, stamp_of, stamp_time, visible
from runmon.model.search import Query

_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
HELD_LINES = 1000
"""Lines of an entry kept until one of them matches; a longer entry without a match is forgotten in parts."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see of a log; nothing set means everything."""

    level: Level = Level.NONE
    since: datetime | None = None
    query: Query | None = None

    @property
    def everything(self) -> bool:
        """Whether every line is wanted."""
        return self.level is Level.NONE and self.since is None and self.query is None


class Selection:
    """Passes on the lines that are wanted, as soon as that is known; lines here have no newline."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self.entries = 0
        """Entries begun so far, wanted or not."""
        self._before: tuple[str, Parts] | None = None
        self._wanted = False
        self._possible = False
        self._held: list[bytes] = []

    def take(self, raw: bytes) -> Iterator[bytes]:
        """The lines to show now that this one came: it, with those held back before, or none."""
        text = visible(raw)
        parts = parse(text)
        if self._before is None or not joins(text, parts, *self._before):
            self._begin(text, parts)
        self._before = (text, parts)
        if not self._possible:
            return
        if not self._wanted and self._wish.query is not None:
            self._wanted = self._wish.query.matches(raw)
        self._held.append(raw)
        if self._wanted:
            yield from self._held
            self._held.clear()
        elif len(self._held) > HELD_LINES:
            del self._held[0]

    def _begin(self, text: str, parts: Parts) -> None:
        wish, self._held = self._wish, []
        self.entries += 1
        self._possible = parts.level >= wish.level and not self._too_old(text, parts)
        self._wanted = self._possible and wish.query is None

    def _too_old(self, text: str, parts: Parts) -> bool:
        if self._wish.since is None:
            return False
        stamp = stamp_of(text, parts)
        return stamp_time(stamp) < self._wish.since if stamp else not self._possible


def moment(text: str, now: datetime) -> datetime:
    """`10m`, `2h`, `1.5d` before now, or an ISO date and time (UTC where it names no zone); else BadInput."""
    span = _SPAN.fullmatch(text.strip())
    try:
        if span is not None:
            return now - timedelta(seconds=float(span[1]) * _SECONDS[span[2]])
        then = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        hint = "Give a span such as 10m or 2h, or a time such as 2026-11-24T10:00."
        raise BadInput(f"{text!r} is no moment.", hint=hint) from None
    return then if then.tzinfo is not None else then.replace(tzinfo=UTC)
