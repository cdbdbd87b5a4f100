"""Which method of Apify's own client calls which operation: one table for two major versions, sync and async.

Imported by tests and, without them, by the driver of the previous major version: standard library only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

RUN = "/v2/actor-runs/{runId}"
LAST = "/v2/actors/{actorId}/runs/last"
ACTOR = "sleeper"
"""The Actor whose runs are driven; it must be registered, and go on until it is ended."""
FORMATS = ("json", "jsonl", "csv", "xlsx", "xml", "html", "rss")


@dataclass(slots=True)
class Seat:
    """A client on one run: its run client, and its major version, on which a few parameter names hang."""

    client: Any
    run: Any
    run_id: str
    major: int
    origin: str
    """Where the platform answers: `http://127.0.0.1:4567`."""
    path: str
    """The run as this seat names it, below the origin."""
    dataset: Any = None
    store: Any = None
    queue: Any = None
    request_id: str = ""

    def lock(self, seconds: int) -> dict[str, Any]:
        return {"lock_secs": seconds} if self.major == 2 else {"lock_duration": timedelta(seconds=seconds)}

    async def bare(self, method: str, path: str, **more: Any) -> Any:
        """Through the client's own HTTP layer, for what it has no method for."""
        answer = await of(self.client.http_client.call(method=method, url=self.origin + path, **more))
        return answer.content


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, the method that calls it, and the call."""

    operation: str
    method: str
    act: Callable[[Seat], Any]


async def of(found: Any) -> Any:
    """What a sync or an async client gives."""
    return await found if inspect.isawaitable(found) else found


async def every(found: Any) -> list[Any]:
    """All that a sync or an async iterator gives."""
    return [one async for one in found] if hasattr(found, "__aiter__") else list(found)


async def whole(stream: Any) -> bytes:
    """All that a sync or an async stream gives."""
    if hasattr(stream, "__aenter__"):
        async with stream as answer:
            return b"".join([chunk async for chunk in answer.aiter_bytes()])
    with stream as answer:
        return b"".join(answer.iter_bytes())


def plain(found: Any) -> Any:
    """A model, or what the client gives in its place, as the API names things."""
    return found.model_dump(by_alias=True, exclude_unset=True) if hasattr(found, "model_dump") else found


def request(name: str, **more: Any) -> dict[str, Any]:
    return {"url": f"http://example.com/{name}", "uniqueKey": name, "method": "GET", **more}


def drive_order() -> list[tuple[str, list[Call]]]:
    """The calls of a run by its id, then those of the last run of an Actor."""
    by_id = [*around(), *one_run(), *logs(), *storages(RUN), *moves(), *ends(), *deletions(RUN), removal()]
    return [(RUN, by_id), (LAST, [*last_run(), *storages(LAST), *last_moves(), *deletions(LAST)])]


def around() -> list[Call]:
    return [
        Call("GET /v2/users/me", "user.get", lambda seat: seat.client.user().get()),
        Call(
            "GET /v2/actor-runs",
            "runs.list",
            lambda seat: seat.client.runs().list(limit=10, desc=True, status="RUNNING"),
        ),
    ]


def one_run() -> list[Call]:
    return [
        Call(f"GET {RUN}", "run.get", lambda seat: seat.run.get()),
        Call(
            f"PUT {RUN}",
            "run.update",
            lambda seat: seat.run.update(status_message="half way", is_status_message_terminal=False),
        ),
        Call(f"POST {RUN}/charge", "run.charge", lambda seat: seat.run.charge("page", count=2)),
    ]


def logs() -> list[Call]:
    return [
        Call(f"GET {RUN}/log", "run.log.get", lambda seat: seat.run.log().get(raw=True)),
        Call(
            "GET /v2/logs/{buildOrRunId}",
            "log.get_as_bytes",
            lambda seat: seat.client.log(seat.run_id).get_as_bytes(raw=True),
        ),
    ]


def last_run() -> list[Call]:
    return [
        Call(f"GET {LAST}", "actor.last_run.get", lambda seat: seat.run.get()),
        Call(f"GET {LAST}/log", "actor.last_run.log.get", lambda seat: seat.run.log().get()),
    ]


def moves() -> list[Call]:
    return [
        Call(f"POST {RUN}/reboot", "run.reboot", lambda seat: seat.run.reboot()),
        Call(f"POST {RUN}/metamorph", "run.metamorph", metamorph),
    ]


def last_moves() -> list[Call]:
    return [
        Call(f"POST {LAST}/reboot", "actor.last_run.reboot", lambda seat: seat.run.reboot()),
        Call(f"POST {LAST}/metamorph", "actor.last_run.metamorph", metamorph),
        Call(f"POST {LAST}/abort", "actor.last_run.abort", abort),
    ]


def ends() -> list[Call]:
    return [
        Call(f"POST {RUN}/abort", "run.abort", abort),
        Call(f"POST {RUN}/resurrect", "run.resurrect", lambda seat: seat.run.resurrect(memory_mbytes=256)),
        Call(f"POST {RUN}/abort", "run.abort", abort),
    ]


def removal() -> Call:
    return Call(f"DELETE {RUN}", "run.delete", lambda seat: seat.run.delete())


def metamorph(seat: Seat) -> Any:
    return seat.run.metamorph(target_actor_id=ACTOR, run_input={"turn": 2})


async def abort(seat: Seat) -> Any:
    """The end is awaited, as the next call needs a run that is over."""
    await of(seat.run.abort(gracefully=False))
    return await of(seat.client.run(seat.run_id).wait_for_finish())


def storages(prefix: str) -> list[Call]:
    """All but the deletions of the storages below this path."""
    queue = prefix + "/request-queue"
    return [
        *datasets(prefix + "/dataset"),
        *records(prefix + "/key-value-store"),
        *queues(queue),
        *requests(queue),
        *locks(queue),
    ]


def datasets(base: str) -> list[Call]:
    return [
        Call(
            f"POST {base}/items",
            "dataset.push_items",
            lambda seat: seat.dataset.push_items(
                [{"n": 1, "text": "é" * 1000}, {}, {"#hidden": [1.5, None]}]
            ),
        ),
        Call(f"GET {base}", "dataset.get", lambda seat: seat.dataset.get()),
        Call(f"PUT {base}", "dataset.update", lambda seat: seat.dataset.update(name=named(seat, "items"))),
        Call(f"GET {base}/items", "dataset.list_items", lambda seat: seat.dataset.list_items(clean=True)),
        *[Call(f"GET {base}/items", "dataset.stream_items", streamed(kind)) for kind in FORMATS],
        Call(f"GET {base}/items", "dataset.iterate_items", lambda seat: every(seat.dataset.iterate_items())),
        Call(
            f"GET {base}/statistics",
            "dataset.get_statistics",
            lambda seat: seat.dataset.get_statistics(),
        ),
    ]


def streamed(kind: str) -> Callable[[Seat], Any]:
    return lambda seat: whole(seat.dataset.stream_items(item_format=kind))


def named(seat: Seat, kind: str) -> str:
    return f"{kind}-{seat.run_id.lower()}"


def records(base: str) -> list[Call]:
    one = f"{base}/records/{{recordKey}}"
    return [
        Call(f"PUT {one}", "key_value_store.set_record", lambda seat: seat.store.set_record("A", {"é": 1})),
        Call(
            f"PUT {one}",
            "key_value_store.set_record",
            lambda seat: seat.store.set_record("b.html", "<p>é</p>", content_type="text/html"),
        ),
        Call(
            f"POST {one}",
            "http_client.call",
            lambda seat: seat.bare(
                "POST",
                below(seat, base) + "/records/C",
                headers={"content-type": "text/plain"},
                data=b"posted",
            ),
        ),
        Call(f"GET {one}", "key_value_store.get_record", lambda seat: seat.store.get_record("A")),
        Call(f"GET {one}", "key_value_store.get_record", lambda seat: seat.store.get_record("nothing")),
        Call(
            f"GET {one}",
            "key_value_store.get_record_as_bytes",
            lambda seat: seat.store.get_record_as_bytes("b.html"),
        ),
        Call(f"GET {base}", "key_value_store.get", lambda seat: seat.store.get()),
        Call(
            f"PUT {base}",
            "key_value_store.update",
            lambda seat: seat.store.update(name=named(seat, "records")),
        ),
        Call(f"GET {base}/keys", "key_value_store.list_keys", lambda seat: seat.store.list_keys(limit=2)),
        Call(f"GET {base}/records", "http_client.call", archive(base)),
        Call(f"DELETE {one}", "key_value_store.delete_record", lambda seat: seat.store.delete_record("A")),
    ]


def archive(base: str) -> Callable[[Seat], Any]:
    return lambda seat: seat.bare("GET", below(seat, base) + "/records")


def below(seat: Seat, base: str) -> str:
    """A storage's path with the ids of this seat in it."""
    for prefix in (RUN, LAST):
        if base.startswith(prefix):
            return seat.path + base.removeprefix(prefix)
    return base


