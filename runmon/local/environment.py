"""The environment of an Actor process: the Apify SDK finds its platform, plain Crawlee the same folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

FORMER_NAMES = {
    "ACTOR_ID": "APIFY_ACTOR_ID",
    "ACTOR_RUN_ID": "APIFY_ACTOR_RUN_ID",
    "ACTOR_BUILD_ID": "APIFY_ACTOR_BUILD_ID",
    "ACTOR_DEFAULT_DATASET_ID": "APIFY_DEFAULT_DATASET_ID",
    "ACTOR_DEFAULT_KEY_VALUE_STORE_ID": "APIFY_DEFAULT_KEY_VALUE_STORE_ID",
    "ACTOR_DEFAULT_REQUEST_QUEUE_ID": "APIFY_DEFAULT_REQUEST_QUEUE_ID",
    "ACTOR_INPUT_KEY": "APIFY_INPUT_KEY",
    "ACTOR_STARTED_AT": "APIFY_STARTED_AT",
    "ACTOR_TIMEOUT_AT": "APIFY_TIMEOUT_AT",
    "ACTOR_MEMORY_MBYTES": "APIFY_MEMORY_MBYTES",
    "ACTOR_EVENTS_WEBSOCKET_URL": "APIFY_ACTOR_EVENTS_WS_URL",
}
"""Today's names to those that Actors built on older SDKs read."""


def actor_environment(
    run: Mapping[str, Any],
    *,
    outer: Mapping[str, str],
    base_url: str,
    token: str,
    storage: Path,
    timeout_at: str | None = None,
    events_url: str | None = None,
) -> dict[str, str]:
    """What the Actor of this run object sees: `outer` (ours), then the platform's variables, which win.

    An `APIFY_TOKEN` of the person is replaced by the local one, so no Actor reaches their account by mistake.
    """
    own = platform_variables(run, timeout_at=timeout_at, events_url=events_url)
    former = {old: own[new] for new, old in FORMER_NAMES.items() if new in own}
    api = {"APIFY_TOKEN": token, "APIFY_API_BASE_URL": base_url, "APIFY_API_PUBLIC_BASE_URL": base_url}
    return {"PYTHONUNBUFFERED": "1", **outer, **former, **own, **api, **folder_variables(storage)}


def platform_variables(
    run: Mapping[str, Any], *, timeout_at: str | None, events_url: str | None
) -> dict[str, str]:
    """The run in today's names; what the run object does not know is left out."""
    options = run.get("options") or {}
    facts = {
        "ACTOR_ID": run.get("actId"),
        "ACTOR_RUN_ID": run.get("id"),
        "ACTOR_BUILD_ID": run.get("buildId"),
        "ACTOR_BUILD_NUMBER": run.get("buildNumber"),
        "ACTOR_DEFAULT_DATASET_ID": run.get("defaultDatasetId"),
        "ACTOR_DEFAULT_KEY_VALUE_STORE_ID": run.get("defaultKeyValueStoreId"),
        "ACTOR_DEFAULT_REQUEST_QUEUE_ID": run.get("defaultRequestQueueId"),
        "ACTOR_INPUT_KEY": "INPUT",
        "ACTOR_STARTED_AT": run.get("startedAt"),
        "ACTOR_TIMEOUT_AT": timeout_at,
        "ACTOR_MEMORY_MBYTES": options.get("memoryMbytes"),
        "ACTOR_MAX_TOTAL_CHARGE_USD": options.get("maxTotalChargeUsd"),
        "ACTOR_EVENTS_WEBSOCKET_URL": events_url,
        "APIFY_IS_AT_HOME": "1",
        "APIFY_USER_ID": run.get("userId"),
        "APIFY_META_ORIGIN": (run.get("meta") or {}).get("origin"),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def folder_variables(storage: Path) -> dict[str, str]:
    """Where Crawlee without the SDK reads and writes; purging is over when the Actor starts."""
    root = str(storage)
    return {
        "CRAWLEE_STORAGE_DIR": root,
        "APIFY_LOCAL_STORAGE_DIR": root,
        "CRAWLEE_PURGE_ON_START": "0",
        "APIFY_PURGE_ON_START": "0",
    }
