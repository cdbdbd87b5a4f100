"""One entry of a log in full: its message with own frames standing out, its payload as indented JSON."""

from __future__ import annotations

import msgspec
from rich.text import Text

from runmon.insight.entries import Entry, Level
from runmon.insight.frames import Frame, frame_of
from runmon.render.json_lines import json_line
from runmon.render.log_line import TONES
from runmon.render.untrusted import clean

_FRAMES = {Frame.NONE: "text", Frame.OWN: "strong", Frame.LIBRARY: "faint"}


def entry_lines(entry: Entry) -> list[Text]:
    """Facts, message and payload of an entry, as lines for a line view."""
    shown = [_facts(entry), Text(), *_message(entry.message.split("\n"))]
    if entry.payload:
        shown += [Text(), *payload_lines(entry.payload)]
    return shown


def _facts(entry: Entry) -> Text:
    level = "platform" if entry.platform else entry.word or "no level"
    parts = [(level, "quiet" if entry.level is Level.NONE else TONES[entry.level])]
    parts += [(clean(fact, limit=200), "quiet") for fact in (entry.logger, entry.stamp) if fact]
    lines = (
        f"lines {entry.first + 1}–{entry.first + entry.lines}"
        if entry.lines > 1
        else f"line {entry.first + 1}"
    )
    return Text("   ").join(Text.assemble(part) for part in [*parts, (lines, "faint")])


def _message(lines: list[str]) -> list[Text]:
    tones = (_FRAMES[frame_of(lines[max(n - 3, 0) : n + 1])] for n in range(len(lines)))
    return [Text.assemble((clean(line), tone)) for line, tone in zip(lines, tones, strict=True)]


def payload_lines(payload: str) -> list[Text]:
    """A payload as indented JSON."""
    indented = msgspec.json.format(payload.encode("utf-8", "surrogatepass"), indent=2)
    return [json_line(clean(line)) for line in indented.decode("utf-8", "replace").split("\n")]