def queues(base: str) -> list[Call]:
    return [
        Call(f"GET {base}", "request_queue.get", lambda seat: seat.queue.get()),
        Call(
            f"PUT {base}", "request_queue.update", lambda seat: seat.queue.update(name=named(seat, "queue"))
        ),
        Call(f"POST {base}/requests", "request_queue.add_request", add_request),
        Call(
            f"POST {base}/requests/batch",
            "request_queue.batch_add_requests",
            lambda seat: seat.queue.batch_add_requests([request(f"batch-{n}") for n in range(30)]),
        ),
        Call(f"GET {base}/head", "request_queue.list_head", lambda seat: seat.queue.list_head(limit=5)),
        Call(f"GET {base}/requests", "request_queue.list_requests", lambda seat: seat.queue.list_requests()),
    ]


async def add_request(seat: Seat) -> Any:
    found = await of(seat.queue.add_request(request("one", userData={"label": "first"}), forefront=True))
    seat.request_id = plain(found)["requestId"]
    return found


def requests(base: str) -> list[Call]:
    one = f"{base}/requests/{{requestId}}"
    return [
        Call(
            f"GET {one}",
            "request_queue.get_request",
            lambda seat: seat.queue.get_request(seat.request_id),
        ),
        Call(
            f"GET {one}",
            "request_queue.get_request",
            lambda seat: seat.queue.get_request("noSuchRequest15"),
        ),
        Call(
            f"PUT {one}",
            "request_queue.update_request",
            lambda seat: seat.queue.update_request(request("one", id=seat.request_id, retryCount=1)),
        ),
    ]


