"""Items as rows: which columns a dataset has, and what stands in the cells of one item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from runmon.local.raw_json import Fields, Raw, fields, parts, readable

Source = Callable[[], Iterator[bytes]]
"""Gives the same items anew each time it is called."""

MOST_COLUMNS = 2000
LONGEST_NAME = 200
DEEPEST = 100
"""Levels of nesting that get columns of their own; what lies deeper stays JSON."""
NESTED = b"{["


def cells(item: bytes) -> Fields:
    """The scalars of an item under names such as `offers/0/price`; empty arrays and objects stay."""
    row: Fields = {}
    for name, value in (fields(item) or {}).items():
        if memoryview(value)[0] in NESTED:
            _spread(row, name, value, DEEPEST)
        else:
            row[name] = value
    return row


def _spread(row: Fields, name: str, value: Raw, depth: int) -> None:
    listed = parts(value)
    inner = enumerate(listed) if listed is not None else (fields(value) or {}).items()
    before = len(row)
    for key, part in inner if depth else ():
        if memoryview(part)[0] in NESTED:
            _spread(row, f"{name}/{key}", part, depth - 1)
        else:
            row[f"{name}/{key}"] = part
    if len(row) == before:
        row[name] = value


def columns(items: Iterable[bytes], order: tuple[str, ...] = ()) -> dict[str, str]:
    """Every column with its heading, at most 2,000: those of `order` first, the others as they appear."""
    found: dict[str, None] = {}
    for item in items:
        found.update(dict.fromkeys(cells(item)))
        if len(found) >= MOST_COLUMNS:
            break
    if order:
        found = _ordered(found, order)
    return {name: readable(name[:LONGEST_NAME]) for name in list(found)[:MOST_COLUMNS]}


def _ordered(found: dict[str, None], order: tuple[str, ...]) -> dict[str, None]:
    roots: dict[str, list[str]] = {}
    for name in found:
        roots.setdefault(name if name in order else name.partition("/")[0], []).append(name)
    wanted = [name for field in order for name in roots.pop(field, [field])]
    return dict.fromkeys(wanted + [name for rest in roots.values() for name in rest])
