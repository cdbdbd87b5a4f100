"""A run: the object of `GET /v2/actor-runs/{id}`, every field but the id optional."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import msgspec

from runmon.model.document import View


class Phase(Enum):
    """What a status means for somebody who waits. Statuses nobody knows yet are `UNKNOWN`, and not final."""

    WAITING = "waiting"
    RUNNING = "running"
    CHANGING = "changing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    ABORTED = "aborted"
    ENDED = "ended"
    """Over, and nothing tells how."""
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """Whether the run is over (it may still be resurrected)."""
        return self in {Phase.SUCCEEDED, Phase.FAILED, Phase.TIMED_OUT, Phase.ABORTED, Phase.ENDED}


PHASES: dict[str, Phase] = {
    "READY": Phase.WAITING,
    "RUNNING": Phase.RUNNING,
    "TIMING-OUT": Phase.CHANGING,
    "ABORTING": Phase.CHANGING,
    "SUCCEEDED": Phase.SUCCEEDED,
    "FAILED": Phase.FAILED,
    "TIMED-OUT": Phase.TIMED_OUT,
    "ABORTED": Phase.ABORTED,
    "ENDED": Phase.ENDED,
}
"""Every status that Apify documents, and what our local platform says of folders that tell no outcome."""


class LastRun(msgspec.Struct, frozen=True):
    """The last run of an Actor: whichever it is when asked for. Bind an id before you change anything."""

    actor: str
    """`user/actor`, `user~actor`, or an Actor id."""
    status: str | None = None
    origin: str | None = None


RunRef = str | LastRun
"""A run by its id, or as the last of an Actor."""


class RunMeta(View, frozen=True):
    """Where a run came from."""

    origin: str = ""
    client_ip: str | None = None
    user_agent: str | None = None
    schedule_id: str | None = None
    scheduled_at: str | None = None


class RunStats(View, frozen=True):
    """Figures of the container. Bytes, percent of one core (may pass 100), seconds, milliseconds."""

    input_body_len: int | None = None
    migration_count: int | None = None
    reboot_count: int | None = None
    restart_count: int | None = None
    resurrect_count: int | None = None
    metamorph: int | None = None
    mem_avg_bytes: float | None = None
    mem_max_bytes: float | None = None
    mem_current_bytes: float | None = None
    cpu_avg_usage: float | None = None
    cpu_max_usage: float | None = None
    cpu_current_usage: float | None = None
    net_rx_bytes: float | None = None
    net_tx_bytes: float | None = None
    duration_millis: float | None = None
    run_time_secs: float | None = None
    compute_units: float | None = None


class RunOptions(View, frozen=True):
    """What the run was started with. `timeout_secs` 0 means no limit."""

    build: str | None = None
    timeout_secs: float | None = None
    memory_mbytes: float | None = None
    disk_mbytes: float | None = None
    max_items: int | None = None
    max_total_charge_usd: float | None = None


class Run(View, frozen=True):
    """One run as the API shows it."""

    id: str = ""
    act_id: str | None = None
    user_id: str | None = None
    actor_task_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    status: str = ""
    status_message: str | None = None
    is_status_message_terminal: bool | None = None
    meta: RunMeta = RunMeta()
    stats: RunStats = RunStats()
    options: RunOptions = RunOptions()
    build_id: str | None = None
    build_number: str | None = None
    git_branch_name: str | None = None
    exit_code: int | None = None
    general_access: str | None = None
    default_key_value_store_id: str | None = None
    default_dataset_id: str | None = None
    default_request_queue_id: str | None = None
    container_url: str | None = None
    is_container_server_ready: bool | None = None
    usage: dict[str, float | None] | None = None
    usage_usd: dict[str, float | None] | None = None
    usage_total_usd: float | None = None
    charged_event_counts: dict[str, int] | None = None
    pricing_info: dict[str, object] | None = None
    platform_usage_billing_model: str | None = None
    storage_ids: dict[str, dict[str, str]] | None = None
    metamorphs: list[dict[str, object]] | None = None

    @property
    def phase(self) -> Phase:
        """What the status means."""
        return PHASES.get(self.status, Phase.UNKNOWN)


class RunShort(View, frozen=True):
    """A row of `GET /v2/actor-runs`: much less than a run."""

    id: str = ""
    act_id: str | None = None
    status: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    build_number: str | None = None
    usage_total_usd: float | None = None
    meta: RunMeta = RunMeta()
    default_key_value_store_id: str | None = None
    default_dataset_id: str | None = None
    default_request_queue_id: str | None = None

    @property
    def phase(self) -> Phase:
        """What the status means."""
        return PHASES.get(self.status, Phase.UNKNOWN)


class RunsPage(View, frozen=True):
    """One page of the runs list."""

    items: list[RunShort] = []
    total: int | None = None
    offset: int | None = None
    limit: int | None = None
    count: int | None = None
    desc: bool | None = None
