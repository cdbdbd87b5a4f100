"""Logs in Crawlee's format, of any size: colours, stack traces, unicode, 10 kB lines; 143 bytes a line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

BEGAN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE, PAGE = b"2000-01-01T00:00", b"~~~~~"
"""What stands in the pattern of a minute for its stamp and for the number of a page."""
LINES = 1000
RARE = b"the needle in the hay"
LAST = b"the last line of the log"
GREEN, YELLOW, RED, GREY, OFF = b"\x1b[32m", b"\x1b[33m", b"\x1b[31m", b"\x1b[90m", b"\x1b[39m"
TITLES = ("Blue kettle", "Čajník modrý", "蓝色水壶", "Théière 🫖", "Kettle, 1.7 litres")
FRAMES = (b"Parser.price (file:///usr/src/app/src/parser.js:41:19)",
          b"requestHandler (file:///usr/src/app/src/routes.js:18:22)",
          b"CheerioCrawler._runRequestHandler (/usr/src/app/node_modules/@crawlee/cheerio/index.js:212:14)",
          b"process.processTicksAndRejections (node:internal/process/task_queues:95:5)")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A log that was written, and what must be seen of it."""

    path: Path
    size: int
    lines: int
    errors: int
    warnings: int


@contextmanager
def made(size: int) -> Iterator[Made]:
    """A run folder's `log.txt` of about `size` bytes, with one rare line at 90 % of it; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="runmon-bench-") as folder:
        path = Path(folder) / "log.txt"
        path.with_name("run.json").write_text('{"id": "HG7ML7M8z78YcAPEB", "status": "SUCCEEDED"}')
        minutes = max(size // len(pattern()), 1)
        with path.open("wb") as file:
            for minute in range(minutes):
                file.write(written(minute))
                if minute == int(minutes * 0.9):
                    file.write(stamp(minute) + b":59.990Z " + GREEN + b"INFO" + OFF + b"  " + RARE + b"\n")
            file.write(stamp(minutes) + b":00.000Z " + GREEN + b"INFO" + OFF + b"  " + LAST + b"\n")
        errors, warnings = (pattern().count(word + OFF) * minutes for word in (b"ERROR", b"WARN"))
        lines = pattern().count(b"\n") * minutes + 2
        yield Made(path, path.stat().st_size, lines, errors, warnings)


def written(minute: int) -> bytes:
    """A thousand lines."""
    return pattern().replace(MINUTE, stamp(minute)).replace(PAGE, b"%05d" % (minute % 100_000))


def stamp(minute: int) -> bytes:
    """The stamp of a minute, without its seconds."""
    return (BEGAN + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M").encode()


@cache
def pattern() -> bytes:
    """The lines of one minute."""
    lines: list[bytes] = []
    while len(lines) < LINES:
        lines += entry(len(lines))
    stamps = (MINUTE + b":%02d.%03dZ " % divmod(n * 60 * 1000 // len(lines), 1000) for n in range(len(lines)))
    return b"".join(map(b"%b%b\n".__mod__, zip(stamps, lines, strict=True)))


def entry(n: int) -> list[bytes]:
    """The lines of one entry, beginning at line `n` of a minute."""
    url = b"https://shop.example/p/" + PAGE + b"-%d" % n
    about = b'{"id":"%015dAb","url":"%b","method":"GET","uniqueKey":"%b"}' % (n * 7919, url, url)
    if n == LINES // 2:
        return [b"%bDEBUG%b CheerioCrawler: body %b" % (GREY, OFF, b"<p>lorem ipsum</p>" * 560)]
    if n % 200 == 100:
        head = b"%bERROR%b CheerioCrawler: Request failed and reached maximum retries. " % (RED, OFF)
        head += b"TypeError: Cannot read properties of undefined (reading 'price')"
        frames = [b"    at " + frame for frame in FRAMES]
        return [head, *frames[:-1], frames[-1] + b" " + about]
    if n % 50 == 25:
        why = b"Request blocked - received 403 status code."
        head = b"%bWARN%b  CheerioCrawler: Reclaiming failed request back to the list or queue. " % (
            YELLOW,
            OFF,
        )
        return [head + why + b' {"id":"%015dAb","url":"%b","retryCount":%d}' % (n * 7919, url, n % 3)]
    if n % 100 == 50:
        figures = b'{"requestsFinished":%d,"requestsPerMinute":%d}' % (n, n // 2)
        return [b"%bINFO%b  Statistics: CheerioCrawler request statistics: %b" % (GREEN, OFF, figures)]
    title = TITLES[n % len(TITLES)].encode()
    return [b'%bINFO%b  CheerioCrawler: %b read {"url":"%b","price":%d}' % (GREEN, OFF, title, url, n % 97)]
