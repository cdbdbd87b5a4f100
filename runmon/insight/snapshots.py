"""Which error snapshot belongs to which error: the names that Crawlee gives them, computed anew.

`ERROR_SNAPSHOT_<digest>_<message>`: for JavaScript the digest is of the error's stack and each run of other
than word characters in the message becomes `-`; for Python it is of `file.py:line` of the innermost frame and
such characters go. Records end in `.html`, `.jpg`, `.png`, or (JavaScript without a browser) in nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha1

import msgspec

PREFIX = "ERROR_SNAPSHOT_"
DIGEST = 30
MESSAGE = 30
_NAME = re.compile(rf"{PREFIX}([0-9a-f]{{{DIGEST}}})_(.*?)(\.(?:html|jpe?g|png))?", re.DOTALL)
_FRAME = re.compile(r'File "([^"\n]{1,1000})", line (\d+)')
_NO_WORD = re.compile(r"\W+", re.ASCII)
_FOREIGN = re.compile(r"[^A-Za-z0-9!\-_.]")


class Snapshot(msgspec.Struct, frozen=True):
    """The name of a snapshot in its parts."""

    digest: str
    message: str
    ending: str = ""


def named(key: str) -> Snapshot | None:
    """The parts of a snapshot's key; None for a key of something else."""
    found = _NAME.fullmatch(key)
    return Snapshot(found[1], found[2], found[3] or "") if found else None


def group(key: str) -> str:
    """What all records of one error share: the key without its ending; of another key all of it."""
    found = named(key)
    return key.removesuffix(found.ending) if found and found.ending else key


def digests(error: str) -> list[str]:
    """The digests that a snapshot of this error can have, by either dialect."""
    found = [_digest(error), _digest(error.rstrip())]
    frames = _FRAME.findall(error)
    if frames:
        file, line = frames[-1]
        name = file.replace("\\", "/").rpartition("/")[2]
        found.append(_digest(f"{name}:{line}"))
    return list(dict.fromkeys(found))


def of_error(error: str, keys: Iterable[str]) -> list[str]:
    """The keys of this error's snapshots: by digest and message, else by digest, else by message alone.

    One frame can raise many errors, and one message can come from many frames.
    """
    known = [(key, parts) for key in keys if (parts := named(key)) is not None]
    wanted, endings = set(digests(error)), set(_messages(error))
    by_digest = [(key, parts) for key, parts in known if parts.digest in wanted]
    exact = [key for key, parts in by_digest if parts.message in endings]
    return exact or [key for key, _ in by_digest] or [key for key, parts in known if parts.message in endings]


def _messages(error: str) -> Iterator[str]:
    """What the message part of the key can be."""
    for text in _texts(error):
        yield _NO_WORD.sub("-", text[:MESSAGE])
        yield _FOREIGN.sub("", text[:MESSAGE])


def _texts(error: str) -> Iterator[str]:
    """The error's message: the first line of a JavaScript stack, the last of a Python traceback."""
    lines = [line for line in error.split("\n") if line.strip()]
    for line in (lines[0], lines[-1]) if lines else ():
        text = line.strip()
        yield text
        yield text.partition(": ")[2] or text
        yield text.partition('. File "')[0]


def _digest(text: str) -> str:
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:DIGEST]
