"""No key of a store makes a file anywhere but in its folder, or two records one file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.export.names import LONGEST, safe_name, safe_names, with_ending

HARMLESS = re.compile(r"[a-zA-Z0-9!_'()%~][a-zA-Z0-9!_.'()%~-]*")
RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d)(\..*)?", re.IGNORECASE)
KEYS = (
    st.text() | st.text("abAB./\\-~%\0 ", max_size=8) | st.sampled_from(["CON", "nul.txt", "LPT1", "..", ""])
)


@given(KEYS)
def test_every_key_becomes_the_name_of_one_harmless_file(key: str) -> None:
    """D1: `..`, absolute paths, device names, trailing dots, leading `-` and `.`."""
    name = safe_name(key)
    assert HARMLESS.fullmatch(name) and len(name) <= LONGEST
    assert not name.endswith((".", " ")) and not RESERVED.fullmatch(name)


@given(st.lists(KEYS, unique=True))
def test_no_two_keys_share_a_file_where_case_is_ignored(keys: list[str]) -> None:
    """D1: keys that differ in case alone."""
    names = [name.casefold() for name in safe_names(keys)]
    assert len(set(names)) == len(keys)


@given(st.text("abcXYZ019!'()", min_size=4, max_size=60))
def test_an_ordinary_key_is_its_own_name(key: str) -> None:
    assert safe_name(key) == key


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("OUTPUT", "OUTPUT"),
        ("..", "_.%2E"),
        (".env", "_.env"),
        ("-rf", "_-rf"),
        ("/etc/passwd", "%2Fetc%2Fpasswd"),
        ("aux.json", "_aux.json"),
        ("auxiliary.json", "auxiliary.json"),
        ("report.", "report%2E"),
        ("č", "%C4%8D"),
        ("a\x1b[2J", "a%1B%5B2J"),
    ],
)
def test_a_key_and_its_name(key: str, name: str) -> None:
    assert safe_name(key) == name


def test_a_second_name_that_is_alike_is_marked_before_its_ending() -> None:
    first, second = safe_names(["photo.png", "Photo.png"])
    assert first == "photo.png" and re.fullmatch(r"Photo~[0-9a-f]{12}\.png", second)


def test_a_name_without_an_ending_gets_that_of_its_kind() -> None:
    assert with_ending("OUTPUT", "application/json") == "OUTPUT.json"
    assert with_ending("page.html", "text/plain") == "page.html"
    assert with_ending("v1.2-final-version", "text/html") == "v1.2-final-version.html"
    assert with_ending("blob", "application/x-unknown") == "blob"
