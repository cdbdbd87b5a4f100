"""What the watch tells, as Textual messages: bursts fold into their last one."""

from __future__ import annotations

from textual.message import Message

from runmon.watch.events import Event, PaneChanged


class WatchTold(Message, bubble=False):
    """One event of the watch. Events are totals: a later one of its kind makes an earlier one needless."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Whether `message`, waiting behind this one, says all that this one says."""
        return isinstance(message, WatchTold) and _subject(message.event) == _subject(self.event)


def _subject(event: Event) -> object:
    return (PaneChanged, event.pane) if isinstance(event, PaneChanged) else type(event)
