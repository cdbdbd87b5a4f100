"""Crawlee's own records in a few lines: what a crawl came to, what it failed of, how its sessions fare."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from runmon.insight.crawlee import ErrorCount, Sessions, Statistics, sessions, statistics
from runmon.model.units import grouped, three_digits
from runmon.render.untrusted import clean

LABEL, ERRORS = 10, 5


def crawlee_facts(key: str, body: bytes) -> tuple[Text, ...]:
    """Lines about a record that Crawlee keeps for itself; none about any other."""
    if (found := statistics(key, body)) is not None:
        return tuple(_statistics(found))
    pool = sessions(key, body)
    return (_sessions(pool),) if pool is not None else ()


def _statistics(found: Statistics) -> Iterator[Text]:
    line = _label("requests").append(f"{grouped(found.finished)} finished", "text")
    line.append(f"   {grouped(found.failed)} failed", "bad" if found.failed else "quiet")
    yield line.append(f"   {grouped(found.retries)} tried again", "quiet")
    times = list(_times(found))
    if times:
        yield _label("time").append("   ".join(times), "text")
    if found.statuses:
        line = _label("status")
        for code, count in found.statuses[:12]:
            tone = "bad" if code[:1] in {"4", "5"} else "text"
            line.append(clean(code, limit=8), tone).append(f" × {grouped(count)}   ", "quiet")
        yield line
    if any(found.retry_histogram[1:]):
        parts = [f"{n}: {grouped(count)}" for n, count in enumerate(found.retry_histogram[:40]) if count]
        yield _label("retries").append("   ".join(parts), "quiet")
    yield from _errors("failed of", "bad", found.errors)
    yield from _errors("retried", "warn", found.retried)


def _times(found: Statistics) -> Iterator[str]:
    if found.runtime_s is not None:
        yield f"{three_digits(found.runtime_s)} s"
    if found.average_s:
        yield f"{three_digits(found.average_s)} s a request"
    if found.finished_a_minute:
        yield f"{three_digits(found.finished_a_minute)} a minute"


def _errors(word: str, tone: str, errors: tuple[ErrorCount, ...]) -> Iterator[Text]:
    for number, each in enumerate(errors[:ERRORS]):
        line = _label("" if number else word).append(f"{grouped(each.count)} × ", tone)
        line.append(clean(each.message, limit=160), "text")
        place = each.place.replace("\\", "/").rpartition("/")[2]
        yield line.append(f"   {clean(place, limit=60)}", "faint")
    if len(errors) > ERRORS:
        yield _label("").append(f"and {grouped(len(errors) - ERRORS)} kinds more, see errors below", "faint")


def _sessions(pool: Sessions) -> Text:
    line = _label("sessions").append(f"{grouped(pool.usable)} usable", "text")
    line.append(f"   {grouped(pool.retired)} retired", "quiet")
    line.append(f"   {grouped(pool.blocked)} blocked", "warn" if pool.blocked else "quiet")
    return line.append(f"   {grouped(pool.worn)} worn out", "quiet")


def _label(name: str) -> Text:
    return Text.assemble((f"{name:<{LABEL}}", "faint"), no_wrap=True, end="")
