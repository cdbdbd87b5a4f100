"""Which items a person wants: a text, `field op value`, `field is missing`; ` & ` joins, `!` inverts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from runmon.errors import BadInput
from runmon.model.columns import MISSING, Path
from runmon.model.values import is_empty, is_number, number_key, plain_text, texts

_FIELD = r'(?P<field>"(?:[^"\\]|\\.)+"|[^\W\d][\w.#$@/\-]*|[#$@][\w.#$@/\-]+)'
_COMPARED = re.compile(rf"{_FIELD}\s*(?P<op>==|=|!=|<=|>=|<|>|!~|~)\s*(?P<value>.*)", re.DOTALL)
_KIND = re.compile(rf"{_FIELD}\s+is\s+(?P<no>not\s+)?(?P<kind>\w+)")
_JOINT = re.compile(r'"(?:[^"\\]|\\.)*"|&&|(?<=\s)&(?=\s|\Z)', re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORDS: Final = {"true": True, "false": False, "null": None}
KINDS: Final[dict[str, Callable[[Any], bool]]] = {
    "missing": lambda value: value is MISSING,
    "empty": lambda value: value is MISSING or is_empty(value),
    "null": lambda value: value is None,
    "number": is_number,
    "text": lambda value: isinstance(value, str) and not is_number(value),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "true": lambda value: value is True,
    "false": lambda value: value is False,
}
"""What may stand behind `is`."""
Test = Callable[[Any], bool]


class ItemFilter(msgspec.Struct, frozen=True):
    """Chooses items; `text` is what a person typed."""

    text: str
    tests: tuple[Test, ...]
    compared: tuple[str, ...] = ()
    """Names of the fields whose values it compares."""

    def __call__(self, item: Any) -> bool:
        """Whether the item is wanted."""
        return all(test(item) for test in self.tests)


def item_filter(text: str) -> ItemFilter:
    """The filter a person typed, such as `price > 5 & title ~ kettle`; BadInput where it cannot be read."""
    parts = [part.strip() for part in _parts(text)]
    if not all(part.removeprefix("!") for part in parts):
        raise BadInput("There is nothing to look for.", hint="Type a text, or: price > 5, title is empty.")
    return ItemFilter(text.strip(), tuple(map(_test, parts)), tuple(_compared(parts)))


def _compared(parts: Iterable[str]) -> Iterator[str]:
    for part in (part.removeprefix("!").strip() for part in parts):
        found = None if _KIND.fullmatch(part) else _COMPARED.fullmatch(part)
        if found:
            yield _name(found["field"])


def _parts(text: str) -> Iterator[str]:
    """What stands between `&&`, or `&` with spaces around it, but for those between quotes."""
    at = 0
    for found in _JOINT.finditer(text):
        if found[0] in {"&", "&&"}:
            yield text[at : found.start()]
            at = found.end()
    yield text[at:]


def equals(path: Path, value: Any) -> str:
    """The filter text that keeps items whose field at `path` has exactly this value (MISSING: has none)."""
    field = _spelled(path)
    if value is MISSING:
        return f"{field} is missing"
    if value is None:
        return f"{field} is null"
    if isinstance(value, str) and not is_number(value):
        return f"{field} = {_quoted(value)}"
    return f"{field} = {plain_text(value)}"


def lookup(item: Any, name: str) -> Any:
    """The value of a field by its dotted name, whose own dots may be part of a key; MISSING without one."""
    if isinstance(item, list) and (head := name.partition("."))[0].isdecimal():
        place = int(head[0]) if len(head[0]) < 10 else len(item)
        inner = item[place] if place < len(item) else MISSING
        return lookup(inner, head[2]) if head[2] else inner
    if not isinstance(item, dict):
        return MISSING
    if name in item:
        return item[name]
    return _below(item, name)


def _below(item: dict[str, Any], name: str) -> Any:
    at = name.find(".")
    while at >= 0:
        if name[:at] in item and (found := lookup(item[name[:at]], name[at + 1 :])) is not MISSING:
            return found
        at = name.find(".", at + 1)
    return MISSING


def _test(part: str) -> Test:
    if part.startswith("!") and not part.startswith("!="):
        inner = _test(part[1:].strip())
        return lambda item: not inner(item)
    if found := _KIND.fullmatch(part):
        return _kind(_name(found["field"]), found["kind"].lower(), negated=bool(found["no"]))
    if found := _COMPARED.fullmatch(part):
        return _comparison(_name(found["field"]), found["op"], found["value"].strip())
    return _somewhere(_unquoted(part))


def _kind(field: str, kind: str, *, negated: bool) -> Test:
    check = KINDS.get(kind)
    if check is None:
        raise BadInput(f"No value is {kind!r}.", hint=f"Known: {', '.join(KINDS)}.")
    return lambda item: check(lookup(item, field)) is not negated


def _comparison(field: str, op: str, typed: str) -> Test:
    if not typed:
        raise BadInput(f"There is no value behind {field} {op}.", hint=f"Type one, or: {field} is empty.")
    if op in {"~", "!~"}:
        within = _contains(_unquoted(typed))
        return lambda item: any(map(within, texts_at(item, field))) is (op == "~")
    if op in {"=", "==", "!="}:
        same = _same(typed)
        return lambda item: same(lookup(item, field)) is (op != "!=")
    return _ordered(field, op, typed)


def _same(typed: str) -> Test:
    if typed in _WORDS:
        word = _WORDS[typed]
        return lambda value: value is word or value == typed
    if _NUMBER.fullmatch(typed):
        wanted = number_key(_number(typed))
        return lambda value: number_key(value) == wanted if is_number(value) else value == typed
    text = _unquoted(typed)
    return lambda value: value is not MISSING and plain_text(value) == text


def _ordered(field: str, op: str, typed: str) -> Test:
    above, same = op.startswith(">"), op.endswith("=")
    numeric = _NUMBER.fullmatch(typed) is not None
    wanted: Any = number_key(_number(typed)) if numeric else _unquoted(typed)

    def test(item: Any) -> bool:
        value = lookup(item, field)
        if is_number(value) is not numeric or not (numeric or isinstance(value, str)):
            return False
        key = number_key(value) if numeric else value
        return bool((key > wanted if above else key < wanted) or (same and key == wanted))

    return test


def _somewhere(text: str) -> Test:
    within = _contains(text)
    return lambda item: any(map(within, texts(item)))


def texts_at(item: Any, field: str) -> Iterable[str]:
    """The texts inside one field of an item."""
    value = lookup(item, field)
    return () if value is MISSING else texts(value)


def _contains(text: str) -> Callable[[str], bool]:
    """Whether a text holds this one; lower case finds every case."""
    if text != text.lower():
        return lambda whole: text in whole
    return lambda whole: text in whole.lower()


def _number(typed: str) -> int | float:
    return int(typed) if len(typed) <= 40 and typed.lstrip("-").isdecimal() else float(typed)


def _name(field: str) -> str:
    return _unquoted(field)


def _unquoted(typed: str) -> str:
    """The text between quotes, its escapes undone; text without quotes as it is."""
    if len(typed) > 1 and typed[0] == typed[-1] == '"':
        return re.sub(r"\\(.)", r"\1", typed[1:-1], flags=re.DOTALL)
    return typed


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _spelled(path: Path) -> str:
    name = ".".join(path)
    plain = re.fullmatch(_FIELD, name) is not None and not name.startswith('"')
    return name if plain else _quoted(name)
