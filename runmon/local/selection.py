"""Which items and which of their fields a reader wants: the filters that Apify applies after paging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from runmon.local.raw_json import Fields, Raw, fields, joined, parts

LEGACY_FIELDS = ("url", "pageFunctionResult", "errorInfo")


class Selection(msgspec.Struct, frozen=True):
    """The filters of one call, applied in the order of the attributes below."""

    skip_failed: bool = False
    """Leave out items with an `errorInfo`."""
    skip_hidden: bool = False
    """Leave out top-level fields that begin with `#`."""
    fields: tuple[str, ...] = ()
    """Keep only these, in this order."""
    unwind: tuple[str, ...] = ()
    """Turn an array into one item an element, an object into fields of its parent."""
    flatten: tuple[str, ...] = ()
    """Turn `{"a": {"b": 1}}` into `{"a.b": 1}`."""
    omit: tuple[str, ...] = ()
    output_fields: tuple[str, ...] = ()
    """New names for `fields`, position by position."""
    skip_empty: bool = False

    @property
    def takes_all(self) -> bool:
        """Whether every item passes as it is."""
        return self == EVERYTHING

    def raw(self, items: Iterable[bytes]) -> Iterator[bytes]:
        """The wanted items as JSON; untouched bytes where nothing is asked of them."""
        if self.takes_all:
            return iter(items)
        return (one if isinstance(one, bytes) else joined(one) for one in self.records(items))

    def records(self, items: Iterable[bytes]) -> Iterator[Fields | bytes]:
        """The wanted items by their top-level fields; what is no object passes as its bytes."""
        for item in items:
            found = fields(item)
            if found is None:
                yield item
            else:
                yield from self._of(found)

    def _of(self, item: Fields) -> Iterator[Fields]:
        if self.skip_failed and is_set(item.get("errorInfo")):
            return
        if self.skip_hidden:
            item = {name: value for name, value in item.items() if not name.startswith("#")}
        for one in unwound(self._picked(item, self.flatten), self.unwind):
            one = self._renamed(self._cut(flattened(one, self.flatten)))
            if one or not self.skip_empty:
                yield one

    def _picked(self, item: Fields, flatten: tuple[str, ...]) -> Fields:
        if not self.fields:
            return item
        wanted = dict.fromkeys(root(name, flatten) for name in self.fields)
        return {name: item[name] for name in wanted if name in item}

    def _cut(self, item: Fields) -> Fields:
        if self.fields and self.flatten:
            dotted = [name for name in self.fields if root(name, self.flatten) != name]
            if dotted:
                item = {name: item[name] for name in self._columns(item) if name in item}
        return {name: item[name] for name in item if name not in self.omit} if self.omit else item

    def _columns(self, item: Fields) -> Iterator[str]:
        for name in self.fields:
            yield name
            yield from (other for other in item if other.startswith(f"{name}."))

    def _renamed(self, item: Fields) -> Fields:
        if not self.output_fields:
            return item
        names = dict(zip(self.fields, self.output_fields, strict=False))
        return {names.get(name, name): value for name, value in item.items()}


EVERYTHING = Selection()


def root(name: str, flatten: tuple[str, ...]) -> str:
    """`a.b` → `a` where `a` gets flattened; every other name as it is."""
    head = name.partition(".")[0]
    return head if head in flatten else name


def is_set(value: Raw | None) -> bool:
    """Whether a field is there and not null."""
    return value is not None and bytes(value) != b"null"


def unwound(item: Fields, names: tuple[str, ...]) -> Iterator[Fields]:
    """An item multiplied by the elements of its arrays, name after name."""
    if not names or names[0] not in item:
        if names:
            yield from unwound(item, names[1:])
        else:
            yield item
        return
    name, rest = names[0], names[1:]
    for one in _unwound_once(item, name):
        yield from unwound(one, rest)


def _unwound_once(item: Fields, name: str) -> Iterator[Fields]:
    value = item[name]
    parent = {key: kept for key, kept in item.items() if key != name}
    elements = parts(value)
    if elements is None:
        found = fields(value)
        yield item if found is None else parent | found
        return
    for element in elements:
        found = fields(element)
        yield {**parent, name: element} if found is None else parent | found


def flattened(item: Fields, names: tuple[str, ...]) -> Fields:
    """An item with the objects under these names spread into dotted fields, to any depth."""
    if not names:
        return item
    flat: Fields = {}
    for name, value in item.items():
        spread(flat, name, value) if name in names else flat.update({name: value})
    return flat


def spread(flat: Fields, name: str, value: Raw) -> None:
    """Put a value, or what lies in it, into `flat` under dotted names."""
    found = fields(value) if bytes(value)[:1] == b"{" else None
    if not found:
        flat[name] = value
        return
    for key, inner in found.items():
        spread(flat, f"{name}.{key}", inner)
