"""What a headless follower says of trouble: once where it stands still, and once where it goes on."""

from __future__ import annotations

from runmon.cli.terminal import say
from runmon.errors import ApiError, Forbidden, NeedsToken, NotFound, as_sentence
from runmon.watch.events import Condition, PaneState

_REFUSED: dict[Condition, type[ApiError]] = {
    Condition.NEEDS_TOKEN: NeedsToken,
    Condition.FORBIDDEN: Forbidden,
    Condition.GONE: NotFound,
    Condition.ABSENT: NotFound,
}
_STILL = {Condition.RECONNECTING, Condition.TROUBLE, Condition.STALE}


class Standstill:
    """The states of one pane, as sentences on stderr."""

    def __init__(self, what: str, *, well: frozenset[Condition]) -> None:
        """`what` begins the sentences ("The log"); `well` are the conditions in which it goes on."""
        self._what = what
        self._well = well
        self._still = False

    def tell(self, state: PaneState) -> None:
        """Say that it stands still or goes on; raise NoAccess or NotFound where it never will go on."""
        if state.condition in _REFUSED:
            raise _REFUSED[state.condition](state.detail)
        if state.condition in _STILL and not self._still:
            self._still = True
            said = as_sentence(state.detail) if state.detail else f"{self._what} stands still."
            say(f"{said} Trying again until it goes on.")
        elif self._still and state.condition in self._well:
            self._still = False
            say(f"{self._what} goes on.")
