"""One Actor run from its start to its end: the process, its log, its figures, its outcome."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from runmon.local.environment import actor_environment
from runmon.local.identity import api_time, now_text
from runmon.local.process import Ended, KeptProcess
from runmon.local.process_stats import ProcessStats
from runmon.local.runs import RunState
from runmon.local.stamps import Stamper, stamp_now

SAMPLE_EVERY_S = 1.0
FIRST_SAMPLE_S = 0.1
ABORT_GRACE_S = 30.0
"""How long a gracefully aborted Actor may go on, as on the platform."""
EVENT_HEAD_START_S = 5.0
"""How long an Actor that was told `aborting` over its events socket goes undisturbed before SIGTERM."""
TIMEOUT_GRACE_S = 5.0
CLOSE_GRACE_S = 2.0
"""How long an Actor may clean up when the platform itself is stopped."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What to start: a command on a storage folder, and the run's limits."""

    command: tuple[str, ...]
    storage: Path
    input: bytes | None = None
    """The INPUT record; None leaves the one that is in the folder."""
    input_content_type: str = "application/json"
    purge: bool = True
    timeout_s: float = 0
    """Seconds until the run is timed out; 0 is no limit."""
    memory_mb: int = 1024
    """The memory the run is accounted with; it is told to the Actor and not enforced."""
    actor_name: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables on top of our own environment; the platform's variables win over both."""
    run: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the run object that the starter knows, such as `pricingInfo`."""
    on_fault: Callable[[str], object] | None = None
    """Is told, in a sentence and at once, that the disk takes no more of the log; from any thread."""


class Runner:
    """One run on the platform's loop. It alone moves the run's status after `start`."""

    def __init__(self, state: RunState, spec: RunSpec, *, base_url: str, token: str) -> None:
        self.state = state
        self.spec = spec
        self.base_url = base_url
        self.token = token
        self.stamper = Stamper()
        self.ending = ""
        """The status that an end brings because somebody asked for it: ABORTED, TIMED-OUT, or nothing."""
        self.began = time.monotonic()
        self.force = asyncio.Event()
        self.process: KeptProcess | None = None
        self.life: asyncio.Task[None] | None = None
        self.told_fault = ""
        self.sequel: RunSpec | None = None
        """What goes on in this run after the present process: a reboot's or a metamorph's command."""
        self.input_key = "INPUT"
        self.restarts_left = 0
        self.deadline = 0.0
        self.writing = threading.Lock()

    async def start(self) -> None:
        """Store the input and launch the process; what goes wrong there becomes the run's outcome."""
        self.loop = asyncio.get_running_loop()
        self.began = time.monotonic()
        started = datetime.now(UTC)
        self.state.update(status="RUNNING", startedAt=api_time(started))
        self.store_input()
        self.deadline = self.began + self.spec.timeout_s
        await self.launch(started)

    async def launch(self, started: datetime) -> None:
        """Start the process and the task that lives with it; an abort that came meanwhile ends it at once."""
        self.process = KeptProcess(
            self.spec.command, env=self.environment(started), on_output=self.write_output
        )
        await self.process.start()
        if self.ending:
            self.process.kill()
        self.life = asyncio.create_task(self.live(self.process), name=f"run {self.state.id}")

    async def resume(self, spec: RunSpec) -> None:
        """Go on with a finished run: the same storages and log, a new process, time counted on."""
        self.loop = asyncio.get_running_loop()
        self.spec, self.ending, self.force = spec, "", asyncio.Event()
        self.began = time.monotonic() - float(self.state.data["stats"].get("runTimeSecs") or 0)
        self.deadline = time.monotonic() + spec.timeout_s
        self.state.update(status="RUNNING", finishedAt=None, exitCode=None)
        self.say("The run was resurrected.")
        await self.launch(datetime.now(UTC))

    def replace(self, spec: RunSpec, why: str) -> None:
        """End the present process and go on with `spec` in the same run."""
        assert self.process is not None
        self.sequel = spec
        self.say(why)
        self.stopping = asyncio.create_task(self.cut(self.process))

    async def cut(self, process: KeptProcess) -> None:
        """SIGTERM, a moment for clean-up, SIGKILL."""
        process.terminate()
        await self.pause(CLOSE_GRACE_S)
        process.kill()

    def store_input(self) -> None:
        if self.spec.input is not None:
            self.state.records.put("INPUT", self.spec.input_content_type, self.spec.input)
            self.note(inputBodyLen=len(self.spec.input))

    def environment(self, started: datetime) -> dict[str, str]:
        """The Actor's variables, with the moment at which its time is up."""
        limit = self.spec.timeout_s
        variables = actor_environment(
            self.state.data,
            outer={**os.environ, **self.spec.env},
            base_url=self.base_url,
            token=self.token,
            storage=self.state.folder.storage,
            timeout_at=api_time(started + timedelta(seconds=limit)) if limit else None,
            events_url=self.state.events_url,
        )
        return {**variables, "ACTOR_INPUT_KEY": self.input_key, "APIFY_INPUT_KEY": self.input_key}

    async def live(self, process: KeptProcess) -> None:
        """From the launch to the final status."""
        stats = ProcessStats(process.keeper_pid)
        sampling = asyncio.create_task(self.sample(stats))
        timing = asyncio.create_task(self.time_out(process)) if self.spec.timeout_s else None
        if (await asyncio.shield(process.ended)).code is None:
            await asyncio.to_thread(kill_strays, self.state.id, stats.members)
        ended = await process.wait()
        helpers = [task for task in (sampling, timing) if task]
        for task in helpers:
            task.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        if self.may_restart(ended):
            self.sequel = self.spec
        if self.sequel is None or self.ending:
            self.finish(ended, stats)
        else:
            self.append(self.stamper.end())
            self.spec, self.sequel = replace(self.sequel, input=None), None
            await self.launch(datetime.now(UTC))

    def may_restart(self, ended: Ended) -> bool:
        """Whether a failed process gets another try (`restartOnError`), counted in `stats.restartCount`."""
        if self.sequel is not None or self.ending or not ended.code or self.restarts_left <= 0:
            return False
        self.restarts_left -= 1
        self.note(restartCount=int(self.state.data["stats"].get("restartCount") or 0) + 1)
        self.say(f"The process ended with exit code {ended.code} and is being restarted.")
        return True

    async def wait(self) -> None:
        """Until the final status is set."""
        while self.life is not None and not self.life.done():
            await asyncio.shield(self.life)

    def write_output(self, chunk: bytes) -> None:
        """From the process's thread: stamp the lines and append them; a full disk is told at once."""
        self.append(self.stamper.feed(chunk))

    def append(self, lines: bytes) -> None:
        if not lines:
            return
        with self.writing:
            self.state.log.append(lines)
            fault = self.state.log.fault
            if fault == self.told_fault:
                return
            self.told_fault = fault
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(partial(self.state.update, statusMessage=fault))
        if self.spec.on_fault is not None:
            self.spec.on_fault(fault)

    def say(self, text: str) -> None:
        """A platform line of our own in the run's log."""
        self.append(stamp_now() + b"ACTOR: " + text.encode() + b"\n")

    async def sample(self, stats: ProcessStats) -> None:
        """Keep the run object's figures fresh."""
        await asyncio.sleep(FIRST_SAMPLE_S)
        while True:
            await asyncio.to_thread(stats.sample)
            self.note(**self.figures(stats))
            await asyncio.sleep(SAMPLE_EVERY_S)

    def figures(self, stats: ProcessStats) -> dict[str, float]:
        """Process figures and what follows from the clock; compute units are gigabytes times hours."""
        seconds = time.monotonic() - self.began
        units = self.spec.memory_mb / 1024 * seconds / 3600
        return {
            **stats.as_stats(),
            "durationMillis": round(seconds * 1000),
            "runTimeSecs": round(seconds, 3),
            "computeUnits": round(units, 9),
        }

    def note(self, **figures: float) -> None:
        """Merge figures into the run's stats."""
        self.state.update(stats=figures)

    async def time_out(self, process: KeptProcess) -> None:
        """After the run's time: TIMING-OUT, SIGTERM, a short grace, SIGKILL."""
        await asyncio.sleep(max(0.0, self.deadline - time.monotonic()))
        if self.ending:
            return
        self.ending = "TIMED-OUT"
        self.state.update(status="TIMING-OUT")
        self.say(f"The run timed out after {self.spec.timeout_s:g} s and is being stopped.")
        process.terminate()
        await asyncio.sleep(TIMEOUT_GRACE_S)
        process.kill()

    async def abort(self, gracefully: bool) -> None:
        """Begin to stop the run and return; a second call without grace kills it. A finished run stays."""
        process = self.process
        if process is None or self.life is None or self.life.done():
            return
        if process.ended.done() and self.sequel is None:
            return
        if not gracefully:
            self.force.set()
        if self.ending == "ABORTED":
            return
        self.ending = "ABORTED"
        self.state.update(status="ABORTING")
        self.stopping = asyncio.create_task(self.stop(process))

    async def stop(self, process: KeptProcess) -> None:
        """Event, SIGTERM and SIGKILL with their pauses; `force` skips every pause."""
        if not self.force.is_set():
            self.say(f"The run is being aborted gracefully; it has {ABORT_GRACE_S:g} s.")
            told = self.state.emit("aborting")
            await self.pause(EVENT_HEAD_START_S if told else 0)
            if not self.force.is_set():
                process.terminate()
            await self.pause(ABORT_GRACE_S - (EVENT_HEAD_START_S if told else 0))
        process.kill()

    async def pause(self, seconds: float) -> None:
        """So long, or until somebody insists, or until the process has ended."""
        assert self.process is not None
        insisted = asyncio.ensure_future(self.force.wait())
        either: set[asyncio.Future[Any]] = {insisted, self.process.ended}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        insisted.cancel()

    async def close(self) -> None:
        """The platform stops: end the run now, with a moment for clean-up, and wait for its final status."""
        process = self.process
        if process is None or self.life is None or self.life.done():
            return
        if not self.ending:
            self.ending = "ABORTED"
            self.state.update(status="ABORTING")
        process.terminate()
        await self.pause(CLOSE_GRACE_S)
        process.kill()
        await self.wait()

    def finish(self, ended: Ended, stats: ProcessStats) -> None:
        """The outcome: what was asked for, else what the exit code says."""
        self.append(self.stamper.end())
        if ended.failure:
            self.say(f"The command {self.spec.command[0]!r} could not be started: {ended.failure}.")
        stats.finish(ended.cpu_secs)
        self.note(**self.figures(stats))
        status = self.ending or ("SUCCEEDED" if ended.code == 0 else "FAILED")
        fault = self.state.log.fault
        extra = {"statusMessage": fault} if fault else {}
        self.state.update(status=status, finishedAt=now_text(), exitCode=ended.code, **extra)


def kill_strays(run_id: str, members: list[psutil.Process]) -> None:
    """The keeper itself was killed: end what it kept, known from the last sample or by its environment."""
    for process in (*members, *psutil.process_iter()):
        with contextlib.suppress(psutil.Error, OSError):
            if process in members or process.environ().get("ACTOR_RUN_ID") == run_id:
                process.kill()
