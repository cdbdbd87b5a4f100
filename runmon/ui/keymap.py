"""The person's key map over the command table: checked once, then read by everything that shows a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from runmon.errors import BadInput
from runmon.ui.commands import BY_ID, COMMANDS, Command, meeting, written

NO_KEY = "no_key"
"""What Textual is told for a command whose key is taken away: a key that no keyboard has."""


class Keymap:
    """Which keys each command has."""

    def __init__(
        self, changed: Mapping[str, tuple[str, ...]] | None = None, *, told: Mapping[str, str] | None = None
    ) -> None:
        """`changed` are keys by command id. BadInput for an unknown id or a key that means two things.

        `told` is what commands do here, by id, where that is not what they do elsewhere.
        """
        self.changed = dict(changed or {})
        self.told = dict(told or {})
        for name in self.changed:
            if name not in BY_ID:
                raise BadInput(f"The key map names no command: {name}.", hint=_nearest(name))
        _refuse_clashes([self.of(command) for command in COMMANDS], self.changed)

    def of(self, command: Command) -> Command:
        """The command with the keys it has now, and what it does here."""
        if command.id in self.told:
            command = replace(command, help=self.told[command.id])
        keys = self.changed.get(command.id)
        return command if keys is None else replace(command, keys=keys, shown="")

    def for_textual(self) -> dict[str, str]:
        """What `App.set_keymap` takes."""
        return {name: ",".join(keys) or NO_KEY for name, keys in self.changed.items()}


def _refuse_clashes(commands: list[Command], changed: Mapping[str, tuple[str, ...]]) -> None:
    for command in commands:
        if command.id not in changed:
            continue
        for other, key in _sharing(command, commands):
            if not _share_by_default(command.id, other.id):
                raise BadInput(
                    f"The key {written(key)} of {command.id} is also that of {other.id} ({other.label}).",
                    hint=f"Give {other.id} another key too, or choose one that is free: runmon keys.",
                )


def _sharing(command: Command, commands: list[Command]) -> Iterator[tuple[Command, str]]:
    for other in commands:
        if other.id != command.id and meeting(command.scope, other.scope):
            yield from ((other, key) for key in command.keys if key in other.keys)


def _share_by_default(one: str, other: str) -> bool:
    """Whether the two were made to share a key: the inner one goes before, as with esc."""
    return bool(set(BY_ID[one].keys) & set(BY_ID[other].keys))


def _nearest(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, BY_ID, n=1)
    return f"Did you mean {near[0]}?" if near else "runmon keys lists them all."
