"""Fields that no server can be told of, such as one with a comma in its name: items are cut here instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from runmon.api.loose_json import loose_elements

_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Cut:
    """Which fields of an item are wanted; values stay as they were sent."""

    fields: Sequence[str] = ()
    """Only these, in this order; empty: all."""
    omit: Sequence[str] = ()
    skip_empty: bool = False
    """Without items that have none of them."""

    def of_list(self, body: bytes) -> bytes:
        """What stands between the brackets of a list, cut; begins with a comma where it did."""
        lead, text = (b",\n", body[1:]) if body.startswith(b",") else (b"", body)
        kept = b",\n".join(self._all(_items(b"[" + text + b"]")))
        return lead + kept if kept else b""

    def of_lines(self, body: bytes) -> bytes:
        """Items on lines, cut."""
        lines = (msgspec.Raw(line) for line in body.split(b"\n") if line and not line.isspace())
        return b"".join(item + b"\n" for item in self._all(lines))

    def _all(self, items: Iterable[msgspec.Raw]) -> Iterator[bytes]:
        for raw in items:
            try:
                item: Any = _FIELDS.decode(raw)
                encode: Callable[[Any], bytes] = msgspec.json.encode
            except (msgspec.MsgspecError, RecursionError):
                item, encode = _loose(raw), _as_text
            wanted = self._cut(item) if isinstance(item, dict) else None
            if wanted is None:
                yield bytes(raw)
            elif wanted or not self.skip_empty:
                yield encode(wanted)

    def _cut(self, item: dict[str, Any]) -> dict[str, Any]:
        names = dict.fromkeys(self.fields or item)
        return {name: item[name] for name in names if name in item and name not in self.omit}


def _items(text: bytes) -> list[msgspec.Raw]:
    try:
        return _LIST.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return [msgspec.Raw(item) for item in loose_elements(text) or ()]


def _loose(text: msgspec.Raw) -> Any:
    """JSON that is wider than the standard: NaN, half a character; None where it is none at all."""
    try:
        return json.loads(bytes(text).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def _as_text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
