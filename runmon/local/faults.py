"""Refusals in the shape Apify gives them, so that a client cannot tell this server from the platform."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class ApiFault(Exception):
    """A refusal: an HTTP status, Apify's error type (`record-not-found`), a sentence, optional data."""

    def __init__(self, status: int, kind: str, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.data = data
        self.headers: dict[str, str] = {}
        """Headers the answer carries besides."""


def fault_body(kind: str, message: str, data: Any = None) -> bytes:
    """`{"error": {"type", "message", "data"?}}` as JSON."""
    error: dict[str, Any] = {"type": kind, "message": message}
    if data is not None:
        error["data"] = data
    return msgspec.json.encode({"error": error})


def fault_response(fault: ApiFault) -> Response:
    """The answer that carries a fault."""
    body = fault_body(fault.kind, fault.message, fault.data)
    return Response(body, fault.status, fault.headers, media_type="application/json; charset=utf-8")


async def render_fault(request: Request, error: Exception) -> Response:
    """Starlette's handler for `ApiFault`."""
    assert isinstance(error, ApiFault)
    return fault_response(error)


async def render_http(request: Request, error: Exception) -> Response:
    """Starlette's handler for its own 404 and 405."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        fault = ApiFault(405, "method-not-allowed", "This HTTP method is not allowed on this endpoint")
        fault.headers = {"allow": (error.headers or {}).get("Allow", "")}
        return fault_response(fault)
    return fault_response(
        ApiFault(error.status_code, "page-not-found", "We have not found the page you asked for")
    )


async def render_crash(request: Request, error: Exception) -> Response:
    """Starlette's handler for everything else: the cause stays in the process, for tests."""
    request.app.state.crashes.append(error)
    return fault_response(ApiFault(500, "internal-server-error", "The local platform failed to answer"))


def not_found(what: str) -> ApiFault:
    """404 for something named in a sentence: `not_found("Actor run")`."""
    return ApiFault(404, "record-not-found", f"{what} was not found")


def gone(why: str) -> ApiFault:
    """404 for a run that was here: why it is not any more."""
    return ApiFault(404, "record-not-found", why)


def invalid(name: str, why: str) -> ApiFault:
    """400 for a parameter or a field: `invalid("limit", "must be a whole number")`."""
    return ApiFault(400, "invalid-value", f"{name} {why}")


def read_only() -> ApiFault:
    """403 for a write to what was opened for reading."""
    return ApiFault(403, "insufficient-permissions", "This run was opened for reading and takes no changes")
