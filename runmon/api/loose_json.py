"""Lists that no strict reader takes (NaN, Infinity, nesting by the thousand), cut into what was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)


def loose_elements(body: bytes) -> list[bytes] | None:
    """The elements of an array as sent; None where it does not end as it began, or one is not like JSON."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    places = list(_cuts(text))
    if not text.startswith(b"[") or not places or text[places[-1] :] != b"]":
        return None
    found = [text[start + 1 : end].strip() for start, end in zip([0, *places], places, strict=False)]
    return found if all(map(_like_json, found)) else None


def _cuts(text: bytes) -> Iterator[int]:
    """Where the commas of the outermost list stand, and its end."""
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = text[token.start()]
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
        if (sign == ord(",") and depth == 1) or (depth == 0 and sign in b"]}"):
            yield token.start()


def _like_json(element: bytes) -> bool:
    try:
        json.loads(element.decode("utf-8", "replace"), parse_int=str, parse_float=str)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
