"""What a person has set: the configuration file, then the environment, then the flags. Frozen, passed in."""

from runmon.settings.loading import FILE_VARIABLE, Loaded, load, loaded, settings_file
from runmon.settings.values import APIFY, DEFAULTS, PANES, Hooks, Profile, Settings

__all__ = [
    "APIFY",
    "DEFAULTS",
    "FILE_VARIABLE",
    "PANES",
    "Hooks",
    "Loaded",
    "Profile",
    "Settings",
    "load",
    "loaded",
    "settings_file",
]