def locks(base: str) -> list[Call]:
    one = f"{base}/requests/{{requestId}}"
    return [
        Call(
            f"POST {base}/head/lock",
            "request_queue.list_and_lock_head",
            lambda seat: seat.queue.list_and_lock_head(limit=25, **seat.lock(60)),
        ),
        Call(
            f"PUT {one}/lock",
            "request_queue.prolong_request_lock",
            lambda seat: seat.queue.prolong_request_lock(seat.request_id, **seat.lock(60)),
        ),
        Call(
            f"DELETE {one}/lock",
            "request_queue.delete_request_lock",
            lambda seat: seat.queue.delete_request_lock(seat.request_id),
        ),
        Call(
            f"POST {base}/requests/unlock",
            "request_queue.unlock_requests",
            lambda seat: seat.queue.unlock_requests(),
        ),
        Call(
            f"DELETE {base}/requests/batch",
            "request_queue.batch_delete_requests",
            lambda seat: seat.queue.batch_delete_requests([{"uniqueKey": "batch-1"}]),
        ),
        Call(
            f"DELETE {one}",
            "request_queue.delete_request",
            lambda seat: seat.queue.delete_request(seat.request_id),
        ),
    ]


def deletions(base: str) -> list[Call]:
    return [
        Call(f"DELETE {base}/dataset", "dataset.delete", lambda seat: seat.dataset.delete()),
        Call(f"DELETE {base}/key-value-store", "key_value_store.delete", lambda seat: seat.store.delete()),
        Call(f"DELETE {base}/request-queue", "request_queue.delete", lambda seat: seat.queue.delete()),
    ]
