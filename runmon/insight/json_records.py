"""Lines that are one JSON object each, as `APIFY_LOG_FORMAT=JSON` has them: level, logger, message, the rest.

What the rest holds is passed over, not built: a line of 10 MB takes 10 ms, wherever its level stands.
"""

from __future__ import annotations

import msgspec

from runmon.insight.severity import LEVELS, Level

_Fields = dict[str, msgspec.Raw]
_FIELDS = msgspec.json.Decoder(_Fields)


class JsonRecord(msgspec.Struct, frozen=True):
    """A line written with `APIFY_LOG_FORMAT=JSON`."""

    level: Level
    word: str
    logger: str
    message: str
    rest: str
    """What else the object held, as JSON, or empty."""


def json_record(text: str | bytes) -> JsonRecord | None:
    """The record in a JSON line; None where the text is no JSON object with a level and a message."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if b'"level"' not in raw or not raw.endswith(b"}"):
        return None
    try:
        fields = _FIELDS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    word, message = _string(fields, "level"), _string(fields, "msg", "message")
    level = LEVELS.get(word.upper()) if word is not None else None
    if word is None or level is None or message is None:
        return None
    logger = _string(fields, "logger", "prefix")
    fields.pop("time", None)
    rest = msgspec.json.encode(fields).decode("utf-8", "replace") if fields else ""
    return JsonRecord(level, word.upper(), logger or "", message, rest)


def _string(fields: _Fields, *names: str) -> str | None:
    """The first of some fields that is a string; it is taken out."""
    for name in names:
        if name in fields and bytes(fields[name]).startswith(b'"'):
            return msgspec.json.decode(fields.pop(name), type=str)
    return None
