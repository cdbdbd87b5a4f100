"""From the file, the environment and the flags to one `Settings`, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from runmon.errors import BadInput
from runmon.settings.keys import FORM as KEY_FORM
from runmon.settings.keys import keys_of, map_of
from runmon.settings.profiles import profiles_of
from runmon.settings.table import BY_NAME, KEYS_VARIABLE, ROWS, TABLES, Row
from runmon.settings.values import DEFAULTS, Hooks, Profile, Settings

FILE_VARIABLE = "RUNMON_CONFIG_FILE"
DEFAULT = "default"

Found = dict[str, tuple[object, str]]
"""By the setting's name: its value, and where it came from."""


class Loaded(msgspec.Struct, frozen=True):
    """The settings, and how they came about."""

    settings: Settings
    file: Path
    """Where the file is or would be."""
    origins: Mapping[str, str]
    """By the setting's name: `default`, the file, a variable or a flag. Names of keys are `keys.ID`."""

    @property
    def chosen(self) -> Profile | None:
        """The profile in use."""
        return self.settings.profiles.get(self.settings.profile)

    def profile_wins(self, origin: str) -> bool:
        """Whether the choice of the profile is nearer to the person than a value from this origin."""
        return _NEAR_PROFILE[_nearness(self.origins.get("profile", DEFAULT))] > _nearness(origin)


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of `config.toml`, overridden by the environment; BadInput where it cannot be used."""
    return loaded(environment).settings


def loaded(environment: Mapping[str, str], flags: Mapping[str, tuple[str, str]] | None = None) -> Loaded:
    """The settings and their origins; BadInput where one cannot be used.

    `flags` are texts by setting's name, each with the flag that gave it; they win over everything.
    """
    file = settings_file(environment)
    kept = _read(file)
    found = {**_from_file(kept, file), **_from_environment(environment), **_from_flags(flags or {})}
    profiles = profiles_of(kept.get("profiles", {}), file)
    settings = replace(_settings(found), profiles=profiles)
    origins = {name: origin for name, (_value, origin) in found.items()}
    return _with_profile(Loaded(settings, file, origins))


def settings_file(environment: Mapping[str, str]) -> Path:
    """Where the settings are kept, whether the file is there or not."""
    if named := environment.get(FILE_VARIABLE):
        return Path(named).expanduser()
    import platformdirs

    return platformdirs.user_config_path("runmon") / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"The settings in {file} cannot be read: {error.strerror}.") from None
    import tomllib

    try:
        return tomllib.loads(text.decode())
    except ValueError as error:
        raise BadInput(f"The settings in {file} are not valid TOML: {error}.") from None


def _from_file(kept: Mapping[str, Any], file: Path) -> Found:
    flat = dict(_flattened(kept, file))
    for name in flat:
        if name not in BY_NAME and not name.startswith("keys."):
            raise BadInput(f"The settings in {file} name what is not known: {name}.", hint=_nearest(name))
    return {name: (_checked(name, value, f"{name} in {file}"), str(file)) for name, value in flat.items()}


def _flattened(kept: Mapping[str, Any], file: Path) -> Iterator[tuple[str, object]]:
    for name, value in kept.items():
        if name == "profiles":
            continue
        if name not in TABLES:
            yield name, value
        elif not isinstance(value, dict):
            raise BadInput(f"In {file}, {name} must be a table: write [{name}] above its settings.")
        elif name == "keys":
            yield from ((f"keys.{command}", keys) for command, keys in _joined(value))
        else:
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())


def _joined(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """Keys by command id, which may be written bare: TOML reads the dot of `log.follow` as a table."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _joined(value, f"{above}{name}.")
        else:
            yield above + name, value


def _from_environment(environment: Mapping[str, str]) -> Found:
    found: Found = {}
    for row in ROWS:
        named = next((name for name in (row.variable, *row.variables) if environment.get(name)), None)
        if named:
            found[row.name] = (_worded(row, environment[named], named), named)
    if words := environment.get(KEYS_VARIABLE):
        found |= _keys(words, KEYS_VARIABLE)
    return found


def _from_flags(flags: Mapping[str, tuple[str, str]]) -> Found:
    found: Found = {}
    for name, (text, flag) in flags.items():
        if name.startswith("keys."):
            found |= _keys(f"{name.removeprefix('keys.')}={text}", flag)
        elif name in BY_NAME:
            found[name] = (_worded(BY_NAME[name], text, flag), flag)
        else:
            raise BadInput(f"There is no setting {name!r}.", hint=_nearest(name))
    return found


def _keys(words: str, origin: str) -> Found:
    try:
        given = map_of(words)
    except ValueError:
        raise BadInput(f"{origin} must be written as log.follow=T run.zoom=Z.") from None
    return {f"keys.{name}": (_checked(f"keys.{name}", keys, origin), origin) for name, keys in given.items()}


def _checked(name: str, value: object, where: str) -> object:
    kind = None if name.startswith("keys.") else BY_NAME[name].kind
    try:
        return kind.check(value) if kind else keys_of(value)
    except ValueError:
        form = kind.form if kind else KEY_FORM
        raise BadInput(f"{where} must be {form}, not {_short(value)}.") from None


def _worded(row: Row, text: str, origin: str) -> object:
    try:
        return row.kind.check(row.kind.words(text))
    except ValueError:
        raise BadInput(f"{origin} must be {row.kind.form}, not {_short(text)}.") from None


def _settings(found: Found) -> Settings:
    plain = {name: value for name, (value, _origin) in found.items()}
    keys = {name.removeprefix("keys."): plain.pop(name) for name in list(plain) if name.startswith("keys.")}
    hooks = {
        name.removeprefix("hooks."): plain.pop(name) for name in list(plain) if name.startswith("hooks.")
    }
    return replace(DEFAULTS, keys=keys, hooks=Hooks(**hooks), **plain)  # type: ignore[arg-type]


def _with_profile(whole: Loaded) -> Loaded:
    """With the address of the profile in use, unless something nearer than the choice of it names another."""
    name = whole.settings.profile
    if not name:
        return whole
    profile = whole.settings.profiles.get(name)
    if profile is None:
        known = ", ".join(whole.settings.profiles) or "none"
        raise BadInput(
            f"There is no profile {name!r} in {whole.file}; known: {known}.",
            hint=f"Write [profiles.{name}] there.",
        )
    if not profile.api_url or not whole.profile_wins(whole.origins.get("api_url", DEFAULT)):
        return whole
    settings = replace(whole.settings, api_url=profile.api_url)
    return replace(whole, settings=settings, origins={**whole.origins, "api_url": f"profile {name}"})


def _nearness(origin: str) -> int:
    """How near to the person: a flag, our variable, a variable of others, the file, nothing."""
    for rank, start in ((4, "-"), (3, "RUNMON_"), (2, "APIFY_")):
        if origin.startswith(start):
            return rank
    return 0 if origin == DEFAULT else 1


_NEAR_PROFILE = {4: 3.5, 3: 2.5, 1: 1.5, 0: -1.0}
"""How near a profile's own values are, by the nearness of its choice: just below a value given so itself, but
above the file's general values."""


def _nearest(name: str, known: Iterable[str] = (*BY_NAME, "keys", "profiles")) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]}?" if near else "See runmon config."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
