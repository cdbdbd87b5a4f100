"""What a person has set: the configuration file, then the environment, then the flags. Frozen, passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runmon.errors import BadInput

FILE_VARIABLE = "RUNMON_CONFIG_FILE"
_API_VARIABLES = ("APIFY_CLIENT_BASE_URL", "APIFY_API_BASE_URL")
APIFY = "https://api.apify.com"
"""The platform itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set once and for all."""

    api_url: str = APIFY
    """The base URL of the API, with or without `/v2`."""


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of `config.toml`, overridden by the environment; BadInput where it cannot be used."""
    kept = _read(_file(environment))
    api_url = next((environment[name] for name in _API_VARIABLES if environment.get(name)), None)
    return Settings(api_url=api_url or _text(kept, "api_url") or APIFY)


def _file(environment: Mapping[str, str]) -> Path:
    if named := environment.get(FILE_VARIABLE):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_config_path("runmon") / "config.toml"


def _read(file: Path) -> dict[str, object]:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"The settings in {file} cannot be read: {error.strerror}.") from None
    import tomllib

    try:
        kept: dict[str, object] = tomllib.loads(text.decode())
    except ValueError as error:
        raise BadInput(f"The settings in {file} are not valid TOML: {error}.") from None
    unknown = ", ".join(sorted(kept.keys() - set(Settings.__slots__)))
    if unknown:
        raise BadInput(f"The settings in {file} name what is not known: {unknown}.")
    return kept


def _text(kept: Mapping[str, object], name: str) -> str | None:
    value = kept.get(name)
    if value is not None and not isinstance(value, str):
        raise BadInput(f"The setting {name} must be text.")
    return value
