"""Settings from the file, the environment and flags: what wins, and how what cannot be used is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from runmon.errors import BadInput
from runmon.settings import APIFY, DEFAULTS, FILE_VARIABLE, Loaded, Settings, load, loaded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def of(file: Path, text: str = "", **environment: str) -> Settings:
    file.write_text(text)
    return load({FILE_VARIABLE: str(file), **environment})


def test_without_any_setting_the_defaults_hold(tmp_path: Path) -> None:
    assert load({FILE_VARIABLE: str(tmp_path / "none.toml")}) == DEFAULTS
    assert DEFAULTS.api_url == APIFY and DEFAULTS.zone is None


def test_the_environment_wins_over_the_file_and_the_client_over_the_sdk(file: Path) -> None:
    text, sdk, client = "api_url = 'https://file'", "https://sdk", "https://client"

    assert of(file, text).api_url == "https://file"
    assert of(file, text, APIFY_API_BASE_URL=sdk).api_url == sdk
    assert of(file, text, APIFY_API_BASE_URL=sdk, APIFY_CLIENT_BASE_URL=client).api_url == client
    assert of(file, text, APIFY_CLIENT_BASE_URL=client, RUNMON_API_URL="https://own").api_url == "https://own"


def test_every_setting_can_be_set_by_the_file_a_variable_and_a_flag(file: Path) -> None:
    text = """
        theme = "nord"
        panes = ["items", "log"]
        pace = 10
        time_zone = "Europe/Prague"
        images = "off"
        read_only = true
        [hooks]
        bell = true
        command = "notify-send 'a run'"
        [keys]
        log.follow = "F"
        "run.zoom" = ["Z", "ctrl+f"]
    """
    settings = of(file, text)

    assert (settings.theme, settings.pace, settings.images) == ("nord", 10.0, "off")
    assert settings.panes == ("log", "items") and settings.read_only
    assert str(settings.zone) == "Europe/Prague"
    assert settings.hooks.bell and settings.hooks.command == ("notify-send", "a run")
    assert settings.keys == {"log.follow": ("F",), "run.zoom": ("Z", "ctrl+f")}

    worded = of(
        file, text, RUNMON_PACE="2.5", RUNMON_READ_ONLY="no", RUNMON_PANES="log,queue",
        RUNMON_HOOKS_DESKTOP="1", RUNMON_KEYS="run.zoom=x",
    )  # fmt: skip
    assert (worded.pace, worded.read_only, worded.panes) == (2.5, False, ("log", "queue"))
    assert worded.hooks.bell and worded.hooks.desktop
    assert worded.keys == {"log.follow": ("F",), "run.zoom": ("x",)}


def test_a_flag_wins_and_every_value_knows_where_it_came_from(file: Path) -> None:
    file.write_text("theme = 'nord'\npace = 3\nimages = 'off'")
    whole = loaded(
        {FILE_VARIABLE: str(file), "RUNMON_PACE": "4"},
        {"pace": ("5", "--set pace"), "keys.log.wrap": ("w", "-")},
    )

    assert (whole.settings.pace, whole.settings.keys["log.wrap"]) == (5.0, ("w",))
    assert whole.origins == {
        "theme": str(file), "pace": "--set pace", "images": str(file), "keys.log.wrap": "-",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("api_url = 5", "api_url in"),
        ("api_url", "not valid TOML"),
        ("\x00", "not valid TOML"),
        ("api_url = 'a'\napi_url = 'b'", "not valid TOML"),
        ("colour = 'red'", "not known: colour"),
        ("them = 'nord'", "Did you mean theme?"),
        ("pace = 0.1", "0, or from 0.5 to 3600 seconds"),
        ("pace = true", "pace in"),
        ("read_only = 'yes'", "true or false"),
        ("time_zone = 'Mars/Olympus'", "Europe/Prague"),
        ("time_zone = '/etc/passwd'", "Europe/Prague"),
        ("images = 'sixel'", "one of auto, halfblock, pixels, off"),
        ("panes = ['lgo']", "some of status"),
        ("panes = []", "some of status"),
        ("hooks = 1", "[hooks]"),
        ("[hooks]\nbel = true", "Did you mean hooks.bell?"),
        ("[hooks]\ncommand = 'a \"b'", "a command line"),
        ("[keys]\n'log.follow' = 'ctrl+banana'", "keys.log.follow"),
        ("[keys]\n'log.follow' = 5", "keys.log.follow"),
        ("[profiles]\nwork = 1", "[profiles.work]"),
        ("[profiles.work]\ntoken = 'apify_api_secret'", "token_env, token_file or token_command"),
        ("[profiles.work]\nurl = 'x'", "not known: url"),
        ("[profiles.work]\ntoken_env = 'A'\ntoken_file = 'B'", "twice"),
        ("[profiles.work]\ntoken_command = []", "token_command of the profile work"),
        ("profile = 'play'\n[profiles.work]\napi_url = 'x'", "known: work"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(file: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        of(file, text)

    assert said in str(refused.value) and "config.toml" in str(refused.value)
    assert "apify_api" not in str(refused.value)


@pytest.mark.parametrize(
    "variables",
    [{"RUNMON_PACE": "soon"}, {"RUNMON_PACE": "nan"}, {"RUNMON_READ_ONLY": "maybe"}, {"RUNMON_KEYS": "F"}],
)
def test_a_variable_that_cannot_be_used_is_named(file: Path, variables: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=next(iter(variables))):
        of(file, **variables)


PROFILES = """
    api_url = "https://file"
    [profiles.work]
    api_url = "https://work"
"""


@pytest.mark.parametrize(
    ("more", "variables", "flags", "asked"),
    [
        ("", {}, {}, "https://file"),
        ("profile = 'work'", {}, {}, "https://work"),
        ("profile = 'work'", {"APIFY_CLIENT_BASE_URL": "https://env"}, {}, "https://env"),
        ("", {"APIFY_CLIENT_BASE_URL": "https://env", "RUNMON_PROFILE": "work"}, {}, "https://work"),
        ("", {"RUNMON_API_URL": "https://env", "RUNMON_PROFILE": "work"}, {}, "https://env"),
        ("", {"RUNMON_API_URL": "https://env"}, {"profile": ("work", "--profile")}, "https://work"),
    ],
)
def test_the_address_is_that_of_the_nearest_choice(
    file: Path, more: str, variables: dict[str, str], flags: dict[str, tuple[str, str]], asked: str
) -> None:
    file.write_text(more + PROFILES)

    whole: Loaded = loaded({FILE_VARIABLE: str(file), **variables}, flags)

    assert whole.settings.api_url == asked
