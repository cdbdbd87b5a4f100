"""Everything a run object says of itself, as rows of a name and a value; what was not told takes no row.

Values may hold a server's words: whoever shows them cleans them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from urllib.parse import quote

import msgspec

from runmon.model.document import Document
from runmon.model.run import PHASES, Phase, Run
from runmon.model.units import ago, byte_size, clock_time
from runmon.render.facts import elapsed_s, exit_words, memory_size, whole_span
from runmon.settings import APIFY

Row = tuple[str, str]
OLD_S = 20 * 3600
"""From this age on a moment is told by its date."""
MEGABYTE = 1_048_576
CONSOLE = "https://console.apify.com/actors/runs/"
_SHARED = {
    "ANYONE_WITH_ID_CAN_READ": "anyone who has its id",
    "RESTRICTED": "restricted",
    "FOLLOW_USER_SETTING": "as the account has it",
}
_STATES = {
    Phase.WAITING: "waits for a place to run",
    Phase.CHANGING: "is being ended",
}


def times(run: Run, now: datetime) -> list[Row]:
    """How long, how long still, since when and until when."""
    took = elapsed_s(run, now)
    limit = run.options.timeout_secs or 0.0
    rows = [("elapsed", clock_time(took) if took is not None else "")]
    if took is not None and not run.phase.final:
        rows.append(("left", _left(limit, took)))
    return [*rows, ("started", moment(run.started_at, now)), ("finished", moment(run.finished_at, now))]


def _left(limit: float, took: float) -> str:
    if not limit:
        return "no time limit"
    return f"{clock_time(limit - took)} of {whole_span(limit)}" if took <= limit else "past its time limit"


def moment(then: datetime | None, now: datetime) -> str:
    """Exactly and in words: `13:37:08 · 12 s ago`; where it is old the date stands for the words."""
    if then is None:
        return ""
    local = then.astimezone(now.tzinfo)
    old = (now - then).total_seconds() >= OLD_S
    return f"{local:%Y-%m-%d %H:%M:%S}" if old else f"{local:%H:%M:%S} · {ago(then, now)}"


def state(run: Run) -> list[Row]:
    """What a status means that does not speak for itself."""
    if run.status and run.status not in PHASES:
        return [("status", f"{run.status} · not known to this version of runmon")]
    return [("status", _STATES[run.phase])] if run.phase in _STATES else []


def outcome(run: Run) -> list[Row]:
    """The exit code, explained."""
    if run.exit_code is None:
        return []
    words = exit_words(run.exit_code, run.phase)
    return [("exit code", f"{run.exit_code}{f' · {words}' if words else ''}")]


def upsets(run: Run) -> list[Row]:
    """How often the run was moved, restarted, brought back or turned into another."""
    stats = run.stats
    counts = {
        "migrated": stats.migration_count,
        "rebooted": stats.reboot_count,
        "restarted": stats.restart_count,
        "revived": stats.resurrect_count,
        "metamorph": stats.metamorph or len(run.metamorphs or ()),
    }
    return [(name, "once" if count == 1 else f"{count} times") for name, count in counts.items() if count]


def origin(run: Run) -> list[Row]:
    """What it runs, with what, for whom, and where it can be seen."""
    options = run.options
    schedule = run.meta.schedule_id or ""
    return [
        (
            "build",
            " · ".join(part for part in (run.build_number, options.build, run.git_branch_name) if part),
        ),
        ("origin", " · ".join(part for part in (run.meta.origin.lower(), schedule) if part)),
        ("actor", run.act_id or ""),
        ("task", run.actor_task_id or ""),
        ("run", run.id),
        ("disk", memory_size(options.disk_mbytes * MEGABYTE) if options.disk_mbytes else ""),
        ("max items", str(options.max_items or "")),
        ("input", byte_size(run.stats.input_body_len) if run.stats.input_body_len else ""),
        ("web", _container(run)),
        ("access", _SHARED.get(run.general_access or "", run.general_access or "")),
        ("client", run.meta.user_agent or ""),
    ]


def _container(run: Run) -> str:
    if not run.container_url:
        return ""
    return (
        run.container_url
        if run.is_container_server_ready is not False
        else f"{run.container_url} · not ready"
    )


def page_of(run: Run, api_url: str) -> str:
    """What a browser can show of the run: Console for Apify's own, else its container's page; or nothing."""
    if api_url == APIFY:
        return f"{CONSOLE}{quote(run.id, safe='')}"
    url = run.container_url or ""
    return url if url.startswith(("http://", "https://")) and url.isprintable() and " " not in url else ""


def where(run: Run, api_url: str) -> tuple[str, str]:
    """What leads others to the run, and what that is: Console's page, an address of the API, or its id."""
    if api_url == APIFY:
        return page_of(run, api_url), "the address of the run's page"
    if api_url:
        return f"{api_url}/v2/actor-runs/{quote(run.id, safe='')}", "the run's address"
    return run.id, "the run's id"


def console(run: Run, api_url: str) -> list[Row]:
    """Where Apify Console shows the run; nothing for a run of another server."""
    return [("console", page_of(run, api_url))] if api_url == APIFY else []


def oddities(document: Document[Run]) -> list[Row]:
    """Fields this version does not know, with their values, and fields that held what nobody expects."""
    unknown = dict(_unknown(document.untyped(), Run))
    rows = [("also", f"{name} {value}") for name, value in unknown.items()]
    return [*rows, *([("unread", ", ".join(document.problems))] if document.problems else [])]


def _unknown(
    told: dict[str, object], view: type[msgspec.Struct], path: str = ""
) -> Iterator[tuple[str, str]]:
    fields = _fields(view)
    for name, value in told.items():
        if name not in fields:
            yield f"{path}{name}", _short(value)
        elif isinstance(value, dict) and isinstance(fields[name].type, type):
            inner = fields[name].type
            if issubclass(inner, msgspec.Struct):
                yield from _unknown(value, inner, f"{path}{name}.")


@cache
def _fields(view: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(view)}


def _short(value: object) -> str:
    """A value in one line, what is inside of it only counted."""
    if isinstance(value, dict):
        return f"{{{len(value)}}}"
    if isinstance(value, list):
        return f"[{len(value)}]"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
