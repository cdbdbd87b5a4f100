"""The same order as command lines of runmon, apify-cli and curl. None of them holds a token."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec

from runmon.model.order import Deed, Order
from runmon.settings import APIFY

HEADER = '-H "Authorization: Bearer $APIFY_TOKEN"'

_EACH = "EACH-RUN"
_WORD_OF_EACH = re.compile(rf"'?([^\s']*{_EACH}[^\s']*)'?")


class Equivalent(msgspec.Struct, frozen=True):
    """One way to say it."""

    tool: str
    line: str


def equivalents(order: Order, api_url: str) -> tuple[Equivalent, ...]:
    """Three lines for a shell; `api_url` is the base of the server, with or without `/v2`.

    None where it is empty: where no other program could reach the run.
    """
    if not api_url:
        return ()
    return (
        Equivalent("runmon", _runmon(order, api_url)),
        Equivalent("apify", _apify(order)),
        Equivalent("curl", _curl(order, api_url)),
    )


def looped(order: Order, run_ids: Sequence[str], api_url: str) -> tuple[Equivalent, ...]:
    """The lines of an order that is given to several runs; runmon takes them all, other tools one by one."""
    if len(run_ids) == 1 or not api_url:
        return equivalents(order, api_url)
    _runmon_each, *others = equivalents(msgspec.structs.replace(order, run_id=_EACH), api_url)
    runs = _line(*run_ids)
    loops = (Equivalent(one.tool, f"for run in {runs}; do {_expanding(one.line)}; done") for one in others)
    return (Equivalent("runmon", _runmon(order, api_url, run_ids)), *loops)


def _expanding(line: str) -> str:
    """The word that names the run, so that a shell puts each of them in its place."""
    return _WORD_OF_EACH.sub(lambda found: '"' + found[1].replace(_EACH, "$run") + '"', line)


def requeue_equivalents(run_id: str, api_url: str) -> tuple[Equivalent, ...]:
    """How failed requests are put back by a command; only runmon has one. None where `api_url` is empty."""
    line = _line("runmon", "requeue", run_id, "--resurrect", "--yes", *_where(api_url))
    return (Equivalent("runmon", line),) if api_url else ()


def _runmon(order: Order, api_url: str, run_ids: Sequence[str] = ()) -> str:
    options = {
        "--build": order.build,
        "--memory": order.memory_mb,
        "--timeout": order.timeout_s,
        "--max-charge": order.max_charge_usd,
    }
    words = [word for name, value in options.items() if value is not None for word in (name, f"{value}")]
    graceful = ["--gracefully"] if order.gracefully else []
    runs = run_ids or (order.run_id,)
    return _line("runmon", order.deed.value, *runs, *graceful, *words, "--yes", *_where(api_url))


def _where(api_url: str) -> tuple[str, ...]:
    return () if _base(api_url) == _base(APIFY) else ("--api-url", api_url)


def _apify(order: Order) -> str:
    if order.deed is Deed.ABORT:
        return _line("apify", "runs", "abort", order.run_id, *(() if order.gracefully else ("--force",)))
    if order.deed is Deed.RESURRECT and not order.query:
        return _line("apify", "runs", "resurrect", order.run_id)
    path = f"actor-runs/{quote(order.run_id, safe='')}/{order.deed.value}"
    query = ("-p", json.dumps(order.query)) if order.query else ()
    return _line("apify", "api", "POST", path, *query)


def _curl(order: Order, api_url: str) -> str:
    spelled = {name: _spelled(value) for name, value in order.query.items()}
    query = f"?{urlencode(spelled)}" if spelled else ""
    url = f"{_base(api_url)}/v2/actor-runs/{quote(order.run_id, safe='')}/{order.deed.value}{query}"
    return f"curl -X POST {HEADER} {shlex.quote(url)}"


def _base(api_url: str) -> str:
    return api_url.rstrip("/").removesuffix("/v2").rstrip("/")


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(*words: str) -> str:
    return " ".join(shlex.quote(word) for word in words)
