"""A request of the queue as lines to read: facts, why it failed, and what it carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

import msgspec
from rich.text import Text

from runmon.insight.frames import Frame, frame_of
from runmon.model.requests import QueuedRequest, RequestState
from runmon.model.units import grouped
from runmon.render.json_lines import json_line
from runmon.render.requests import state_sign
from runmon.render.untrusted import clean, lines

LABEL = 12
MOST_FRAMES = 2000
"""Lines of a trace that are shown."""
FRAMES = {Frame.OWN: "strong", Frame.LIBRARY: "faint", Frame.NONE: "quiet"}
_CRAWLEE = {
    "crawlDepth": ("depth", " links away from a start url"),
    "sessionRotationCount": ("sessions", " given up for it"),
    "skippedReason": ("skipped", ""),
    "enqueueStrategy": ("found as", ""),
}


def request_lines(
    request: QueuedRequest, told: Sequence[str] = (), *, zone: tzinfo | None = None
) -> Iterator[Text]:
    """The request as lines; `told` are the errors that the log tells of it; `zone` None is the machine's."""
    yield from _facts(request, zone)
    errors = request.error_messages or []
    yield from _errors(errors, "error")
    if told and not errors:
        yield from _errors(told, "error in the log")
    elif request.state is RequestState.FAILED and not errors:
        yield Text()
        yield Text.assemble(("No error is kept with this request. Press L for its log.", "quiet"))
    carried = {name: value for name, value in (request.user_data or {}).items() if name != "__crawlee"}
    for name, value in (
        ("user data", carried),
        ("headers", request.headers),
        ("payload", request.payload),
        ("crawlee", request.crawlee),
    ):
        yield from _value(name, value)


def _facts(request: QueuedRequest, zone: tzinfo | None) -> Iterator[Text]:
    sign = state_sign(request.state)
    yield _fact("url", request.url, "strong")
    if request.loaded_url and request.loaded_url != request.url:
        yield _fact("loaded url", request.loaded_url)
    yield Text.assemble((f"{'state':<{LABEL}}", "faint"), (f"{sign.sign} {sign.word}", sign.tone))
    yield _fact("method", request.method)
    if request.label:
        yield _fact("label", request.label)
    retries = f"{grouped(request.retry_count)}{'  (no retry)' if request.no_retry else ''}"
    yield _fact("retries", retries)
    if request.handled_at is not None:
        yield _fact("handled at", _moment(request.handled_at, zone))
    if request.lock_expires_at is not None:
        yield _fact("locked until", _moment(request.lock_expires_at, zone))
    yield _fact("id", request.id, "quiet")
    if request.unique_key != request.url:
        yield _fact("unique key", request.unique_key, "quiet")
    for name, (label, words) in _CRAWLEE.items():
        if (value := request.crawlee.get(name)) not in (None, "", 0):
            yield _fact(label, f"{value}{words}", "quiet")


def _fact(name: str, value: str, tone: str = "text") -> Text:
    return Text.assemble((f"{name:<{LABEL}}", "faint"), (clean(value), tone), no_wrap=True, end="")


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _value(name: str, value: Any) -> Iterator[Text]:
    if not value:
        return
    yield Text()
    yield Text.assemble((name, "quiet"))
    if isinstance(value, str):
        yield from lines(value)
        return
    for each in msgspec.json.format(msgspec.json.encode(value), indent=2).split(b"\n"):
        yield json_line(clean(each))


def _errors(messages: Sequence[str], word: str) -> Iterator[Text]:
    """The latest error first; errors in a row that are alike stand once."""
    runs = [
        (message, [number for number, _ in run]) for message, run in groupby(enumerate(messages, 1), _text)
    ]
    for message, numbers in reversed(runs):
        yield Text()
        yield Text.assemble((_numbered(numbers, len(messages), word), "bad"))
        yield from _trace(message)


def _text(numbered: tuple[int, str]) -> str:
    return numbered[1]


def _numbered(numbers: Sequence[int], count: int, word: str) -> str:
    if len(numbers) == 1:
        return f"{word} {numbers[0]} of {count}" if count > 1 else word
    return f"{word} {numbers[0]} to {numbers[-1]} of {count}, alike"


def _trace(error: str) -> Iterator[Text]:
    """An error with its trace: what it says, own code strong, libraries faint."""
    raw = error.split("\n")[:MOST_FRAMES]
    for number, each in enumerate(lines(error)[:MOST_FRAMES]):
        frame = frame_of(raw[max(number - 3, 0) : number + 1]) if number < len(raw) else Frame.NONE
        indented = each.plain[:1] in {" ", ""}
        each.stylize("text" if not indented and frame is Frame.NONE else FRAMES[frame])
        yield each
