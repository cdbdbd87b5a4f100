"""Records with any key: whatever can be stored, here or by another program, is listed and read again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runmon.local.app import LocalPlatform

FEW = settings(max_examples=60, deadline=None)
LEGAL = st.text("abXZ09!-_.'()", min_size=1, max_size=12)
TAILS = ("", ".json", ".tmp", ".lock", ".__metadata__.json", ".spare", ".png")
KEYS = (
    st.sampled_from(["INPUT", "INPUT.json", "__metadata__.json", "CON", "-", "...", "x" * 256])
    | st.tuples(LEGAL, st.sampled_from(TAILS)).map("".join)
).filter(lambda key: key not in {".", ".."})
ANY_KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=16).filter(
    lambda key: not {".", ".."} & set(key.split("/")) and not key.startswith("~")
)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[LocalPlatform, httpx.Client]]:
    """A platform, and a client that may write to it."""
    with LocalPlatform() as platform:
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as client:
            yield platform, client
    assert list(platform.registry.crashes) == []


def read_back(client: httpx.Client, run: str) -> dict[str, tuple[str, bytes]]:
    """Every record by its key, as the address in the list of keys gives it, without a token."""
    listed = client.get(f"/v2/actor-runs/{run}/key-value-store/keys").raise_for_status().json()["data"]
    found = {each["key"]: httpx.get(each["recordPublicUrl"], trust_env=False) for each in listed["items"]}
    return {
        key: (answer.raise_for_status().headers["content-type"], answer.content)
        for key, answer in found.items()
    }


def test_every_file_of_a_folder_is_listed_and_read_whatever_its_name(tmp_path: Path) -> None:
    store = tmp_path / "key_value_stores" / "default"
    store.mkdir(parents=True)
    names = {b"~.txt": "~", b"~a": "~a", b"bad\xff\xe2.txt": "bad%FF%E2", b"odd\xff": "odd%FF", b"a.txt": "a"}
    for name in (*names, b"~tmp-1-1", b"~" + b"0" * 64, b"half.tmp"):
        (store / os.fsdecode(name)).write_bytes(name)
    with LocalPlatform(read_only=True) as platform:
        run = platform.open(tmp_path)
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as client:
            found = {key: body for key, (_, body) in read_back(client, run).items()}
    assert found == {key: name for name, key in names.items()}


@pytest.mark.parametrize(
    ("files", "keys"),
    [
        (["a.json", "a.txt"], {"a": "a.json", "a.txt": "a.txt"}),
        (["a.bin", "a.txt", "a"], {"a": "a", "a.bin": "a.bin", "a.txt": "a.txt"}),
        (["INPUT.json", "INPUT.bin"], {"INPUT": "INPUT.json", "INPUT.bin": "INPUT.bin"}),
        (["a.json", "a.txt", "a.txt.json"], {"a": "a.json", "a.txt": "a.txt", "a.txt.json": "a.txt.json"}),
        (["a.json", "a.txt", "a.__metadata__.json"], {"a": "a.txt", "a.json": "a.json"}),
        (["a.json", "a", "a.__metadata__.json"], {"a": "a", "a.json": "a.json"}),
    ],
)
def test_files_that_mean_the_same_key_are_all_listed(
    tmp_path: Path, files: list[str], keys: dict[str, str]
) -> None:
    store = tmp_path / "key_value_stores" / "default"
    store.mkdir(parents=True)
    for name in files:
        card = name.endswith("metadata__.json")
        (store / name).write_text('{"key":"a","contentType":"text/plain; charset=utf-8"}' if card else name)
    with LocalPlatform(read_only=True) as platform:
        run = platform.open(tmp_path)
        headers = {"authorization": f"Bearer {platform.token}"}
        with httpx.Client(base_url=platform.url, headers=headers, trust_env=False) as client:
            found = {key: body.decode() for key, (_, body) in read_back(client, run).items()}
    assert found == keys


@FEW
@given(records=st.dictionaries(KEYS, st.sampled_from(["text/plain", "image/odd"]), min_size=1, max_size=8))
def test_every_key_that_can_be_put_is_listed_and_read_again_also_from_its_folder(
    served: tuple[LocalPlatform, httpx.Client],
    tmp_path_factory: pytest.TempPathFactory,
    records: dict[str, str],
) -> None:
    platform, client = served
    folder = tmp_path_factory.mktemp("run")
    place = f"/v2/actor-runs/{platform.create(folder)}/key-value-store/records"
    for key, kind in records.items():
        path = f"{place}/{quote(key, safe='')}"
        client.put(path, content=key.encode(), headers={"content-type": kind}).raise_for_status()
    wanted = {key: (kind, key.encode()) for key, kind in records.items()}
    assert read_back(client, place.split("/")[3]) == wanted
    with LocalPlatform(read_only=True) as another:
        headers = {"authorization": f"Bearer {another.token}"}
        with httpx.Client(base_url=another.url, headers=headers, trust_env=False) as reader:
            assert read_back(reader, another.open(folder)) == wanted


@FEW
@given(keys=st.sets(ANY_KEYS, min_size=1, max_size=6))
@example(keys={"\n", "a\n", "a\nb", "a/b", "a\\b", "/", "\0", "%", "%0A", " ", "?#&=+;"})
def test_every_key_that_crawlee_for_python_wrote_is_listed_and_read(
    served: tuple[LocalPlatform, httpx.Client], tmp_path_factory: pytest.TempPathFactory, keys: set[str]
) -> None:
    platform, client = served
    root = tmp_path_factory.mktemp("storage")
    wrote(root / "key_value_stores" / "default", keys)
    assert read_back(client, platform.open(root)) == {key: ("text/plain", key.encode()) for key in keys}


def wrote(store: Path, keys: set[str]) -> None:
    """Records as Crawlee for Python writes them: names percent-encoded, metadata beside."""
    store.mkdir(parents=True)
    for key in keys:
        name, size = quote(key, safe=""), len(key.encode())
        (store / name).write_bytes(key.encode())
        card = json.dumps({"key": key, "content_type": "text/plain", "size": size})
        (store / f"{name}.__metadata__.json").write_text(card)
