"""JSON with a line for each value, also where readers refuse it for NaN or for half a surrogate pair."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from runmon.model.values import legible

FORGIVEN_BYTES: Final = 2 * 1024 * 1024
"""More than this is not looked through for what can be forgiven."""
_FORGIVABLE = re.compile(rb"NaN|Infinity|\\u[dD][89a-fA-F]")
_STRING: Final = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_ATOMS = re.compile(_STRING + rb"|NaN|-?Infinity", re.DOTALL)


def indented(body: bytes) -> bytes:
    """The text indented by two. Raises msgspec.MsgspecError, RecursionError."""
    return msgspec.json.format(body, indent=2)


def forgiven(body: bytes) -> bytes | None:
    """As `indented`, of a text that it refused; None where that has other reasons.

    What offends is replaced for the time of formatting, and stands in the result as it was sent.
    """
    if len(body) > FORGIVEN_BYTES or not _FORGIVABLE.search(body):
        return None
    sent = (found[0] for found in _ATOMS.finditer(body))
    try:
        formatted = indented(_ATOMS.sub(_harmless, body))
    except (msgspec.MsgspecError, RecursionError):
        return None
    return _ATOMS.sub(lambda _: next(sent), formatted)


def _harmless(atom: re.Match[bytes]) -> bytes:
    return legible(atom[0]) if atom[0].startswith(b'"') else b'""'
