"""What log entries, requests and items of Crawlee say of one another: which request is meant, why it failed.

Crawlee for JavaScript names a request by id and url in the JSON behind a message and keeps each error with
the request; Crawlee for Python names the url alone and keeps the error in the log alone.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec

from runmon.insight.entries import Entry, Level
from runmon.insight.frames import Frame, frame_of
from runmon.insight.snapshots import PREFIX
from runmon.model.requests import HeadRequest, QueuedRequest

ID_LENGTH = 15
FINAL = "failed and reached maximum retries"
"""What both dialects say when a request has failed for good."""
_JS_RETRY = "Reclaiming failed request back to the list or queue. "
_JS_FINAL = f"Request {FINAL}. "
_PYTHON = re.compile(
    r"(?:Request to|Retrying request to|Scraping|Request) (?P<url>https?://[^\s\"'<>]{1,4000}?)"
    r"(?= failed and reached| failed for good| due to: | \.\.\.|[\s\"'<>]|$)"
)
_URL = re.compile(r"https?://[^\s\"'<>\\{}|^`\x00-\x1f]{1,4000}")
_MODULE = re.compile(r"(?:[A-Za-z_]\w*\.)+(?=[A-Z]\w*(?::|$))")
"""Where an exception is defined, before its name."""
_AFTER_URL = ".,;:!?)]}"
"""What follows an address in a sentence more often than it ends one."""


class Mention(msgspec.Struct, frozen=True):
    """A request that something speaks of: by id, by unique key, or only by url."""

    url: str = ""
    request_id: str = ""
    unique_key: str = ""

    def __bool__(self) -> bool:
        return bool(self.url or self.request_id)


class Subject(msgspec.Struct, frozen=True):
    """What somebody looks at, as far as it leads to other parts of the run."""

    mention: Mention = Mention()
    errors: tuple[str, ...] = ()
    """Errors in full, the latest last."""
    snapshot: str = ""
    """The key of an error snapshot."""

    @classmethod
    def of_entry(cls, entry: Entry) -> Subject:
        """A log entry: the request that it names, and the error that it tells of."""
        errors = (error_of(entry),) if entry.level >= Level.WARN else ()
        return cls(mentioned(entry), errors)

    @classmethod
    def of_request(cls, request: HeadRequest | QueuedRequest) -> Subject:
        """A request of the queue."""
        errors = request.error_messages if isinstance(request, QueuedRequest) else None
        return cls(Mention(request.url, request.id, request.unique_key), tuple(errors or ()))

    @classmethod
    def of_item(cls, item: Any) -> Subject:
        """A decoded item of the dataset."""
        return cls(mentioned_by_item(item))

    @classmethod
    def of_record(cls, key: str) -> Subject:
        """A record: an error snapshot leads to who failed so, other records lead nowhere."""
        return cls(snapshot=key) if key.startswith(PREFIX) else cls()


def mentioned(entry: Entry) -> Mention:
    """The request that a log entry speaks of; empty where it names none."""
    held = _object(entry.payload)
    named = Mention(_text(held, "url"), _text(held, "id"), _text(held, "uniqueKey"))
    if named.url and (named.request_id or named.unique_key):
        return named
    if found := _PYTHON.search(entry.message):
        return Mention(found["url"])
    return named if named.url else Mention(url_in(entry.message))


def mentioned_by_item(item: Any) -> Mention:
    """The request that made a dataset item: its `#debug`, else its url; empty where it tells neither."""
    if not isinstance(item, dict):
        return Mention()
    debug = item.get("#debug")
    held = debug if isinstance(debug, dict) else {}
    return Mention(_text(held, "url") or _text(item, "url"), _text(held, "requestId"))


def produced(request: QueuedRequest, item: Any) -> bool:
    """Whether a dataset item says that it came of this request."""
    named = mentioned_by_item(item)
    if named.request_id:
        return named.request_id == request.id
    return bool(named.url) and named.url in {request.url, request.loaded_url}


def url_in(text: str) -> str:
    """The first web address in a text, without what ends the sentence; empty where there is none."""
    found = _URL.search(text)
    return found[0].rstrip(_AFTER_URL) if found else ""


def request_id(unique_key: str) -> str:
    """The id that Crawlee and the platform give to a request with this unique key."""
    digest = b64encode(sha256(unique_key.encode("utf-8", "surrogatepass")).digest()).decode()
    return digest.replace("+", "").replace("/", "").replace("=", "")[:ID_LENGTH]


def possible_ids(mention: Mention) -> list[str]:
    """Ids that the request can have, the likeliest first."""
    keys = [mention.unique_key, *_unique_keys(mention.url)] if mention.url else [mention.unique_key]
    ids = [mention.request_id, *(request_id(key) for key in keys if key)]
    return list(dict.fromkeys(each for each in ids if each))


def reason(request: QueuedRequest) -> str:
    """The last error of a request in a line; empty where none is kept with it."""
    messages = request.error_messages or []
    return summary(messages[-1]) if messages else ""


def summary(error: str) -> str:
    """An error in a line: the message of a stack, the last line of a traceback."""
    lines = [line for line in error.split("\n") if line.strip()]
    if lines and lines[0].lstrip().startswith("Traceback ("):
        frames = [n for n, line in enumerate(lines) if line.lstrip().startswith('File "')]
        raised = [line for line in lines[frames[-1] + 1 if frames else 1 :] if line[:1].strip()]
        return _MODULE.sub("", raised[0].strip() if raised else lines[-1].strip())
    return lines[0].strip().partition('. File "')[0] if lines else ""


def own_frame(error: str) -> str:
    """The innermost line of a trace that is the user's own code; empty where none is."""
    lines = error.split("\n")[:400]
    own = [n for n in range(len(lines)) if frame_of(lines[max(n - 3, 0) : n + 1]) is Frame.OWN]
    python = [n for n in own if lines[n].lstrip().startswith("File ")]
    at = python[-1] if python else own[0] if own else -1
    return lines[at].strip().removeprefix("at ") if at >= 0 else ""


