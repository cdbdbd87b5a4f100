"""The settings themselves, as the rest of the program gets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

import msgspec

APIFY = "https://api.apify.com"
"""The platform itself."""
PANES = ("status", "usage", "log", "items", "records", "queue", "input")
"""Every pane that can be shown or left out."""


class Hooks(msgspec.Struct, frozen=True):
    """What happens when a run that is watched ends."""

    bell: bool = False
    desktop: bool = False
    command: tuple[str, ...] = ()
    """A command and its arguments, run without a shell; empty for none."""


class Profile(msgspec.Struct, frozen=True):
    """One account: where it is, and where its token is kept. Never the token itself."""

    name: str
    api_url: str = ""
    token_env: str = ""
    """A variable of the environment."""
    token_file: str = ""
    token_command: tuple[str, ...] = ()
    """A command that prints the token."""

    @property
    def keeps_token(self) -> bool:
        """Whether it names a source of its token."""
        return bool(self.token_env or self.token_file or self.token_command)


class Settings(msgspec.Struct, frozen=True):
    """Everything that can be set once and for all."""

    api_url: str = APIFY
    """The base URL of the API, with or without `/v2`."""
    profile: str = ""
    """The profile in use; empty for none."""
    theme: str = "runmon-dark"
    panes: tuple[str, ...] = PANES
    """Panes of the run screen that are shown."""
    pace: float = 0.0
    """Seconds between two looks at a run; 0 for what suits the server's distance."""
    time_zone: str = "local"
    """`local`, `UTC`, or a name such as `Europe/Prague`."""
    images: str = "auto"
    """`auto`, `halfblock`, `pixels` or `off`: how pictures are drawn."""
    read_only: bool = False
    """Whether everything that changes a run is taken away."""
    hooks: Hooks = msgspec.field(default_factory=Hooks)
    keys: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """Keys by command id, in place of the command's own; an empty tuple takes the key away."""
    profiles: Mapping[str, Profile] = msgspec.field(default_factory=dict)

    @property
    def zone(self) -> tzinfo | None:
        """The zone of times on the screen, as `datetime.astimezone` takes it: None for this machine's."""
        if self.time_zone == "local":
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.time_zone)


DEFAULTS = Settings()
