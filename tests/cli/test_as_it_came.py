"""`status --json` to a pipe: the run object of the server, byte for byte."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from tests.loopback import Seen, answer
from tests.ui.screens import serving

RAW = (
    b'{ "id":"r","status":"HIBERNATING", "cost":1.0,"big":12345678901234567890, "x":1,"x":2,"new":{"a":[ ]} }'
)


async def test_the_run_object_keeps_its_spaces_numbers_and_unknown_fields() -> None:
    def handler(_seen: Seen) -> bytes:
        return answer(b'{"data":' + RAW + b"}")

    async with serving(handler) as server:
        command = (
            sys.executable,
            "-m",
            "runmon",
            "status",
            "r",
            "--json",
            "--api-url",
            server.url,
            "--anonymous",
        )
        program = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        told, _ = await program.communicate()
    assert (program.returncode, told) == (0, RAW + b"\n")
