"""A process with nothing but the previous major version of Apify's client: run with `python -S -m`.

In: `{"kind": "sync", "url": …, "token": …, "run": ID}` with the run to read, or none to drive everything.
Out: `{"version": …, "wrong": [what raised], "read": what was read}`.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import sys
from typing import Any

import apify_client

from tests.witness.calls import Call
from tests.witness.drive import drive_everything, read_run


async def asked(wish: dict[str, Any]) -> dict[str, Any]:
    """Drive everything, or read a run."""
    kind = apify_client.ApifyClient if wish["kind"] == "sync" else apify_client.ApifyClientAsync
    client = kind(wish["token"], api_url=wish["url"], max_retries=0)
    version = importlib.metadata.version("apify-client")
    wrong: list[str] = []

    def told(call: Call, error: BaseException | None) -> None:
        if error is not None:
            wrong.append(f"{call.method} ({call.operation}): {error!r}")

    if wish["run"] is None:
        await drive_everything(client, int(version.partition(".")[0]), wish["url"], told)
        return {"version": version, "wrong": wrong}
    return {"version": version, "read": await read_run(client, wish["run"])}


if __name__ == "__main__":
    json.dump(asyncio.run(asked(json.load(sys.stdin))), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # The client's HTTP library now and then aborts while the interpreter is torn down.
