"""The command that a person wants run when a run has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence


async def run_hook(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run it to its end, without a shell and on its own; what went wrong in a sentence, else nothing."""
    silent = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=silent,
            stdout=silent,
            stderr=silent,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it cannot be started"
        return f"The hook {command[0]} was not run: {why}."
    code = await process.wait()
    return f"The hook {command[0]} ended with code {code}." if code else ""
