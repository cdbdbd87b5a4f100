"""Lines that are one JSON object each, as `APIFY_LOG_FORMAT=JSON` has them: level, logger, message, the rest.

What the rest holds is passed over, not built: a line of 10 MB takes 10 ms, wherever its level stands.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from runmon.insight.severity import LEVELS, Level

_Fields = dict[str, msgspec.Raw]
_FIELDS = msgspec.json.Decoder(_Fields)
_TIMES = ("time", "timestamp", "ts", "@timestamp")
_PREFIX = re.compile(r"(?!\w{0,80}(?:Error|Exception):)([\w$][\w$.:-]{0,119}): ", re.ASCII)
"""The logger, which Crawlee's writes in front of the message."""


class JsonRecord(msgspec.Struct, frozen=True):
    """A line written with `APIFY_LOG_FORMAT=JSON`."""

    level: Level
    word: str
    logger: str
    message: str
    stack: str
    """The stack of its exception, or empty: the kind and message of the error, then its frames."""
    rest: str
    """What else the object held, as JSON, or empty."""
    time: str = ""
    """When it was written, as the platform stamps lines, or empty."""

    @property
    def said(self) -> str:
        """The message, and the error's, in a line as the same logger writes it in text."""
        return f"{self.message} {self.stack.partition(chr(10))[0]}" if self.stack else self.message

    @property
    def whole(self) -> str:
        """The message and the whole stack."""
        return f"{self.message} {self.stack}" if self.stack else self.message


def json_record(text: str | bytes, *, rest: bool = True) -> JsonRecord | None:
    """The record in a JSON line; None where the text is no JSON object with a level and a message.

    Without `rest` that part of it is left empty: copying it is most of what a line of megabytes costs.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if b'"level"' not in raw or not raw.endswith(b"}"):
        return None
    try:
        return _record(_FIELDS.decode(raw), rest=rest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _record(fields: _Fields, *, rest: bool) -> JsonRecord | None:
    word, message = _string(fields, "level"), _string(fields, "msg", "message")
    level = LEVELS.get(word.upper()) if word is not None else None
    if word is None or level is None or message is None:
        return None
    logger = _string(fields, "logger", "prefix")
    if logger is None and (found := _PREFIX.match(message)) is not None:
        logger, message = found[1], message[found.end() :]
    stack = _stack(fields)
    time = next(filter(None, (_time(fields[name]) for name in _TIMES if name in fields)), "")
    if "time" in fields and _time(fields["time"]):
        del fields["time"]
    left = msgspec.json.encode(fields).decode("utf-8", "replace") if fields and rest else ""
    return JsonRecord(level, word.upper(), logger or "", message, stack, left, time)


def _time(value: msgspec.Raw) -> str:
    """The stamp that ISO text, or seconds or milliseconds since 1970, mean; empty where it is neither."""
    if memoryview(value).nbytes > 64:
        return ""
    try:
        held = msgspec.json.decode(value)
        if isinstance(held, str) and held[10:11] in ("T", " ") and len(held) >= 16:
            then = datetime.fromisoformat(held)
            then = then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)
        elif type(held) in (int, float) and (1e9 <= held < 1e10 or 1e12 <= held < 1e13):
            then = datetime.fromtimestamp(held if held < 1e10 else held / 1000, UTC)
        else:
            return ""
    except (ValueError, OverflowError, msgspec.DecodeError):
        return ""
    return then.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stack(fields: _Fields) -> str:
    """The stack of the exception, which is taken out of it."""
    held = fields.get("exception")
    if held is None or not _begins(held, b"{"):
        return ""
    inside = _FIELDS.decode(held)
    stack = _string(inside, "stack")
    if stack is not None and inside:
        fields["exception"] = msgspec.Raw(msgspec.json.encode(inside))
    elif stack is not None:
        del fields["exception"]
    return stack or ""


def _string(fields: _Fields, *names: str) -> str | None:
    """The first of some fields that is a string; it is taken out."""
    for name in names:
        if name in fields and _begins(fields[name], b'"'):
            return msgspec.json.decode(fields.pop(name), type=str)
    return None


def _begins(value: msgspec.Raw, sign: bytes) -> bool:
    return bytes(memoryview(value)[:1]) == sign
