"""The local platform: an Apify-shaped API over run folders, on loopback, in a thread of this process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from runmon.errors import LocalFault
from runmon.local import actor_routes, events, log_routes, run_routes
from runmon.local.auth import Door, Guarded
from runmon.local.control import abort_run
from runmon.local.disturbance import Disturbed, Faults
from runmon.local.doorstep import Doorstep, loopback_socket
from runmon.local.faults import ApiFault, render_crash, render_fault, render_http
from runmon.local.folder import RunFolder, make_folder, open_folder, plain_folder
from runmon.local.fork import Fork, Planned
from runmon.local.holding import held_elsewhere
from runmon.local.home import hold_home, kept_runs, shelf
from runmon.local.mounting import storage_routes
from runmon.local.registry import Registry
from runmon.local.runs import DEFAULT_ACTOR, RunState, new_run, opened_run

if TYPE_CHECKING:
    from runmon.local.runner import Runner, RunSpec

Result = TypeVar("Result")

START_DEADLINE_S = 10.0


def asgi(registry: Registry) -> Starlette:
    """The routes over a registry, without the door: for `Guarded`, and for tests of one layer."""
    found = [*run_routes.routes(), *log_routes.routes(), *storage_routes(), *actor_routes.routes()]
    app = Starlette(
        routes=[Fork([*found, description_route(found), *events.routes()])],
        exception_handlers={ApiFault: render_fault, HTTPException: render_http, Exception: render_crash},
    )
    app.router.redirect_slashes = False
    app.state.registry = registry
    app.state.crashes = registry.crashes
    return app


def description_route(described: Sequence[Planned]) -> Planned:
    """`GET /v2/openapi.json`: the tables that it is made from are loaded when somebody asks."""

    @cache
    def whole() -> Route:
        from runmon.local import description

        return description.routes([route.built() for route in described])[0]

    async def show(request: Request) -> Response:
        answer: Response = await whole().endpoint(request)
        return answer

    return Planned("/v2/openapi.json", show, methods=["GET"])


def guarded(registry: Registry, *, token: str, port: int, anonymous_reads: bool) -> ASGIApp:
    """The whole platform as one ASGI app that answers on `127.0.0.1:port` and `localhost:port`."""
    hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    app: ASGIApp = asgi(registry)
    if registry.faults.on_the_wire:
        app = Disturbed(app, registry.faults)
    return Guarded(app, Door(token, hosts, anonymous_reads))


class LocalPlatform:
    """A context manager: inside it the API answers on `url`; leaving it ends every run and thread it started.

    Methods may be called from any thread but the platform's own.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        port: int = 0,
        read_only: bool = False,
        anonymous_reads: bool = False,
        faults: Faults | None = None,
        home: Path | None = None,
    ) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.anonymous_reads = anonymous_reads
        self.registry = Registry(read_only=read_only, faults=faults)
        self.registry.home = home
        self.registry.launch = self._start
        self.registry.revive = self._revive
        self._home_lock: int | None = None
        self.url = ""
        """`http://127.0.0.1:PORT`, known once the platform was entered."""
        self.answers: ASGIApp
        """What answers on `url`: for those of this process, who may ask it on `loop` without a socket."""
        self.loop: asyncio.AbstractEventLoop
        self._wanted_port = port
        self._stop = asyncio.Event()
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._live, name="local platform", daemon=True)

    def __enter__(self) -> LocalPlatform:
        """Start to listen. Raises LocalFault when the port is taken."""
        self._listener = loopback_socket(self._wanted_port)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self._thread.start()
        try:
            self._started.result(START_DEADLINE_S)
        except TimeoutError as error:
            raise LocalFault("The local platform did not start in time.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the runs, then the server, then the thread."""
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._home_lock is not None:
            os.close(self._home_lock)

    def _live(self) -> None:
        try:
            self.loop.run_until_complete(self._serve())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        finally:
            self.loop.close()

    async def _serve(self) -> None:
        try:
            doors = [Doorstep(self._guarded(), self._listener), *self._objects_door()]
            for door in doors:
                door.start()
        except BaseException as error:
            self._started.set_exception(error)
            raise
        self._started.set_result(None)
        await self._stop.wait()
        await self._end_runs()
        for door in doors:
            await door.stop()
        await self._end_answers()

    def _guarded(self) -> ASGIApp:
        self.answers = guarded(
            self.registry, token=self.token, port=self.port, anonymous_reads=self.anonymous_reads
        )
        return self.answers

    def _objects_door(self) -> list[Doorstep]:
        if not self.registry.faults.redirect_records:
            return []
        listener = loopback_socket(0)
        self.registry.objects.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return [Doorstep(self.registry.objects.app(), listener)]

    async def _end_answers(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _end_runs(self) -> None:
        await asyncio.gather(*(runner.close() for runner in self.registry.runners.values()))
        for state in self.registry.runs.values():
            if not state.final and not state.read_only:
                state.update(status="ABORTED")
            state.close()

    def _ask(self, work: Coroutine[Any, Any, Result], timeout_s: float | None = None) -> Result:
        if not self._thread.is_alive():
            work.close()
            raise LocalFault("The local platform is not running.")
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def open(self, place: Path | RunFolder) -> str:
        """Serve a storage or run folder, read-only; returns the run's id. BadTarget when it is neither."""
        return self._ask(self._open(place))

    async def _open(self, place: Path | RunFolder) -> str:
        folder = open_folder(place) if isinstance(place, Path) else place
        return self.registry.add(opened_run(folder))

    def holds(self, run_id: str) -> bool:
        """Whether a run is here and still in its folder."""
        state = self.registry.runs.get(run_id)
        return state is not None and not state.absence

    def create(
        self,
        root: Path,
        *,
        purge: bool = True,
        run: dict[str, Any] | None = None,
        actor: str | None = None,
    ) -> str:
        """A fresh run, READY, in a folder that `purge` empties as Crawlee does; returns its id."""
        return self._ask(self._create(root, purge, run or {}, actor or DEFAULT_ACTOR))

    async def _create(self, root: Path, purge: bool, run: dict[str, Any], actor: str) -> str:
        self._refuse_taken(root)
        state = new_run(make_folder(root, purge=purge), run, actor)
        self.registry.add(state)
        state.events_url = events.events_url(self.url, state.id, self.token)
        return state.id

    def _refuse_taken(self, root: Path) -> None:
        folder = plain_folder(root)
        own = any(state.folder.path == folder.path for state in self.registry.runs.values())
        if not own and held_elsewhere(folder):
            raise LocalFault(
                f"Another runmon is writing a run into {root}.", hint="Wait for it, or name another folder."
            )

    def recall(self) -> int:
        """Take in what the home keeps of earlier platforms; how many runs. LocalFault where it is held."""
        return self._ask(self._recall())

    async def _recall(self) -> int:
        home = self.registry.home
        assert home is not None
        self._home_lock = hold_home(home)
        self.registry.shelf = shelf(home)
        kept = await asyncio.to_thread(list, kept_runs(home))
        for state in kept:
            self.registry.add(state)
            state.events_url = events.events_url(self.url, state.id, self.token)
        return len(kept)

    def register(self, name: str, command: tuple[str, ...]) -> None:
        """Make a command known as an Actor, to start and to metamorph into."""
        self.registry.actors[name] = command

    def start(self, spec: RunSpec) -> str:
        """Create a run and launch its process; returns the run's id at once."""
        return self._ask(self._start(spec))

    async def _start(self, spec: RunSpec) -> str:
        from runmon.local.runner import Runner

        options = {"timeoutSecs": round(spec.timeout_s), "memoryMbytes": spec.memory_mb}
        given = {"options": options, **spec.run}
        run_id = await self._create(spec.storage, spec.purge, given, spec.actor_name or DEFAULT_ACTOR)
        runner = Runner(self.registry.run(run_id), spec, base_url=self.url, token=self.token)
        self.registry.runners[run_id] = runner
        await runner.start()
        return run_id

    def _revive(self, state: RunState) -> Runner | None:
        """What can start a kept run's process again; None where its Actor is not registered."""
        from runmon.local.runner import Runner, RunSpec

        with contextlib.suppress(ApiFault):
            name, command = self.registry.actor(state.data["actId"])
            limits = state.data["options"]
            spec = RunSpec(
                command,
                state.folder.path,
                timeout_s=limits["timeoutSecs"],
                memory_mb=limits["memoryMbytes"],
                actor_name=name,
            )
            runner = Runner(state, spec, base_url=self.url, token=self.token)
            steps = state.data.get("metamorphs")
            runner.input_key = steps[-1]["inputKey"] if steps else runner.input_key
            return runner
        return None

    def abort(self, run_id: str, *, gracefully: bool) -> None:
        """Begin to end a run; a finished one stays as it is. KeyError for an unknown id."""
        self._ask(abort_run(self.registry, self.registry.runs[run_id], gracefully=gracefully))

    def wait(self, run_id: str, timeout: float | None = None) -> dict[str, Any]:
        """The run object once the run is over, or after so many seconds. KeyError for an unknown id."""
        return self._ask(self.registry.runs[run_id].wait_final(timeout))
