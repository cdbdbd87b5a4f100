"""Storage folders as Crawlee for JavaScript leaves them, made to order for tests of panes."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image


def storage(
    root: Path,
    *,
    items: Sequence[object] = (),
    raw_items: Sequence[bytes] = (),
    records: Mapping[str, bytes] | None = None,
    requests: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """A storage folder; record names carry their extension (`OUTPUT.json`)."""
    dataset, store, queue = (
        root / kind / "default" for kind in ("datasets", "key_value_stores", "request_queues")
    )
    for folder in (dataset, store, queue):
        folder.mkdir(parents=True)
    texts = [*raw_items, *(json.dumps(item).encode() for item in items)]
    for number, text in enumerate(texts, 1):
        (dataset / f"{number:09}.json").write_bytes(text)
    for name, body in (records or {}).items():
        (store / name).write_bytes(body)
    for number, each in enumerate(requests, 1):
        (queue / f"{each['id']}.json").write_text(json.dumps(request_file(each, number)))
    return root


def request_file(request: Mapping[str, Any], number: int) -> dict[str, Any]:
    whole = {"method": "GET", "retryCount": 0, "uniqueKey": request["url"], **request}
    order = None if whole.get("handledAt") else 1_700_000_000_000 + number
    outer = {name: whole[name] for name in ("id", "url", "method", "retryCount", "uniqueKey")}
    return {**outer, "orderNo": order, "json": json.dumps(whole)}


def handled(id: str, url: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "url": url, "handledAt": "2026-11-23T18:16:15.465Z", **more}


def png(width: int = 40, height: int = 20, colour: str = "#d02020") -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(held, "PNG")
    return held.getvalue()


def age(root: Path, seconds: float) -> Path:
    """Make a folder and everything in it look as if last written so long ago: nobody waits for more."""
    then = time.time() - seconds
    for path in (root, *root.rglob("*")):
        os.utime(path, (then, then))
    return root