def error_of(entry: Entry) -> str:
    """The error that an entry tells of, trace included, as Crawlee would keep it with the request."""
    for start in (_JS_FINAL, _JS_RETRY):
        if entry.message.startswith(start):
            return entry.message.removeprefix(start)
    _, _, told = entry.message.partition(" due to: ")
    return told or entry.message.partition("\n")[2] or entry.message


def lines_about(names: Collection[str], first: int, block: bytes) -> Iterator[int]:
    """Numbers of the lines of a block (the first is line `first`) that hold one of these ids and urls."""
    found: set[int] = set()
    for name in filter(None, set(names)):
        found.update(_starts(name.encode("utf-8", "surrogatepass"), block))
    counted, line, last = 0, first, -1
    for at in sorted(found):
        line += block.count(b"\n", counted, at)
        counted = at
        if line != last:
            yield line
        last = line


def _starts(name: bytes, block: bytes) -> Iterator[int]:
    """Where a name stands whole: `…/product/1` is not named by `…/product/13`."""
    at = block.find(name)
    while at >= 0:
        end = at + len(name)
        if not _goes_on(block[end : end + 2]) and not (block[at - 1 : at].isalnum() and name[:1].isalnum()):
            yield at
        at = block.find(name, end)


def _goes_on(after: bytes) -> bool:
    """Whether an address or an id goes on with these bytes."""
    one = after[:1]
    if one in b".,;:!?)" and one:
        return one == b"." and after[1:2].isalnum()
    return one.isalnum() or one in (b"/", b"_", b"-", b"%", b"&", b"=", b"#", b"~", b"+", b"@", b"*")


def _unique_keys(url: str) -> Iterator[str]:
    """What either dialect makes of a url, and the url itself."""
    yield url
    try:
        parts = urlsplit(url.strip())
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return
    kept = sorted(pair for pair in pairs if not pair[0].startswith("utm_"))
    query = urlencode(kept, quote_via=quote, safe="/:@!$'()*,;?~")
    bare = urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.removesuffix("/"), query, ""))
    yield bare
    yield bare.lower()


def _object(payload: str) -> dict[str, Any]:
    try:
        held = msgspec.json.decode(payload.encode("utf-8", "surrogatepass")) if payload else {}
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {}
    return held if isinstance(held, dict) else {}


def _text(held: dict[str, Any], name: str) -> str:
    value = held.get(name)
    return value if isinstance(value, str) else ""
