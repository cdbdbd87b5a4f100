"""One table of all settings: what reads them, explains them and lists them goes by its rows."""

from __future__ import annotations

import msgspec

from runmon.settings.kinds import COMMAND, FLAG, SECONDS, TEXT, THEME, ZONE, Kind, one_of, some_of
from runmon.settings.values import PANES


class Row(msgspec.Struct, frozen=True):
    """One setting."""

    name: str
    """As in the file; a dot leads into a table."""
    kind: Kind
    help: str
    example: str
    """A value as TOML."""
    variables: tuple[str, ...] = ()
    """Variables of others that set it too, after our own."""

    @property
    def variable(self) -> str:
        """Our variable of the environment."""
        return "RUNMON_" + self.name.replace(".", "_").upper()


ROWS = (
    Row("api_url", TEXT, "The API to ask.", '"https://api.apify.com"',
        ("APIFY_CLIENT_BASE_URL", "APIFY_API_BASE_URL")),
    Row("profile", TEXT, "The profile to use where none is named.", '"work"'),
    Row("theme", THEME, "Colours: runmon-dark, runmon-light, or any theme of Textual.", '"runmon-light"'),
    Row("panes", some_of(*PANES), "Panes of a run that are shown.", '["status", "log", "items"]'),
    Row("pace", SECONDS, "Seconds between two looks at runs; 0 lets the server's distance decide.", "10"),
    Row("time_zone", ZONE, "The zone of times on the screen.", '"Europe/Prague"'),
    Row("images", one_of("auto", "halfblock", "pixels", "off", blocks="halfblock"),
        "How pictures are drawn; auto asks terminals known for pixels, pixels asks any.", '"halfblock"'),
    Row("read_only", FLAG, "Take away everything that changes a run.", "true"),
    Row("hooks.bell", FLAG, "Ring the terminal's bell when a run ends.", "true"),
    Row("hooks.desktop", FLAG, "Ask the terminal for a desktop notification when a run ends.", "true"),
    Row("hooks.command", COMMAND, "Run this when a run ends.", '"notify-send runmon"'),
)  # fmt: skip
BY_NAME = {row.name: row for row in ROWS}
KEYS_VARIABLE = "RUNMON_KEYS"
"""Keys by command id, as `log.follow=T run.zoom=Z`."""
TABLES = ("hooks", "keys", "profiles")
"""Names in the file that hold more names."""
