"""Requests in signs and words: pending, locked, handled, failed."""

from __future__ import annotations

from runmon.model.requests import RequestState
from runmon.render.facts import Sign

SIGNS: dict[RequestState, Sign] = {
    RequestState.PENDING: Sign("◌", "pending", "quiet"),
    RequestState.LOCKED: Sign("◐", "in progress", "accent"),
    RequestState.HANDLED: Sign("✔", "handled", "ok"),
    RequestState.FAILED: Sign("✖", "failed", "bad"),
}


def state_sign(state: RequestState) -> Sign:
    """The sign, word and tone of a request's state."""
    return SIGNS[state]
