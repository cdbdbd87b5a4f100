"""What an Actor finds in its environment, in both worlds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runmon.local.environment import FORMER_NAMES, actor_environment

RUN: dict[str, Any] = {
    "id": "run1",
    "actId": "act1",
    "defaultDatasetId": "d1",
    "defaultKeyValueStoreId": "k1",
    "defaultRequestQueueId": "q1",
    "startedAt": "2026-11-24T12:00:00.000Z",
    "options": {"memoryMbytes": 512},
}


def environment(outer: dict[str, str] | None = None, **given: Any) -> dict[str, str]:
    return actor_environment(
        RUN, outer=outer or {}, base_url="http://127.0.0.1:1", token="local", storage=Path("/runs/1"), **given
    )


def test_the_sdk_finds_the_platform_and_plain_crawlee_the_same_folder() -> None:
    found = environment(timeout_at="2026-11-24T12:05:00.000Z", events_url="ws://127.0.0.1:1/events")
    wanted = {
        "APIFY_IS_AT_HOME": "1",
        "APIFY_TOKEN": "local",
        "APIFY_API_BASE_URL": "http://127.0.0.1:1",
        "ACTOR_RUN_ID": "run1",
        "ACTOR_DEFAULT_DATASET_ID": "d1",
        "ACTOR_DEFAULT_KEY_VALUE_STORE_ID": "k1",
        "ACTOR_DEFAULT_REQUEST_QUEUE_ID": "q1",
        "ACTOR_MEMORY_MBYTES": "512",
        "ACTOR_TIMEOUT_AT": "2026-11-24T12:05:00.000Z",
        "ACTOR_EVENTS_WEBSOCKET_URL": "ws://127.0.0.1:1/events",
        "CRAWLEE_STORAGE_DIR": "/runs/1",
        "APIFY_LOCAL_STORAGE_DIR": "/runs/1",
        "CRAWLEE_PURGE_ON_START": "0",
    }
    assert {name: found.get(name) for name in wanted} == wanted


def test_older_sdks_find_the_same_values_under_their_names() -> None:
    found = environment(events_url="ws://127.0.0.1:1/events")
    assert found["APIFY_ACTOR_RUN_ID"] == "run1"
    assert found["APIFY_ACTOR_EVENTS_WS_URL"] == "ws://127.0.0.1:1/events"
    assert all(found.get(old) == found.get(new) for new, old in FORMER_NAMES.items())


def test_what_is_not_known_is_not_set() -> None:
    assert not {"ACTOR_TIMEOUT_AT", "ACTOR_EVENTS_WEBSOCKET_URL", "ACTOR_BUILD_ID"} & environment().keys()


def test_a_persons_own_token_does_not_reach_the_actor_and_their_other_variables_do() -> None:
    """E3: the environment of an Actor."""
    found = environment({"APIFY_TOKEN": "apify_api_canary", "MY_SETTING": "1", "ACTOR_RUN_ID": "other"})
    assert "apify_api_canary" not in found.values()
    assert (found["MY_SETTING"], found["ACTOR_RUN_ID"]) == ("1", "run1")
