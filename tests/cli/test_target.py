"""Every shape in which a run is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.api.address import address
from runmon.cli.target import FolderTarget, LastRunTarget, NewestTarget, RunTarget, parse
from runmon.errors import BadTarget

APIFY = address("https://api.apify.com")
RUN = "HG7ML7M8z78YcAPEB"
CONSOLE = "https://console.apify.com"


@pytest.mark.parametrize(
    "text",
    [
        RUN,
        f" {RUN}\n",
        f"{CONSOLE}/actors/moJRLRc85AitArpNN/runs/{RUN}",
        f"{CONSOLE}/actors/moJRLRc85AitArpNN/runs/{RUN}#log",
        f"{CONSOLE}/actors/moJRLRc85AitArpNN/runs/{RUN}/?x=y#output",
        f"{CONSOLE}/actors/runs/{RUN}",
        f"{CONSOLE}/actors/tasks/zAPSTpbgvIHJ8UDG9/runs/{RUN}",
        f"{CONSOLE}/view/runs/{RUN}",
        f"{CONSOLE}/organization/oRgAnIsAtIoN12345/actors/moJRLRc85AitArpNN/runs/{RUN}",
        f"{CONSOLE}/admin/users/uSeR1234567890abc/actors/moJRLRc85AitArpNN/runs/{RUN}",
        f"https://my.apify.com/actors/moJRLRc85AitArpNN#/runs/{RUN}",
        f"https://my.apify.com/view/runs/{RUN}",
        f"https://api.apify.com/v2/actor-runs/{RUN}",
        f"https://api.apify.com/v2/actor-runs/{RUN}/dataset/items?format=csv&token=secret",
        f"https://API.apify.com:443/v2/actor-runs/{RUN}/",
        f"https://api.apify.com/v2/acts/apify~hello-world/runs/{RUN}",
        f"https://api.apify.com/v2/actors/moJRLRc85AitArpNN/runs/{RUN}",
        f"https://api.apify.com/v2/logs/{RUN}",
        f"console.apify.com/actors/runs/{RUN}",
    ],
)
def test_ids_and_urls_of_a_run_mean_the_run(text: str) -> None:
    assert parse(text, where=APIFY) == RunTarget(RUN)


@pytest.mark.parametrize(
    "run_id", ["-dashed_id", "7", "x" * 16, "a_b-c", "0f8fad5b-d9cb-469f-a165-70867728950e"]
)
def test_ids_of_other_servers_have_other_shapes(run_id: str) -> None:
    assert parse(run_id, where=APIFY) == RunTarget(run_id)
    assert parse(f"http://h:1/v2/actor-runs/{run_id}/log", where=address("http://h:1")) == RunTarget(run_id)


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("apify/website-content-crawler", "apify~website-content-crawler"),
        ("apify~hello-world", "apify~hello-world"),
        ("ann.b/my_actor", "ann.b~my_actor"),
        ("https://apify.com/apify/hello-world", "apify~hello-world"),
        (f"{CONSOLE}/actors/moJRLRc85AitArpNN", "moJRLRc85AitArpNN"),
        (f"{CONSOLE}/actors/moJRLRc85AitArpNN/runs", "moJRLRc85AitArpNN"),
        ("https://api.apify.com/v2/acts/apify~hello-world/runs/last", "apify~hello-world"),
        ("https://api.apify.com/v2/actors/moJRLRc85AitArpNN/runs/last/log", "moJRLRc85AitArpNN"),
    ],
)
def test_an_actor_means_its_last_run(text: str, actor: str) -> None:
    assert parse(text, where=APIFY) == LastRunTarget(actor)


def test_the_last_run_can_be_narrowed_by_status() -> None:
    url = "https://api.apify.com/v2/actors/a~b/runs/last?status=SUCCEEDED"

    assert parse("a/b", where=APIFY, status="FAILED") == LastRunTarget("a~b", "FAILED")
    assert parse(url, where=APIFY) == LastRunTarget("a~b", "SUCCEEDED")
    with pytest.raises(BadTarget, match="--status"):
        parse(RUN, where=APIFY, status="FAILED")


def test_at_last_is_the_account_s_last_run_and_a_dash_the_newest_of_this_machine() -> None:
    assert parse("@last", where=APIFY, status="FAILED") == LastRunTarget("", "FAILED")
    assert parse(" - ", where=APIFY) == NewestTarget()
    with pytest.raises(BadTarget, match="user/actor or @last"):
        parse("-", where=APIFY, status="FAILED")


def test_a_path_means_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "apify" / "storage").mkdir(parents=True)

    for text in (
        str(tmp_path),
        "./storage",
        "../x",
        "apify/storage",
        "apify",
        "run.zip",
        "run.arun",
        "~/runs",
        "storage/",
    ):
        assert isinstance(parse(text, where=APIFY), FolderTarget), text


def test_an_id_means_the_run_even_where_a_folder_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / RUN).mkdir()

    assert parse(RUN, where=APIFY) == RunTarget(RUN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "what?",
        "a/b/c",
        "https://",
        "https://[x",
        f"ftp://api.apify.com/v2/actor-runs/{RUN}",
        f"{CONSOLE}/storage/datasets/abc",
        f"{CONSOLE}/actors/runs/{RUN}.json",
        f"{CONSOLE}/actors/tasks/zAPSTpbgvIHJ8UDG9",
        "https://api.apify.com/v2/datasets/IrYGETFZXSASmEpMe/items",
        "\x1b[2J",
    ],
)
def test_what_names_no_run_is_refused_with_the_forms_that_do(text: str) -> None:
    with pytest.raises(BadTarget) as refused:
        parse(text, where=APIFY)

    assert "run id" in refused.value.hint


def test_an_api_url_of_another_server_is_not_asked_with_our_token() -> None:
    """E1, E2: a pasted URL chooses no server and shows no token."""
    with pytest.raises(BadTarget) as refused:
        parse(f"http://127.0.0.1:8000/v2/actor-runs/{RUN}?token=secret", where=APIFY)

    assert refused.value.hint == "Add --api-url http://127.0.0.1:8000 to ask there."
    assert "secret" not in str(refused.value)


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_any_text_is_a_target_or_is_refused(text: str) -> None:
    try:
        target = parse(text, where=APIFY)
    except BadTarget:
        return
    assert isinstance(target, RunTarget | LastRunTarget | FolderTarget | NewestTarget)


IDS = st.from_regex(r"[A-Za-z0-9]{17}", fullmatch=True)


@settings(deadline=None, max_examples=100)
@given(IDS, IDS, st.sampled_from(["", "#log", "/", "?a=b", "/log?stream=1", "/dataset/items"]))
def test_any_id_is_found_in_any_url(run_id: str, actor: str, rest: str) -> None:
    for url in (
        f"{CONSOLE}/actors/{actor}/runs/{run_id}{rest}",
        f"https://api.apify.com/v2/actor-runs/{run_id}{rest}",
    ):
        assert parse(url, where=APIFY) == RunTarget(run_id)
