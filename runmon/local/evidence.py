"""A run object for a folder without run.json: what its files prove, and nothing they do not.

A crawl that has just written is RUNNING. One that is quiet ended as its log or its statistics record says;
where neither speaks, pending requests or unfinished statistics mean that it stopped early (ABORTED), and of a
folder with nothing left to do nobody knows: it is ENDED, which is no status of the platform. The exit code
stays null unless the log names it.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from runmon.local.folder import KINDS, RunFolder, read_object
from runmon.local.identity import api_time, file_time, read_time

QUIET_AFTER_S = 10.0
"""A crawler writes items and requests as they come: ten seconds of silence is an end."""

STAMP = re.compile(rb"(?:\A|\n)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")
EXIT_LINE = re.compile(rb'Exiting Actor[^\n]*"exit_code": ?(\d{1,3})[^\n]*\n?\Z')
STATISTICS = re.compile(r"(?:SDK|CRAWLEE|__)_?CRAWLER_STATISTICS_\w{1,40}(?:\.json)?")
LOG_END = 65_536


class Evidence(msgspec.Struct, frozen=True):
    """What the files of a folder say about its run."""

    started_at: str
    finished_at: str
    touched: float
    """When anything was last written, in seconds since 1970."""
    exit_code: int | None
    crawlers: tuple[bool, ...]
    """For each statistics record: whether its crawler finished."""
    pending: bool
    """Whether requests are left."""


def made_up_run(folder: RunFolder, now: float | None = None) -> dict[str, Any]:
    """The run object, all fields, that a folder's files support."""
    found = look(folder)
    quiet = (time.time() if now is None else now) - found.touched > QUIET_AFTER_S
    status = outcome(found, quiet)
    running = status == "RUNNING"
    stats = {} if running else duration(found.started_at, found.finished_at)
    stats["inputBodyLen"] = input_size(folder.place("records"))
    return {
        "id": folder.own_id,
        "startedAt": found.started_at,
        "finishedAt": None if running else found.finished_at,
        "status": status,
        "statusMessage": sentence(found, running),
        "isStatusMessageTerminal": not running,
        "exitCode": None if running else found.exit_code,
        "stats": stats,
        "meta": {"origin": "DEVELOPMENT"},
    }


def outcome(found: Evidence, quiet: bool) -> str:
    """The status that the evidence supports."""
    if found.exit_code is not None:
        return "FAILED" if found.exit_code else "SUCCEEDED"
    if not quiet:
        return "RUNNING"
    if found.crawlers:
        return "SUCCEEDED" if all(found.crawlers) else "ABORTED"
    return "ABORTED" if found.pending else "ENDED"


def sentence(found: Evidence, running: bool) -> str:
    """What a person should know about where the status comes from."""
    if running:
        return "Read from files that are being written"
    if found.exit_code is not None:
        return f"Read from files; the log names exit code {found.exit_code}"
    if found.crawlers:
        return "Read from files; the crawler's statistics " + (
            "are final" if all(found.crawlers) else "end early"
        )
    if found.pending:
        return "Read from files; requests are left in the queue"
    return "Read from files; nothing in them tells how it ended"


def look(folder: RunFolder) -> Evidence:
    """Read what there is: the log's two ends, the statistics records, metadata, file times. Never fails."""
    head, tail = log_ends(folder.log_file)
    stamps = [stamp.decode() for stamp in (*STAMP.findall(head)[:1], *STAMP.findall(tail)[-1:])]
    exit_line = EXIT_LINE.search(tail)
    records = list(statistics(folder.place("records")))
    touched = last_touched(folder)
    started = stamps[0] if stamps else first_written(folder, records, touched)
    finished = stamps[-1] if stamps else last_written(records, touched)
    return Evidence(
        started_at=started,
        finished_at=max(started, finished),
        touched=touched,
        exit_code=int(exit_line[1]) if exit_line else None,
        crawlers=tuple(bool(record.get("crawlerFinishedAt")) for record in records),
        pending=has_pending(folder.place("queue")),
    )


def input_size(place: Path) -> int:
    """Bytes of the INPUT record, in either dialect's file; 0 when there is none."""
    sizes = [0]
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        sizes += [
            entry.stat().st_size
            for entry in entries
            if entry.name.partition(".")[0] == "INPUT" and not entry.name.endswith("__metadata__.json")
        ]
    return max(sizes)


def log_ends(path: Path) -> tuple[bytes, bytes]:
    """The first kilobyte and the last 64 of the log; empty when there is none."""
    if not path.is_file():
        return b"", b""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_END))
            return head, file.read(LOG_END)
    except OSError:
        return b"", b""


def statistics(place: Path) -> Iterator[dict[str, Any]]:
    """Crawlee's statistics records of a key-value store, both dialects."""
    try:
        names = os.listdir(place)  # noqa: PTH208 -- names only
    except OSError:
        return
    for name in sorted(names):
        if STATISTICS.fullmatch(name) and (record := read_object(place / name)):
            yield record


def has_pending(place: Path) -> bool:
    """Whether the queue's metadata counts pending requests (the Python dialect keeps that figure)."""
    count = read_object(place / "__metadata__.json").get("pending_request_count")
    return isinstance(count, int) and count > 0


def last_touched(folder: RunFolder) -> float:
    """The newest time of the storage folders and the log: both dialects make or replace files there."""
    places = [folder.place(kind) for kind in KINDS]
    return max(modified(place) for place in (folder.log_file, folder.run_file, *places))


def modified(path: Path) -> float:
    """When a file or folder was last changed, in seconds since 1970; 0 when it is not there."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def first_written(folder: RunFolder, records: list[dict[str, Any]], touched: float) -> str:
    """The earliest start that statistics or metadata name, else the time of the files."""
    told = [record.get("crawlerStartedAt") for record in records]
    told += [read_object(folder.place(kind) / "__metadata__.json").get("created_at") for kind in KINDS]
    moments = [moment for moment in map(read_time, told) if moment]
    return api_time(min(moments)) if moments else file_time(touched)


def last_written(records: list[dict[str, Any]], touched: float) -> str:
    """The latest end that statistics name, else the time of the files."""
    moments = [moment for record in records if (moment := read_time(record.get("crawlerFinishedAt")))]
    return api_time(max(moments)) if moments else file_time(touched)


def duration(started_at: str, finished_at: str) -> dict[str, Any]:
    """The two figures of `stats` that follow from two times."""
    started, finished = read_time(started_at), read_time(finished_at)
    if not (isinstance(started, datetime) and isinstance(finished, datetime)):
        return {}
    seconds = max(0.0, (finished - started).total_seconds())
    return {"durationMillis": round(seconds * 1000), "runTimeSecs": round(seconds, 3)}
