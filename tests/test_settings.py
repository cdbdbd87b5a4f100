"""Where the API's address comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from runmon.errors import BadInput
from runmon.settings import APIFY, FILE_VARIABLE, load


def test_without_any_setting_the_platform_is_asked(tmp_path: Path) -> None:
    assert load({FILE_VARIABLE: str(tmp_path / "none.toml")}).api_url == APIFY


def test_the_environment_wins_over_the_file_and_the_client_over_the_sdk(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('api_url = "https://file"')
    set_file, sdk = {FILE_VARIABLE: str(file)}, {"APIFY_API_BASE_URL": "https://sdk"}

    assert load(set_file).api_url == "https://file"
    assert load(set_file | sdk).api_url == "https://sdk"
    assert load(set_file | sdk | {"APIFY_CLIENT_BASE_URL": "https://client"}).api_url == "https://client"


@pytest.mark.parametrize(
    "text", ["api_url = 5", "api_url", "colour = 'red'", "\x00", "api_url = 'a'\napi_url = 'b'"]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)

    with pytest.raises(BadInput) as refused:
        load({FILE_VARIABLE: str(file)})

    assert "config.toml" in str(refused.value) or "api_url" in str(refused.value)
