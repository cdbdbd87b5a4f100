"""A JSON object as it came, and a typed view of it that no odd field can break."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec


class View(msgspec.Struct, frozen=True, rename="camel"):
    """Fields are snake_case here and camelCase on the wire; each needs a default."""


T = TypeVar("T", bound=msgspec.Struct)


class Document(msgspec.Struct, Generic[T], frozen=True):
    """The bytes of one object, the view of it, and what did not fit."""

    raw: bytes
    """The object exactly as sent, unknown fields included (without Apify's `{"data": …}` envelope)."""
    view: T
    problems: tuple[str, ...] = ()
    """Paths of fields whose value had another type than documented, such as `stats.cpuAvgUsage`."""

    def untyped(self) -> dict[str, Any]:
        """The whole object decoded, unknown fields included."""
        decoded = msgspec.json.decode(self.raw)
        return decoded if isinstance(decoded, dict) else {}


def read(raw: bytes, view: type[T]) -> Document[T]:
    """Read one JSON object; a wrong-typed or null field takes its default and is named in `problems`.

    Raises msgspec.DecodeError where `raw` is not a JSON object at all.
    """
    try:
        return Document(raw, msgspec.json.decode(raw, type=view))
    except msgspec.ValidationError:
        decoded = msgspec.json.decode(raw)
    if not isinstance(decoded, dict):
        raise msgspec.DecodeError("not a JSON object")
    problems: list[str] = []
    return Document(raw, tolerant(decoded, view, problems), tuple(problems))


def tolerant(source: dict[str, Any], view: type[T], problems: list[str], path: str = "") -> T:
    """A view of what fits; paths of what does not are appended to `problems`."""
    fitting: dict[str, Any] = {}
    for field in msgspec.structs.fields(view):
        if field.encode_name not in source:
            continue
        value, where = source[field.encode_name], f"{path}{field.encode_name}"
        try:
            fitting[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            nested = _struct_in(field.type)
            if nested is not None and isinstance(value, dict):
                fitting[field.name] = tolerant(value, nested, problems, f"{where}.")
            elif value is not None:
                problems.append(where)
    return view(**fitting)


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:
    candidates = [annotation, *getattr(annotation, "__args__", ())]
    found = [c for c in candidates if isinstance(c, type) and issubclass(c, msgspec.Struct)]
    return found[0] if found else None
