"""Base URLs and paths."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.api.address import address
from runmon.errors import BadInput


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://api.apify.com", "https://api.apify.com"),
        ("https://api.apify.com/", "https://api.apify.com"),
        ("https://api.apify.com/v2", "https://api.apify.com"),
        ("https://api.apify.com/v2/", "https://api.apify.com"),
        (" http://127.0.0.1:8000/v2 ", "http://127.0.0.1:8000"),
        ("https://host/apify/v2", "https://host/apify"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_base_url_is_read_with_or_without_v2(text: str, base: str) -> None:
    assert address(text).url == base


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.apify.com",
        "ftp://host",
        "https://",
        "http://user:secret@host",
        "https://h?token=x",
        "http://[x",
    ],
)
def test_what_is_no_base_url_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        address(text)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_climb_is_refused(segment: str) -> None:
    """E5: `..` would turn a record into its store."""
    with pytest.raises(BadInput):
        address("http://h").path("key-value-stores", "x", "records", segment)


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda key: key not in {".", ".."})
)
def test_any_key_becomes_one_segment_that_means_it(key: str) -> None:
    """E5: no key leaves its segment."""
    path = address("http://h").path("records", key)

    assert unquote(path.removeprefix("http://h/v2/records/")) == key
    assert path.count("/") == 5 and "?" not in path and "#" not in path


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("http://localhost:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("http://127.0.0.1.evil.com", False),
        ("http://localhost.evil.com", False),
        ("https://api.apify.com", False),
    ],
)
def test_only_this_machine_is_loopback(text: str, local: bool) -> None:
    """E7, F7: look-alikes of loopback are not loopback."""
    assert address(text).loopback is local
