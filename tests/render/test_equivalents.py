"""The same order by command: what a shell reads is the order, whatever it holds; a token is never in it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.model.order import Deed, Order
from runmon.render.equivalents import equivalents, looped

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


def test_an_order_to_several_runs_is_one_command_or_a_loop_over_them(tmp_path: Path) -> None:
    runs = ["HG7M", "two words"]
    told = looped(Order(Deed.ABORT, runs[0], gracefully=True), runs, URL)
    assert told[0].line == "runmon abort HG7M 'two words' --gracefully --yes"
    assert told[1].line == "for run in HG7M 'two words'; do apify runs abort \"$run\"; done"

    for tool in ("runmon", "apify", "curl"):
        (tmp_path / tool).write_text('#!/bin/sh\nfor word; do echo "$word"; done\n')
        (tmp_path / tool).chmod(0o755)
    for one in told:
        said = subprocess.run(
            ["/bin/sh", "-c", one.line], env={"PATH": str(tmp_path)}, capture_output=True, text=True
        )
        assert [line for line in said.stdout.split("\n") if "HG7M" in line or "two words" in line] == [
            f"https://api.apify.com/v2/actor-runs/{run}/abort?gracefully=true" if one.tool == "curl" else run
            for run in runs
        ]


def test_another_server_is_named() -> None:
    told = lines(Order(Deed.REBOOT, "x"), "http://127.0.0.1:8000")
    assert told[0].endswith("--api-url http://127.0.0.1:8000") and "http://127.0.0.1:8000/v2/" in told[2]


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_a_shell_reads_back_what_was_ordered(run_id: str, build: str) -> None:
    runmon, apify, curl = map(shlex.split, lines(Order(Deed.RESURRECT, run_id, build=build)))
    assert (runmon[2], runmon[4], len(apify)) == (run_id, build, 6)
    assert parse_qs(urlsplit(curl[-1]).query, keep_blank_values=True) == {"build": [build]}
