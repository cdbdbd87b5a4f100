"""Signed addresses open what they name and nothing else; Apify's client makes them too."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from apify_client import ApifyClient
from apify_client._utils.crypto import create_hmac_signature, create_storage_content_signature
from hypothesis import given
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform
from runmon.local.runs import RunState
from runmon.local.signatures import sign, sign_storage, storage_signed


@pytest.fixture
def run(platform: LocalPlatform, http: httpx.Client, tmp_path: Path) -> RunState:
    """A run with an item and two records."""
    state = platform.registry.run(platform.create(tmp_path))
    http.post(f"/v2/actor-runs/{state.id}/dataset/items", json=[{"a": 1}])
    for key in ("one", "two"):
        http.put(f"/v2/actor-runs/{state.id}/key-value-store/records/{key}", json=key)
    return state


def stranger(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False)


def test_what_the_objects_call_public_opens_without_a_token(platform: LocalPlatform, run: RunState) -> None:
    client = ApifyClient(platform.token, api_url=platform.url).run(run.id)
    dataset, store = client.dataset().get(), client.key_value_store().get()
    assert dataset is not None and store is not None
    keys = client.key_value_store().list_keys().items

    assert stranger(str(dataset.items_public_url)).json() == [{"a": 1}]
    assert stranger(str(store.keys_public_url)).json()["data"]["count"] == 2
    assert [stranger(str(key.record_public_url)).json() for key in keys] == ["one", "two"]


def test_the_address_that_the_official_client_makes_opens_until_it_expires(
    platform: LocalPlatform, run: RunState
) -> None:
    client = ApifyClient(platform.token, api_url=platform.url, api_public_url=platform.url)
    dataset = client.dataset(run.default_id("dataset"))

    lasting = dataset.create_items_public_url(expires_in=timedelta(hours=1))
    over = dataset.create_items_public_url(expires_in=timedelta(hours=-1))

    assert stranger(lasting).json() == [{"a": 1}]
    assert (stranger(over).status_code, stranger(over).json()["error"]["type"]) == (403, "invalid-signature")


def test_a_signature_opens_nothing_else(platform: LocalPlatform, run: RunState) -> None:
    dataset, store = (run.default_id(kind) for kind in ("dataset", "records"))
    secret = platform.registry.signing_secret(store)
    query = f"?signature={sign(secret, 'one')}"

    assert stranger(f"{platform.url}/v2/key-value-stores/{store}/records/one{query}").status_code == 200
    for path in (
        f"key-value-stores/{store}/records/two",
        f"key-value-stores/{store}/keys",
        f"datasets/{dataset}/items",
    ):
        assert stranger(f"{platform.url}/v2/{path}{query}").status_code == 403
    for path in (
        f"key-value-stores/{store}",
        f"actor-runs/{run.id}",
        f"logs/{run.id}",
        "actor-runs",
        "users/me",
    ):
        assert stranger(f"{platform.url}/v2/{path}{query}").status_code == 401
    url = f"{platform.url}/v2/key-value-stores/{store}/records/one{query}"
    assert httpx.delete(url, trust_env=False).status_code == 401
    assert stranger(f"{url}&method=DELETE").status_code == 401


@given(st.text(max_size=40), st.text("abc123", min_size=1, max_size=17))
def test_signatures_are_those_of_the_official_client(secret: str, message: str) -> None:
    assert sign(secret, message) == create_hmac_signature(secret, message)
    official = create_storage_content_signature(message, secret)
    assert sign_storage(secret, message) == official.rstrip("=")
    assert storage_signed(secret, message, official)


@given(st.text(max_size=60))
def test_no_text_passes_for_a_signature(text: str) -> None:
    assert not storage_signed("secret", "store", text)


def test_a_storage_signature_holds_until_its_moment() -> None:
    soon = round(time.time() * 1000) + 60_000

    assert storage_signed("secret", "id", sign_storage("secret", "id", soon))
    assert not storage_signed("secret", "id", sign_storage("secret", "id", 1))
    assert not storage_signed("other", "id", sign_storage("secret", "id", soon))
