"""A failed request as it must be for the crawler to take it once more."""

from __future__ import annotations

from typing import Any

UNPROCESSED = 0
"""Crawlee's state of a request that nobody has begun."""


def fresh(request: dict[str, Any]) -> dict[str, Any]:
    """The request as if it had never been tried; everything else of it stays."""
    again = {**request, "retryCount": 0, "errorMessages": [], "handledAt": None}
    data = request.get("userData")
    crawlee = data.get("__crawlee") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(crawlee, dict) and "state" in crawlee:
        again["userData"] = {**data, "__crawlee": {**crawlee, "state": UNPROCESSED}}
    return again
