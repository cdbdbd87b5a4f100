"""An item leads to its own data and to records of its own server, and nowhere else."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.item_links import Inline, RecordLink, linked

HERE = ("https", "api.apify.com", 443)


@given(st.binary(max_size=60), st.sampled_from(["image/png", "text/plain"]))
def test_data_in_a_url_comes_out_as_it_went_in(body: bytes, kind: str) -> None:
    text = f"data:{kind};base64,{base64.b64encode(body).decode()}"
    assert linked(text, HERE) == Inline(kind, body)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data:,a%20b", Inline("text/plain", b"a b")),
        ("data:image/png;base64,%%%", None),
        ("shot-1.png", RecordLink("", "shot-1.png")),
        ("https://api.apify.com/v2/key-value-stores/Ab1/records/a%2Fb.png", RecordLink("Ab1", "a/b.png")),
        ("https://api.apify.com:443/v2/key-value-stores/x/records/k?signature=1", RecordLink("x", "k")),
        ("http://api.apify.com/v2/key-value-stores/x/records/k", None),
        ("https://api.apify.com.evil.example/v2/key-value-stores/x/records/k", None),
        ("https://api.apify.com/v2/key-value-stores/x/records/k/more", None),
        ("https://[bad", None),
        ("../../etc/passwd.png", None),
        ("a..png", None),
        ("plain words", None),
    ],
)
def test_a_text_and_what_it_leads_to(text: str, found: object) -> None:
    assert linked(text, HERE) == found


@given(st.text())
def test_no_text_leads_to_another_server_or_holds_more_than_it_says(text: str) -> None:
    assert linked(text, HERE) in (None, RecordLink("", text)) or text.startswith(("data:", "http"))
    assert isinstance(linked("data:" + text, HERE), Inline | None)
    found = linked("https://" + text, HERE)
    assert found is None or (isinstance(found, RecordLink) and HERE[1] in text.lower())
