"""All requests of a queue as they are listed: little of each, counted by state, filtered, failed first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import overload

import msgspec

from runmon.model.requests import HeadRequest, QueuedRequest, RequestState

SHORT = 240
"""Characters of an error that are kept for the list."""
SLICE = 4000
"""Requests sorted between two looks at the keyboard."""
FIELDS = ("state", "label", "error", "url", "method", "id")
"""What a filter can name before a colon."""


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A request in the list. A hundred thousand of them take some 40 MB."""

    id: str
    url: str
    method: str
    retries: int
    state: RequestState | None = None
    """None in the queue's head, which does not tell."""
    label: str = ""
    error: str = ""
    """The last error in a line."""
    at: datetime | None = None
    """When it was handled, or until when it is locked."""


def listed_head(request: HeadRequest) -> Listed:
    """A row of the queue's head."""
    return Listed(request.id, request.url, request.method, request.retry_count)


def listed(request: QueuedRequest, now: datetime, error: str = "") -> Listed:
    """A request as it stands now; a lock that has expired is none."""
    state, until = request.state, request.lock_expires_at
    if state is RequestState.LOCKED and until is not None and until <= now:
        state = RequestState.PENDING
    return Listed(
        request.id,
        request.url,
        request.method,
        request.retry_count,
        state,
        request.label,
        error[:SHORT],
        request.handled_at or (until if state is RequestState.LOCKED else None),
    )


class Wanted(msgspec.Struct, frozen=True):
    """What a person wants to see of a queue: words that all must match, `!word` must not.

    `failed` as a whole word or `state:failed` names a state, `label:product`, `error:timeout` look there;
    any other word is looked for in url, label, error and id. Case is ignored.
    """

    words: tuple[str, ...] = ()

    @classmethod
    def typed(cls, text: str) -> Wanted:
        """The filter that a person typed."""
        return cls(tuple(text.lower().split()))

    def __bool__(self) -> bool:
        return bool(self.words)

    def takes(self, request: Listed) -> bool:
        """Whether this request is wanted."""
        return all(_takes(word, request) for word in self.words)


def _takes(word: str, request: Listed) -> bool:
    if word.startswith("!") and len(word) > 1:
        return not _takes(word[1:], request)
    name, colon, value = word.partition(":")
    if colon and name in FIELDS and not value.startswith("//"):
        return _matches(name, value, request)
    if word in _STATES:
        return request.state is _STATES[word]
    return any(word in text.lower() for text in (request.url, request.label, request.error, request.id))


def _matches(name: str, value: str, request: Listed) -> bool:
    if name == "state":
        return request.state is not None and request.state.value.startswith(value)
    held: str = getattr(request, name)
    return value in held.lower() if value else bool(held)


_STATES = {state.value: state for state in RequestState}


class RequestList(Sequence[Listed]):
    """The requests that show, in order, of all that were read.

    Whoever adds requests or changes what shows calls `sort` until nothing is left to do: a large queue is
    sorted in slices.
    """

    def __init__(self, wanted: Wanted | None = None, *, failed_first: bool = False) -> None:
        self.all: list[Listed] = []
        self.counts: Counter[RequestState | None] = Counter()
        self.show(wanted or Wanted(), failed_first=failed_first)

    def show(self, wanted: Wanted, *, failed_first: bool) -> None:
        """Show only what is wanted, failed requests before the others if wished."""
        self.wanted, self.failed_first = wanted, failed_first
        self._front: list[Listed] = []
        self._rest: list[Listed] = [] if wanted or failed_first else self.all
        self._sorted = 0

    def __len__(self) -> int:
        return len(self._front) + len(self._rest)

    @overload
    def __getitem__(self, at: int) -> Listed: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Listed]: ...
    def __getitem__(self, at: int | slice) -> Listed | Sequence[Listed]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        at = at + len(self) if at < 0 else at
        front = len(self._front)
        return self._front[at] if at < front else self._rest[at - front]

    @property
    def front(self) -> int:
        """How many failed requests stand before the others."""
        return len(self._front)

    def extend(self, requests: Iterable[Listed]) -> None:
        """Take a page more."""
        page = list(requests)
        self.all += page
        self.counts.update(request.state for request in page)

    def sort(self, most: int = SLICE) -> bool:
        """Put the next requests in their place; whether there are more."""
        if self._rest is self.all:
            return False
        upto = min(self._sorted + most, len(self.all))
        for request in self.all[self._sorted : upto]:
            if not self.wanted or self.wanted.takes(request):
                failed = self.failed_first and request.state is RequestState.FAILED
                (self._front if failed else self._rest).append(request)
        self._sorted = upto
        return upto < len(self.all)

    def place_of(self, request_id: str) -> int | None:
        """The row of a request; None where it does not show."""
        return next((row for row, each in enumerate(self) if each.id == request_id), None)
