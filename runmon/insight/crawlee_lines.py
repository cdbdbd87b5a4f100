"""What Crawlee writes into a log about itself, as measurements over time, for runs that nobody watched.

Both dialects: statistics (one JSON object, or a table in Python), the state of the autoscaled pool, the
progress `Crawled a/b pages, …`, and the warning that memory is overloaded, which names the bytes used. A
pool tells in which share of the time memory and CPU were overloaded, never how much of them was used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from runmon.model.course import Moment
from runmon.model.search import SGR

NEEDLES = (
    b"request statistics:",
    b"requests_finished ",
    b"requests_failed ",
    b"AutoscaledPool: state ",
    b"current_concurrency = ",
    b"Crawled ",
    b"Memory is critically overloaded. Using ",
)
"""One of these stands in every line that is worth a closer look."""
LONGEST = 4096
"""Bytes of a line that are looked at."""
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d{0,3}Z ")
_NUMBER = rb"(\d{1,12}(?:\.\d{1,20})?)"
_CRAWLED = re.compile(rb"Crawled (\d{1,12})(?:/\d{1,12})? pages, (\d{1,12}) failed requests")
_ROW = re.compile(rb"requests_(finished|failed) +(?:\xe2\x94\x82|\|) *(\d{1,12}) ")
_POOL = re.compile(rb"current_concurrency = " + _NUMBER + rb";")
_SHARES = re.compile(rb"; (cpu|mem) = " + _NUMBER + rb"(?=;|\s|$)")
_MEMORY = re.compile(rb"Using " + _NUMBER + rb" ?(B|KB|MB|GB) of ")
_BYTES = {b"B": 1.0, b"KB": 1024.0, b"MB": 1024.0**2, b"GB": 1024.0**3}


def moments(blocks: Iterable[bytes]) -> Iterator[Moment]:
    """What the log says of the crawl, in its order; `blocks` end on line ends.

    Lines without a stamp are skipped. Only lines that hold a needle are read: fast enough for a whole log.
    """
    return moments_in(line for block in blocks for line in candidates(block))


def moments_in(lines: Iterable[bytes]) -> Iterator[Moment]:
    """What lines say of the crawl that may say something of it."""
    table = _Table()
    for line in lines:
        if (found := moment(line)) is not None:
            yield table.whole(found)


def candidates(block: bytes) -> Iterator[bytes]:
    """The lines of a block that hold a needle, in order."""
    starts: set[int] = set()
    for needle in NEEDLES:
        at = block.find(needle)
        while at >= 0:
            starts.add(block.rfind(b"\n", 0, at) + 1)
            after = block.find(b"\n", at)
            at = block.find(needle, after) if after >= 0 else -1
    return lines_at(block, sorted(starts))


def lines_at(block: bytes, begins: Iterable[int]) -> Iterator[bytes]:
    """The lines of a block that begin at some bytes, no more of each than is looked at."""
    for start in begins:
        end = block.find(b"\n", start)
        yield block[start : min(end if end >= 0 else len(block), start + LONGEST)]


def moment(line: bytes) -> Moment | None:
    """What one line measures, or None."""
    plain = SGR.sub(b"", line) if b"\x1b" in line else line
    stamp = _STAMP.match(plain)
    at = _seconds(stamp[1]) if stamp is not None else None
    if at is None:
        return None
    for read in _READERS:
        told = read(plain)
        if told:
            return Moment(at, **told)
    return None


class _Table:
    """Puts failed requests on top of finished ones: `done` means both, a Python table tells them in turn."""

    def __init__(self) -> None:
        self._finished: tuple[float, float] | None = None

    def whole(self, found: Moment) -> Moment:
        if found.done is not None and found.failed is None:
            self._finished = (found.at, found.done)
        elif found.failed is not None and found.done is None and self._finished is not None:
            at, finished = self._finished
            if abs(found.at - at) < 1.0:
                return Moment(at, done=finished + found.failed, failed=found.failed)
        return found


def _seconds(stamp: bytes) -> float | None:
    try:
        return datetime.fromisoformat(stamp.decode()).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _statistics(line: bytes) -> dict[str, float]:
    told = _object_behind(line, b"request statistics:")
    minutes = (_figure(told, "crawlerRuntimeMillis") or 0.0) / 60_000
    failed = _figure(told, "requestsFailed")
    if failed is None and (rate := _figure(told, "requestsFailedPerMinute")) is not None:
        failed = float(round(rate * minutes))
    return _told(done=_figure(told, "requestsTotal"), failed=failed)


def _row(line: bytes) -> dict[str, float]:
    found = _ROW.search(line)
    return {} if found is None else {"done" if found[1] == b"finished" else "failed": float(found[2])}


def _crawled(line: bytes) -> dict[str, float]:
    found = _CRAWLED.search(line)
    return {} if found is None else {"done": float(found[1]) + float(found[2]), "failed": float(found[2])}


def _pool_state(line: bytes) -> dict[str, float]:
    told = _object_behind(line, b"AutoscaledPool: state ")
    status = told.get("systemStatus")
    shares = status if isinstance(status, dict) else {}
    return _told(
        concurrency=_figure(told, "currentConcurrency"),
        memory_overload=_share(shares.get("memInfo")),
        cpu_overload=_share(shares.get("cpuInfo")),
    )


def _pool_words(line: bytes) -> dict[str, float]:
    found = _POOL.search(line)
    if found is None:
        return {}
    shares = {match[1]: float(match[2]) * 100 for match in _SHARES.finditer(line)}
    return _told(
        concurrency=float(found[1]), memory_overload=shares.get(b"mem"), cpu_overload=shares.get(b"cpu")
    )


def _memory(line: bytes) -> dict[str, float]:
    found = _MEMORY.search(line) if b"critically overloaded" in line else None
    return {} if found is None else {"memory": float(found[1]) * _BYTES[found[2]]}


_READERS: tuple[Callable[[bytes], dict[str, float]], ...] = (
    _statistics, _pool_state, _pool_words, _memory, _crawled, _row,
)  # fmt: skip


def _object_behind(line: bytes, words: bytes) -> dict[str, Any]:
    _, found, rest = line.partition(words)
    begin, end = rest.find(b"{"), rest.rfind(b"}")
    if not found or begin < 0 or end < begin:
        return {}
    try:
        told = msgspec.json.decode(rest[begin : end + 1])
    except (msgspec.DecodeError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _figure(told: dict[str, Any], name: str) -> float | None:
    value = told.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < 1e15 else None


def _share(info: object) -> float | None:
    ratio = _figure(info, "actualRatio") if isinstance(info, dict) else None
    return None if ratio is None else ratio * 100


def _told(**figures: float | None) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}
