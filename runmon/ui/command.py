"""What a command is: a row of the table in `ui.commands`."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True):
    """One thing a person can do."""

    id: str
    keys: tuple[str, ...]
    """Textual key names, the one shown in the footer first."""
    action: str
    label: str
    """One or two words, for the footer and the palette."""
    help: str
    """A sentence, for the help screen."""
    scope: str
    footer: int = 0
    """Place in the footer among the commands of the scope, from 1; 0: not in the footer."""
    shown: str = ""
    """How the key is written where Textual's name for it is not what is printed on it."""
    priority: bool = False
    """Whether the key works even where a widget would take it as text."""
