"""Where the token comes from, and that it does not get out."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from runmon.api.credentials import Token, find_token, redacted
from runmon.errors import BadInput

CANARY = "apify_api_CaNaRy0123456789"


def login(home: Path, **kept: object) -> None:
    (home / ".apify").mkdir()
    (home / ".apify" / "auth.json").write_text(json.dumps(kept))


def test_the_variable_wins_over_the_login(tmp_path: Path) -> None:
    login(tmp_path, token="other")

    assert find_token({"APIFY_TOKEN": CANARY}, home=tmp_path) == Token(CANARY)


def test_the_login_file_gives_its_token(tmp_path: Path) -> None:
    login(tmp_path, token=CANARY, username="ann")

    assert find_token({}, home=tmp_path) == Token(CANARY)


def test_a_token_in_the_keyring_is_asked_of_apify_cli(tmp_path: Path) -> None:
    login(tmp_path, username="ann", secretsBackend="keyring")

    assert find_token({}, home=tmp_path, ask_cli=lambda: CANARY) == Token(CANARY)


def test_without_a_login_nobody_is_asked(tmp_path: Path) -> None:
    asked: list[str] = []

    assert find_token({}, home=tmp_path, ask_cli=lambda: asked.append("cli")) is None
    assert asked == []


@pytest.mark.parametrize("text", ["{", "[]", '{"token": 5}', '{"token": "undefined"}'])
def test_a_login_file_that_is_odd_means_no_token(tmp_path: Path, text: str) -> None:
    (tmp_path / ".apify").mkdir()
    (tmp_path / ".apify" / "auth.json").write_text(text)

    assert find_token({}, home=tmp_path, ask_cli=lambda: None) is None


def test_the_program_of_apify_cli_is_run_without_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(tmp_path, secretsBackend="keyring")
    program = tmp_path / "apify"
    program.write_text(f'#!/bin/sh\n[ "$*" = "auth token" ] && echo {CANARY}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    assert find_token({}, home=tmp_path) == Token(CANARY)


@pytest.mark.parametrize(
    "script",
    [
        f"echo {CANARY}; exit 1",
        "echo You are not logged in",
        "true",
        f"echo {CANARY} >&2",
        "exec sleep 60",
        "kill $$",
    ],
)
def test_an_apify_cli_that_gives_no_token_means_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    login(tmp_path, secretsBackend="keyring")
    program = tmp_path / "apify"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr("runmon.api.credentials._CLI_SECONDS", 0.5)

    assert find_token({}, home=tmp_path) is None


@pytest.mark.parametrize("text", ["", "  ", "a b", "a\r\nX: y", "tök", "a\x00"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(text: str) -> None:
    """E6: CR, LF, NUL, spaces, non-ASCII."""
    with pytest.raises(BadInput) as refused:
        Token(text)

    assert not text.strip() or text not in str(refused.value)


def test_a_token_shows_and_pickles_nothing() -> None:
    """E3: repr, format, containers, pickle."""
    token = Token(CANARY)

    assert f"{token} {token!r} {[token]}" == "*** *** [***]"
    with pytest.raises(TypeError):
        pickle.dumps(token)


@pytest.mark.parametrize(
    "text",
    [
        f"the token {CANARY} is",
        f"Authorization: Bearer {CANARY}",
        f"https://api.apify.com/v2/datasets/x?token={CANARY}&a=b",
        f"https://s3/x?X-Amz-Signature={CANARY}&signature={CANARY}",
        f"AWSAccessKeyId={CANARY}",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    """E2, E4: tokens and signatures in URLs and headers."""
    assert "CaNaRy" not in redacted(text)


def test_ordinary_text_is_not_masked() -> None:
    text = "There is no run abc: record-not-found; count=3, the token is not valid"

    assert redacted(text) == text


def test_a_token_of_any_shape_is_masked_where_it_is_known() -> None:
    assert redacted("it says: x9!", Token("x9!")) == "it says: ***"
