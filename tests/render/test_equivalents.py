"""The same order by command: what a shell reads is the order, whatever it holds; a token is never in it."""

from __future__ import annotations

import shlex
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.order import Deed, Order
from runmon.render.equivalents import equivalents

URL = "https://api.apify.com/v2"


def lines(order: Order, url: str = URL) -> list[str]:
    return [one.line for one in equivalents(order, url)]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (
            Order(Deed.ABORT, "HG7M", gracefully=True),
            [
                "runmon abort HG7M --gracefully --yes",
                "apify runs abort HG7M",
                'curl -X POST -H "Authorization: Bearer $APIFY_TOKEN" '
                "'https://api.apify.com/v2/actor-runs/HG7M/abort?gracefully=true'",
            ],
        ),
        (
            Order(Deed.RESURRECT, "HG7M", memory_mb=512),
            [
                "runmon resurrect HG7M --memory 512 --yes",
                "apify api POST actor-runs/HG7M/resurrect -p '{\"memory\": 512}'",
                'curl -X POST -H "Authorization: Bearer $APIFY_TOKEN" '
                "'https://api.apify.com/v2/actor-runs/HG7M/resurrect?memory=512'",
            ],
        ),
    ],
)
def test_an_order_reads_as_a_person_would_type_it(order: Order, told: list[str]) -> None:
    assert lines(order) == told


def test_another_server_is_named() -> None:
    told = lines(Order(Deed.REBOOT, "x"), "http://127.0.0.1:8000")
    assert told[0].endswith("--api-url http://127.0.0.1:8000") and "http://127.0.0.1:8000/v2/" in told[2]


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_a_shell_reads_back_what_was_ordered(run_id: str, build: str) -> None:
    runmon, apify, curl = map(shlex.split, lines(Order(Deed.RESURRECT, run_id, build=build)))
    assert (runmon[2], runmon[4], len(apify)) == (run_id, build, 6)
    assert parse_qs(urlsplit(curl[-1]).query, keep_blank_values=True) == {"build": [build]}
